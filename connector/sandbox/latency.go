package sandbox

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// Latency is how long answers take.
type Latency struct {
	// Median is what half of the answers stay under. Zero means no delay at all.
	Median time.Duration

	// P99 is what 99 of 100 answers stay under; times follow a log-normal distribution. Zero, or less
	// than Median, means that every answer takes Median.
	P99 time.Duration
}

// SetLatency changes the latency of all answers that follow.
func (s *Server) SetLatency(l Latency) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = l
}

// dice draws latencies, the same ones for the same seed. It is safe for concurrent use.
type dice struct {
	mu  sync.Mutex // guards rng
	rng *rand.Rand
}

func newDice(seed uint64) *dice { return &dice{rng: rand.New(rand.NewPCG(seed, 0))} }

// z99 is the standard normal deviate that 99 of 100 draws stay under.
const z99 = 2.326

func (d *dice) delay(l Latency) time.Duration {
	if l.P99 <= l.Median || l.Median <= 0 {
		return l.Median
	}
	d.mu.Lock()
	z := d.rng.NormFloat64()
	d.mu.Unlock()
	sigma := math.Log(float64(l.P99)/float64(l.Median)) / z99
	return time.Duration(float64(l.Median) * math.Exp(sigma*z))
}

// wait sleeps, unless the client leaves or the server closes. It reports whether it slept to the end.
func (s *Server) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-s.closing:
	}
	return false
}
