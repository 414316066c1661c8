package retry

import (
	"context"
	"net/http"
	"time"
)

// Options says how patient to be. The zero value is right for most.
type Options struct {
	MaxAttempts int           // the first one included; 0: 4, 1: never repeat
	BaseDelay   time.Duration // the longest first wait, doubled each time; 0: 500 ms
	MaxDelay    time.Duration // no wait of our own is longer; 0: 20 s
	// LongestWait is the longest Retry-After that is waited for; a longer one
	// is answered with [*WaitError]. 0: 60 s.
	LongestWait time.Duration
	// Budget bounds the retries of all who share it. nil: only MaxAttempts does.
	Budget *Budget
	// Breaker stops all who share it when LinkedIn has stopped answering. nil:
	// nothing does.
	Breaker *Breaker
	// Again reports whether the caller pays for another attempt. nil: it does.
	Again func(ctx context.Context) bool
	// Notify is told of each wait before it begins, with the context of the
	// request. nil: nobody is.
	Notify func(ctx context.Context, w Wait)
}

// Wait is a pause before another attempt.
type Wait struct {
	Attempt int // the one that failed, from 1
	Reason  Reason
	Status  int       // of the failed attempt; 0 when no answer came
	Until   time.Time // when the next attempt is made
}

// Transport repeats requests on base, which must report through httptrace how
// far they came, as http.Transport does. An error before a connection was
// asked for is taken for a refusal by a wrapper inside, and not repeated; nor is
// a later one whose method Final() bool says true.
//
// A request is repeated only if it has no body or its GetBody is set. POST
// with X-HTTP-Method-Override: GET is a read; a write with an Idempotency-Key
// header is idempotent, as for net/http.
//
// A reply that is not repeated (any more) is returned as it came; at most 64
// KiB of an error's body were read and put back. Errors are of type [*Error],
// or [*WaitError] when the next attempt would come after the deadline.
func Transport(base http.RoundTripper, opts *Options) http.RoundTripper {
	t := &repeater{base: base}
	if opts != nil {
		t.opts = *opts
	}
	if t.opts.MaxAttempts == 0 {
		t.opts.MaxAttempts = 4
	}
	if t.opts.BaseDelay == 0 {
		t.opts.BaseDelay = 500 * time.Millisecond
	}
	if t.opts.MaxDelay == 0 {
		t.opts.MaxDelay = 20 * time.Second
	}
	if t.opts.LongestWait == 0 {
		t.opts.LongestWait = 60 * time.Second
	}
	return t
}

type repeater struct {
	base http.RoundTripper
	opts Options
}

func (t *repeater) RoundTrip(req *http.Request) (*http.Response, error) {
	c := &call{repeater: t, req: req}
	return c.do()
}
