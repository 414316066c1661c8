package plugin

import (
	"context"
	"time"
)

// Store is what outlives a process. The host lends it to a connector, whose
// keys all begin with the connector's name and a slash; what belongs to a
// connection begins with [ConnectionPrefix], so that a host can delete it
// without the connector. Values are encrypted at rest. All methods may be
// called concurrently; their errors are of kind StoreUnavailable, or Forbidden
// for a key outside the prefix.
type Store interface {
	// Get returns a value. An absent key gives Revision 0 and no error.
	Get(ctx context.Context, req *GetRequest) (*GetResponse, error)

	// Swap writes a value if the key's revision is still the one given. The
	// value is on disk when Swap returns.
	Swap(ctx context.Context, req *SwapRequest) (*SwapResponse, error)

	// Delete removes a key, or all keys with a prefix. Absent keys are no error.
	Delete(ctx context.Context, req *DeleteRequest) (*DeleteResponse, error)

	// List returns the keys with a prefix, in order.
	List(ctx context.Context, req *ListRequest) (*ListResponse, error)

	// Lease takes, extends or gives back the exclusive use of a name among all
	// processes on the store. It never waits.
	Lease(ctx context.Context, req *LeaseRequest) (*LeaseResponse, error)

	// Count adds to counters, all of them or none.
	Count(ctx context.Context, req *CountRequest) (*CountResponse, error)

	// Counters lists counters.
	Counters(ctx context.Context, req *CountersRequest) (*CountersResponse, error)
}

// ConnectionPrefix is the prefix of all keys that belong to a connection:
// "<connector>/connections/<id>/".
func ConnectionPrefix(connector, id string) string {
	return connector + "/connections/" + id + "/"
}

// GetRequest names a key.
type GetRequest struct{ Key string }

// GetResponse is the value of a key.
type GetResponse struct {
	Value    []byte
	Revision int64 // 0: absent; grows with each write of the key
}

// SwapRequest writes a value of at most 1 MiB.
type SwapRequest struct {
	Key      string
	Value    []byte
	Revision int64 // the revision that the caller knows; 0: the key must be absent
}

// SwapResponse tells whether the value was written.
type SwapResponse struct {
	Swapped  bool  // false: another writer was first, read again
	Revision int64 // of the new value, or of the one that stands in the way
}

// DeleteRequest names what to delete; exactly one of the fields is set.
type DeleteRequest struct {
	Key    string
	Prefix string
}

// DeleteResponse tells how much was deleted.
type DeleteResponse struct{ Deleted int64 }

// ListRequest names a prefix.
type ListRequest struct {
	Prefix string
	After  string // only keys after this one; empty: from the first
	Limit  int    // at most so many; 0: 1,000
}

// ListResponse is the keys found.
type ListResponse struct{ Keys []string }

// LeaseRequest asks for exclusive use of a name.
type LeaseRequest struct {
	Key    string
	Holder string        // an unguessable id of the asker
	TTL    time.Duration // how long, at most 10 min; 0: give it back
}

// LeaseResponse tells who holds a lease.
type LeaseResponse struct {
	Held  bool      // the asker holds it
	Until time.Time // by the store's clock; zero when nobody holds it
}

// CountRequest adds to counters.
type CountRequest struct {
	Adds []CounterAdd
}

// CounterAdd adds to one counter.
type CounterAdd struct {
	Key    string
	Window string // a day, YYYY-MM-DD. A later one than the counter's starts it anew at 0; an earlier one counts in the counter's own, which never goes backwards until it is forgotten, a month after its day at the earliest; giving back to a day that is over does nothing
	N      int64  // may be negative, to give back; a counter never goes below 0
	Limit  int64  // refuse when the sum would be above it; 0: no limit
}

// CountResponse tells whether the counters were added to.
type CountResponse struct {
	Granted bool      // false: nothing was added, Refused says which limit stood in the way
	Refused int       // index into Adds, meaningful when not granted
	Counts  []Counter // the counters as they now stand, in the order of Adds
}

// Counter is a counter as it stands.
type Counter struct {
	Key    string
	Window string
	Used   int64
}

// CountersRequest asks for all counters with a prefix.
type CountersRequest struct{ Prefix string }

// CountersResponse lists counters in the order of their keys.
type CountersResponse struct{ Counters []Counter }
