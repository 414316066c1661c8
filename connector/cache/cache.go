package cache

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
)

// MaxAge is the longest that anything is kept: 24 h, which LinkedIn allows for
// members' profile data.
// learn.microsoft.com/linkedin/marketing/data-storage-requirements, 2026-11-24.
const MaxAge = 24 * time.Hour

// ErrClosed is given by a [Cache] after its Close.
var ErrClosed = errors.New("cache is closed")

// Key names a question and who asks it.
type Key struct {
	Viewer  string // an opaque id of the account whose eyes are used; never a token
	Request string // all that the answer depends on besides the viewer
}

// Options bounds a [Cache].
type Options struct {
	MaxBytes      int64 // of all entries together; 0: 64 MiB
	MaxEntryBytes int64 // a larger value is given out and not kept; 0: 16 MiB
}

// Cache keeps values of one type. It is safe for concurrent use.
type Cache[V any] struct {
	size     func(V) int
	maxEntry int64
	kept     *otter.Cache[Key, *entry[V]]

	mu      sync.Mutex              // guards the fields below, and is held while kept is written
	joining map[Key]*flight[V]      // loads that a caller may still join
	flying  map[*flight[V]]struct{} // all loads on their way
	closed  bool
	landed  sync.WaitGroup // done by each load when it has ended
}

// entry is a value that is kept.
type entry[V any] struct {
	value  V
	bytes  uint32
	loaded time.Time // when its load began, without the monotonic reading: that stands still in a sleeping machine
	life   time.Duration
}

// overhead is what an entry takes besides its value and key, in bytes, about.
const overhead = 256

// New returns an empty cache. The function size tells how many bytes a value
// holds, about. Close it after use.
func New[V any](size func(V) int, opts *Options) *Cache[V] {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 64 << 20
	}
	if o.MaxEntryBytes == 0 {
		o.MaxEntryBytes = 16 << 20
	}
	return &Cache[V]{
		size:     size,
		maxEntry: min(o.MaxEntryBytes, math.MaxUint32),
		kept: otter.Must(&otter.Options[Key, *entry[V]]{
			MaximumWeight: uint64(o.MaxBytes),
			Weigher:       func(_ Key, e *entry[V]) uint32 { return e.bytes },
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[Key, *entry[V]]) time.Duration {
				return e.Value.life
			}),
		}),
		joining: make(map[Key]*flight[V]),
		flying:  make(map[*flight[V]]struct{}),
	}
}

// Hit is an answer and how old it is.
type Hit[V any] struct {
	Value  V             // shared with other callers: not to be changed
	Age    time.Duration // since its load began; 0 when it was loaded now
	Cached bool          // it cost no load
	Joined bool          // another caller's load was waited for
}

// Get returns the value of key if it is at most maxAge old, and else loads it;
// maxAge 0 always loads. Equal loads at the same time are one: it runs with
// the values of the first caller's context and the latest deadline of those
// who wait, and is canceled when nobody waits any more.
//
// load returns the value and how long it may be kept, [MaxAge] at most, 0 or
// less: not at all. Its error goes to all who wait and is not kept; so does
// its panic, as [*PanicError]. A caller whose ctx ends gets ctx's error at once.
func (c *Cache[V]) Get(ctx context.Context, key Key, maxAge time.Duration, load func(context.Context) (V, time.Duration, error)) (Hit[V], error) {
	if hit, ok := c.lookup(key, maxAge); ok {
		return hit, nil
	}
	if err := ctx.Err(); err != nil {
		return Hit[V]{}, err
	}
	f, hit, err := c.board(ctx, key, maxAge, load)
	if f == nil {
		return hit, err
	}
	defer c.leave(f)
	if err := f.wait(ctx); err != nil {
		return Hit[V]{}, err
	}
	if f.panicked != nil {
		panic(f.panicked)
	}
	if f.err != nil {
		return Hit[V]{}, f.err
	}
	hit.Value = f.value
	return hit, nil
}

// Peek returns the value of key if it is kept and at most maxAge old. It loads
// nothing and waits for nobody.
func (c *Cache[V]) Peek(key Key, maxAge time.Duration) (Hit[V], bool) {
	return c.lookup(key, maxAge)
}

// Put keeps a value that came with the load of another: one reply may answer
// many questions. began is when that load began, for the value's age; life is
// as load of [Cache.Get] gives it. Loads of key on their way go on and replace
// the value. A Purge forgets it if it comes later, and after Close nothing is
// kept.
func (c *Cache[V]) Put(key Key, value V, began time.Time, life time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.keep(key, value, began.Round(0), life)
	}
}

// lookup returns a value that is kept and young enough. A time in the future
// means that the clock was set: nobody knows how old the value is.
func (c *Cache[V]) lookup(key Key, maxAge time.Duration) (Hit[V], bool) {
	if maxAge <= 0 {
		return Hit[V]{}, false
	}
	e, ok := c.kept.GetIfPresent(key)
	if !ok {
		return Hit[V]{}, false
	}
	age := time.Now().Round(0).Sub(e.loaded)
	if age < 0 || age >= e.life || age > maxAge {
		return Hit[V]{}, false
	}
	return Hit[V]{Value: e.value, Age: age, Cached: true}, true
}

// keep stores a value in place of what was there. Called with mu held.
func (c *Cache[V]) keep(key Key, value V, began time.Time, life time.Duration) {
	bytes := int64(c.size(value)) + int64(len(key.Viewer)+len(key.Request)) + overhead
	if life <= 0 || bytes > c.maxEntry {
		c.kept.Invalidate(key)
		return
	}
	c.kept.Set(key, &entry[V]{value: value, bytes: uint32(bytes), loaded: began, life: min(life, MaxAge)})
}

// Purge forgets all that a viewer saw, loads on their way included: their
// callers get the answer, and it is not kept.
func (c *Cache[V]) Purge(viewer string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, f := range c.joining {
		if key.Viewer == viewer {
			f.unwanted = true
			delete(c.joining, key)
		}
	}
	var keys []Key
	for key := range c.kept.Keys() {
		if key.Viewer == viewer {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		c.kept.Invalidate(key)
	}
}

// Close forgets everything, cancels the loads on their way and waits for them,
// and stops the goroutine that drops old entries. Get fails after it.
func (c *Cache[V]) Close() {
	c.mu.Lock()
	c.closed = true
	for f := range c.flying {
		f.cancel()
	}
	c.mu.Unlock()
	c.landed.Wait()
	c.kept.InvalidateAll()
	c.kept.StopAllGoroutines()
}
