package cache

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// flight is one load and those who wait for it.
type flight[V any] struct {
	key    Key
	began  time.Time
	ctx    *sharedContext
	cancel context.CancelFunc
	done   chan struct{} // closed when the load has ended

	// Guarded by Cache.mu.
	waiting  int  // callers
	unwanted bool // its viewer was purged: not kept

	// Written before done is closed.
	value    V
	life     time.Duration
	err      error
	panicked *PanicError
}

// board joins the caller to a load of key, or begins one. Without either the
// hit or the error is the answer.
func (c *Cache[V]) board(ctx context.Context, key Key, maxAge time.Duration, load func(context.Context) (V, time.Duration, error)) (*flight[V], Hit[V], error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, Hit[V]{}, ErrClosed
	}
	if f := c.joining[key]; f != nil {
		f.waiting++
		f.ctx.extend(ctx)
		return f, Hit[V]{Joined: true}, nil
	}
	if hit, ok := c.lookup(key, maxAge); ok { // a load has ended since Get has looked
		return nil, hit, nil
	}
	f := &flight[V]{key: key, began: time.Now().Round(0), waiting: 1, done: make(chan struct{})}
	f.ctx, f.cancel = newSharedContext(ctx)
	c.joining[key] = f
	c.flying[f] = struct{}{}
	c.landed.Add(1)
	go c.fly(f, load)
	return f, Hit[V]{}, nil
}

// leave takes a caller off. A load that nobody waits for is canceled, and
// joined by nobody: it would give them its cancellation.
func (c *Cache[V]) leave(f *flight[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.waiting--
	if f.waiting == 0 {
		c.part(f)
		f.cancel()
	}
}

// fly loads, keeps what came, and tells those who wait.
func (c *Cache[V]) fly(f *flight[V], load func(context.Context) (V, time.Duration, error)) {
	defer c.landed.Done()
	defer f.cancel()
	f.run(load)

	c.mu.Lock()
	defer c.mu.Unlock()
	if f.err == nil && f.panicked == nil && !f.unwanted && !c.closed {
		c.keep(f.key, f.value, f.began, f.life)
	}
	c.part(f)
	delete(c.flying, f)
	close(f.done)
}

// part lets nobody join any more. Called with mu held.
func (c *Cache[V]) part(f *flight[V]) {
	if c.joining[f.key] == f {
		delete(c.joining, f.key)
	}
}

// run loads. A panic is kept for those who wait, whose own callers may know
// what to do about it; here it would end the process.
func (f *flight[V]) run(load func(context.Context) (V, time.Duration, error)) {
	f.err = errors.New("load did not return")
	defer func() {
		if p := recover(); p != nil {
			f.panicked = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	f.value, f.life, f.err = load(f.ctx)
}

// PanicError is what [Cache.Get] panics with when load has panicked, as that
// was in another goroutine.
type PanicError struct {
	Value any    // may hold anything, secrets too
	Stack []byte // of the load
}

// Error tells the type of the value and the stack.
func (e *PanicError) Error() string {
	return fmt.Sprintf("load panicked with a %T\n\n%s", e.Value, e.Stack)
}

// sharedContext is a load's context: the values of the first caller, the
// latest deadline of all, and an end of its own.
type sharedContext struct {
	context.Context
	news news

	mu       sync.Mutex // guards the fields below
	deadline time.Time
	endless  bool // a caller has no deadline
}

func newSharedContext(first context.Context) (*sharedContext, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(first))
	s := &sharedContext{Context: ctx}
	s.extend(first)
	return s, cancel
}

// extend takes over a caller's deadline if it is later.
func (s *sharedContext) extend(caller context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	deadline, ok := caller.Deadline()
	s.endless = s.endless || !ok
	if deadline.After(s.deadline) {
		s.deadline = deadline
	}
}

// Value has the news of the load among the first caller's values.
func (s *sharedContext) Value(key any) any {
	if key == (newsKey{}) {
		return &s.news
	}
	return s.Context.Value(key)
}

// Deadline is when the last of the callers leaves, which ends the load.
func (s *sharedContext) Deadline() (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.endless {
		return time.Time{}, false
	}
	return s.deadline, true
}
