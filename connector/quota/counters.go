package quota

import (
	"context"
	"slices"
	"strings"
	"sync"
)

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
	// Window is a day, YYYY-MM-DD. A later one than the counter's starts it anew
	// at 0; an earlier one counts in the counter's own, which never goes back.
	Window string
	// N is what to add; 0 reads. A negative one gives back: never below 0, and
	// nothing when its window is earlier than the counter's.
	N     int64
	Limit int64 // nothing is added when the sum would be above it; 0: no limit
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
type MemoryCounters struct {
	mu     sync.Mutex // guards counts
	counts map[string]Count
}

var _ Counters = (*MemoryCounters)(nil)

// Add implements [Counters].
func (c *MemoryCounters) Add(_ context.Context, adds []Add) (*Result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	result := &Result{Granted: true, Counts: make([]Count, len(adds))}
	for i, a := range adds {
		count := c.at(a)
		if sum := count.N + a.N; result.Granted && a.Limit > 0 && sum > a.Limit {
			result.Granted, result.Refused = false, i
		}
		result.Counts[i] = count
	}
	if !result.Granted {
		return result, nil
	}
	if c.counts == nil {
		c.counts = make(map[string]Count)
	}
	for i, a := range adds {
		count := c.at(a)
		if a.N > 0 || a.Window == count.Window {
			count.N = max(count.N+a.N, 0)
		}
		c.counts[a.Key] = count
		result.Counts[i] = count
	}
	return result, nil
}

// at is the counter that an Add is for, before it. Called with mu held.
func (c *MemoryCounters) at(a Add) Count {
	count, ok := c.counts[a.Key]
	if !ok || a.Window > count.Window {
		return Count{Key: a.Key, Window: a.Window}
	}
	return count
}

// List implements [Counters].
func (c *MemoryCounters) List(_ context.Context, prefix string) ([]Count, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var counts []Count
	for key, count := range c.counts {
		if strings.HasPrefix(key, prefix) {
			counts = append(counts, count)
		}
	}
	slices.SortFunc(counts, func(a, b Count) int { return strings.Compare(a.Key, b.Key) })
	return counts, nil
}
