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
	c := &counter{base: base, ledger: ledger, endpoint: Endpoint}
	if opts != nil && opts.Endpoint != nil {
		c.endpoint = opts.Endpoint
	}
	return c
}

type counter struct {
	base     http.RoundTripper
	ledger   *Ledger
	endpoint func(*http.Request) string
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
	return c.ledger.Reserve(ctx, c.endpoint(req))
}
