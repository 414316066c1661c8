package quota

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// TransportOptions configures [Transport].
type TransportOptions struct {
	// Endpoint names the endpoint of a request. nil: [Endpoint].
	Endpoint func(*http.Request) string
	// Priority tells who waits for a request. nil: [Interactive].
	Priority func(*http.Request) Priority
	// Counted is told how the buckets of an attempt stand, when it is counted
	// and again when LinkedIn refuses it for the day. nil: nobody is.
	Counted func(ctx context.Context, usages []Usage)
}

// afterwards bounds what is written to the counters after a reply, also when
// the caller is gone by then.
const afterwards = 5 * time.Second

// Transport reserves every request before it is sent. A doomed one fails with
// [*ExhaustedError] and is not sent. What failed before its headers were
// written is given back; base must report that through httptrace, as
// http.Transport does. A daily 429 closes its bucket until 00:00 UTC and
// teaches the limit; the reply is returned as it came.
func Transport(base http.RoundTripper, ledger *Ledger, opts *TransportOptions) http.RoundTripper {
	c := &counter{base: base, ledger: ledger}
	if opts != nil {
		c.opts = *opts
	}
	if c.opts.Endpoint == nil {
		c.opts.Endpoint = Endpoint
	}
	return c
}

type counter struct {
	base   http.RoundTripper
	ledger *Ledger
	opts   TransportOptions
}

func (c *counter) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	r, err := c.reserve(ctx, req)
	if err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	var written atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }}
	resp, err := c.base.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, trace)))

	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer cancel()
	var failure error
	switch {
	case err != nil && !written.Load():
		failure = r.Return(after)
	case err != nil:
	case resp.StatusCode == http.StatusTooManyRequests:
		if scope, daily := classify(resp); daily {
			failure = r.park(after, scope)
			c.tell(ctx, r)
		}
	case resp.StatusCode/100 == 2:
		failure = r.succeed(after)
	}
	if failure != nil && c.ledger.opts.OnError != nil {
		c.ledger.opts.OnError(ctx, failure)
	}
	return resp, err
}

func (c *counter) reserve(ctx context.Context, req *http.Request) (*Reservation, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p := Interactive
	if c.opts.Priority != nil {
		p = c.opts.Priority(req)
	}
	r, err := c.ledger.Reserve(ctx, c.opts.Endpoint(req), p)
	if err == nil {
		c.tell(ctx, r)
	}
	return r, err
}

func (c *counter) tell(ctx context.Context, r *Reservation) {
	if c.opts.Counted != nil {
		c.opts.Counted(ctx, r.Usage())
	}
}
