package retry

import (
	"math/rand/v2"
	"sync"
	"time"
)

// BreakerOptions says when a [Breaker] opens. The zero value is right for most.
type BreakerOptions struct {
	Failures int           // in a row, after which nothing is sent for a while; 0: 10
	Rest     time.Duration // the first while, doubled with each attempt after it that fails; 0: 15 s
	MaxRest  time.Duration // no while is longer; 0: 5 min
}

// Breaker leaves LinkedIn alone for a while once it has stopped answering.
// Then one attempt is let through: if it is answered all are, else another
// while begins. It is safe for concurrent use.
type Breaker struct {
	opts BreakerOptions

	mu     sync.Mutex // guards the fields below
	term   int        // counts openings and trials: an attempt from an earlier one says nothing of now
	failed int        // attempts in a row
	rest   time.Duration
	until  time.Time // nothing is sent before; zero: closed
}

// NewBreaker returns a closed breaker.
func NewBreaker(opts *BreakerOptions) *Breaker {
	b := &Breaker{}
	if opts != nil {
		b.opts = *opts
	}
	if b.opts.Failures == 0 {
		b.opts.Failures = 10
	}
	if b.opts.Rest == 0 {
		b.opts.Rest = 15 * time.Second
	}
	if b.opts.MaxRest == 0 {
		b.opts.MaxRest = 5 * time.Minute
	}
	return b
}

// admit lets an attempt through, and gives the term to report it with; or it
// tells when to come back. After a while the first attempt is let through
// alone; should it never be reported, another is after a further while.
func (b *Breaker) admit() (term int, until time.Time) {
	if b == nil {
		return 0, time.Time{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if now.Before(b.until) {
		return 0, b.until
	}
	if !b.until.IsZero() {
		b.term++
		b.until = now.Add(b.rest)
	}
	return b.term, time.Time{}
}

// openUntil is when the next attempt is let through; zero: now.
func (b *Breaker) openUntil() time.Time {
	if b == nil {
		return time.Time{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.until
}

// verdict is what an attempt tells of LinkedIn's state.
type verdict int

const (
	neither verdict = iota // it was canceled, or refused before it was sent
	alive                  // it was answered, be it with a refusal
	ailing                 // LinkedIn was not reached, did not answer, or failed
)

// report takes in how an admitted attempt ended. An answer closes the breaker,
// whenever it was asked for.
func (b *Breaker) report(term int, v verdict) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case v == alive:
		b.failed, b.rest, b.until = 0, 0, time.Time{}
	case term != b.term:
	case v == neither && !b.until.IsZero():
		b.until = time.Now() // the next one tries instead
	case v == ailing:
		if b.failed++; b.failed >= b.opts.Failures {
			b.open()
		}
	}
}

// open begins a while in which nothing is sent. Called with mu held.
func (b *Breaker) open() {
	b.term++
	b.rest = min(max(2*b.rest, b.opts.Rest), b.opts.MaxRest)
	// The second half is chance, so that not all processes come back at once.
	b.until = time.Now().Add(b.rest/2 + rand.N(b.rest/2+1))
}
