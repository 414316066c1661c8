package cache

import (
	"context"
	"errors"
	"time"
)

// MaxAge is the longest that anything is kept: 24 h, which LinkedIn allows for
// members' profile data.
// learn.microsoft.com/linkedin/marketing/data-storage-requirements, 2026-11-24.
const MaxAge = 24 * time.Hour

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
type Cache[V any] struct{ _ V }

// New returns an empty cache. The function size tells how many bytes a value
// holds, about. Close it after use.
func New[V any](size func(V) int, opts *Options) *Cache[V] { return nil }

// Hit is an answer and how old it is.
type Hit[V any] struct {
	Value  V             // shared with other callers: not to be changed
	Age    time.Duration // since it was loaded; 0 when it was loaded now
	Cached bool          // it cost no load
	Joined bool          // another caller's load was waited for
}

// Get returns the value of key if it is at most maxAge old, and else loads it;
// maxAge 0 always loads. Equal loads at the same time are one: it runs with
// the values of the first caller's context and the latest deadline of those
// who wait, and is canceled when nobody waits any more.
//
// load returns the value and how long it may be kept, [MaxAge] at most, 0 or
// less: not at all. Its error goes to all who wait and is not kept. A caller
// whose ctx ends gets ctx's error at once.
func (c *Cache[V]) Get(ctx context.Context, key Key, maxAge time.Duration, load func(context.Context) (V, time.Duration, error)) (Hit[V], error) {
	return Hit[V]{}, errors.ErrUnsupported
}

// Purge forgets all that a viewer saw, loads on their way included: their
// callers get the answer, and it is not kept.
func (c *Cache[V]) Purge(viewer string) {}

// Close forgets everything and stops the goroutine that drops old entries. Get
// still works after it, and keeps nothing.
func (c *Cache[V]) Close() {}
