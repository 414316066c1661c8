package quota

import "context"

// Counters are bounded counters, shared by whoever spends the same quota. All
// methods may be called concurrently.
type Counters interface {
	// Add adds to counters, all of them or none.
	Add(ctx context.Context, adds []Add) (*Result, error)
	// List returns the counters whose key begins with prefix.
	List(ctx context.Context, prefix string) ([]Count, error)
}

// Add adds to one counter.
type Add struct {
	Key string
	// Window is a day, YYYY-MM-DD, or empty for a counter that is never reset.
	// A later one than the counter's starts it anew at 0; an earlier one counts
	// in the counter's own.
	Window string
	N      int64 // 0 reads; negative gives back, and never below 0
	Limit  int64 // nothing is added when the sum would be above it; 0: no limit
}

// Result tells what [Counters.Add] did.
type Result struct {
	Granted bool    // false: nothing was added
	Refused int     // the index of an Add whose limit stood in the way, when not granted
	Counts  []Count // the counters as they now stand, in the order of the adds
}

// Count is a counter as it stands.
type Count struct {
	Key    string
	Window string
	N      int64
}

// MemoryCounters are [Counters] that die with the process. The zero value is
// empty and ready to use.
type MemoryCounters struct{}

// Add implements [Counters].
func (c *MemoryCounters) Add(ctx context.Context, adds []Add) (*Result, error) { return nil, nil }

// List implements [Counters].
func (c *MemoryCounters) List(ctx context.Context, prefix string) ([]Count, error) { return nil, nil }
