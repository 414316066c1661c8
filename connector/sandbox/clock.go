package sandbox

import (
	"sync"
	"time"
)

// clock runs with real time from wherever it was set. It is safe for concurrent use.
type clock struct {
	mu    sync.Mutex // guards the fields below
	base  time.Time  // the time that was set
	since time.Time  // when that was, on the machine's monotonic clock
}

func newClock(at time.Time) *clock {
	return &clock{base: at.UTC(), since: time.Now()}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base.Add(time.Since(c.since))
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.since = t.UTC(), time.Now()
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base = c.base.Add(d)
}

// Now returns the time on the sandbox's clock, which every answer carries in its Date header.
func (s *Server) Now() time.Time { return s.clock.now() }

// SetClock sets the clock, which then goes on running.
func (s *Server) SetClock(t time.Time) { s.clock.set(t) }

// Advance moves the clock forward, or back if d is negative.
func (s *Server) Advance(d time.Duration) { s.clock.advance(d) }
