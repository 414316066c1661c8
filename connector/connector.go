package connector

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/plugin"
)

// Options are the parts of a connector that have a default.
type Options struct {
	// Logger gets what happens that no caller sees. Nil: nothing is logged.
	Logger *slog.Logger
}

// Connector is the LinkedIn connector. It is safe for concurrent use, as
// [plugin.Connector] says.
type Connector struct {
	log     *slog.Logger
	actions []action
	base    *http.Transport

	logins atomic.Int64   // sessions begun
	busy   sync.WaitGroup // calls in flight, and sessions that are being drained

	mu          sync.Mutex // guards the fields below
	closed      bool
	calls       map[*call]struct{}    // in flight; Close ends them
	state       *state                // nil before Open
	counters    quota.Counters        // nil before Open
	answers     *cache.Cache[answer]  // nil before Open
	clocks      map[string]*clock     // by API host
	connections map[string]*connected // by id
}

var _ plugin.Connector = (*Connector)(nil)

// New returns a connector. Open it before use and close it at the end.
func New(opts *Options) *Connector {
	c := &Connector{
		log:         slog.New(slog.DiscardHandler),
		actions:     actions(),
		base:        newBase(),
		calls:       make(map[*call]struct{}),
		clocks:      make(map[string]*clock),
		connections: make(map[string]*connected),
	}
	if opts != nil && opts.Logger != nil {
		c.log = opts.Logger
	}
	return c
}

// newBase returns the transport that all connections share. It has no time
// limit of its own but for reaching a host: wire bounds each attempt.
func newBase() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// Open implements [plugin.Connector].
func (c *Connector) Open(_ context.Context, req *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, closedError()
	}
	if c.state != nil {
		return nil, &plugin.Error{
			Kind: plugin.Internal, Source: plugin.SourceHost, Effect: plugin.EffectNone,
			Message: "the connector was opened twice", Hint: "This is a defect of the host. Report it.",
		}
	}
	c.state = &state{store: req.Store}
	c.counters = &quota.MemoryCounters{}
	if req.Store != nil {
		c.counters = storeCounters{req.Store}
	}
	c.answers = cache.New(answer.size, nil)
	return &plugin.OpenResponse{}, nil
}

// Close implements [plugin.Connector]. It waits until what is in flight has
// ended, ctx's end at most.
func (c *Connector) Close(ctx context.Context, _ *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	c.mu.Lock()
	first := !c.closed
	c.closed = true
	for running := range c.calls {
		running.stop(errClosed)
	}
	c.mu.Unlock()
	if first {
		c.retireAll()
	}
	ended := make(chan struct{})
	go func() { // ends with the calls, each of which has a deadline
		c.busy.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c.base.CloseIdleConnections()
	if c.answers != nil {
		c.answers.Close()
	}
	return &plugin.CloseResponse{}, nil
}

// call is one call of the connector on its way.
type call struct {
	owner *Connector
	stop  context.CancelCauseFunc // ends its context
}

// begin counts a call in, and returns its context, which Close ends too.
func (c *Connector) begin(ctx context.Context) (context.Context, *call, error) {
	if err := ctx.Err(); err != nil { // it is over before it began
		e := *plugin.AsError(err)
		e.Effect = plugin.EffectNone
		return nil, nil, &e
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, nil, closedError()
	}
	if c.state == nil {
		return nil, nil, &plugin.Error{
			Kind: plugin.Internal, Source: plugin.SourceHost, Effect: plugin.EffectNone,
			Message: "the connector was called before it was opened", Hint: "This is a defect of the host. Report it.",
		}
	}
	c.busy.Add(1)
	ctx, stop := context.WithCancelCause(ctx)
	running := &call{owner: c, stop: stop}
	c.calls[running] = struct{}{}
	return ctx, running, nil
}

// end counts the call out.
func (c *call) end() {
	c.owner.mu.Lock()
	delete(c.owner.calls, c)
	c.owner.mu.Unlock()
	c.stop(nil)
	c.owner.busy.Done()
}
