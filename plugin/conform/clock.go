package conform

import (
	"sync/atomic"
	"time"
)

// clock measures how long a connector takes, without the time for which the
// machine was too busy to run anything: it sleeps in short steps, and what a
// step takes longer than it should is lag.
type clock struct {
	lag  atomic.Int64 // in nanoseconds, all so far
	stop chan struct{}
	done chan struct{}
}

// clockStep is how long the clock sleeps at a time, and clockNoise how much
// longer that may take on a machine that is not busy.
const (
	clockStep  = 5 * time.Millisecond
	clockNoise = 10 * time.Millisecond
)

// newClock starts a clock. Close it.
func newClock() *clock {
	c := &clock{stop: make(chan struct{}), done: make(chan struct{})}
	go c.run()
	return c
}

func (c *clock) run() {
	defer close(c.done)
	ticks := time.NewTimer(clockStep)
	defer ticks.Stop()
	for start := time.Now(); ; start = time.Now() {
		ticks.Reset(clockStep)
		select {
		case <-c.stop:
			return
		case <-ticks.C:
		}
		if late := time.Since(start) - clockStep - clockNoise; late > 0 {
			c.lag.Add(int64(late))
		}
	}
}

// start returns a function that tells how long it is ago, without lag. Half
// the time is counted at least: a connector that sleeps is not kept by lag.
func (c *clock) start() func() time.Duration {
	begun, lag := time.Now(), c.lag.Load()
	return func() time.Duration {
		passed := time.Since(begun)
		return max(1, passed/2, passed-time.Duration(c.lag.Load()-lag))
	}
}

func (c *clock) close() {
	close(c.stop)
	<-c.done
}
