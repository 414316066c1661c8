package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

const (
	// callTimeout ends a call whose caller gave no deadline.
	callTimeout = time.Minute
	// invokeTimeout is the same for an action, which may page and wait.
	invokeTimeout = 5 * time.Minute
	// stopGrace is how long a connector may take to close; a process is gone
	// two seconds later at most.
	stopGrace = 5 * time.Second
)

// Plugin is a loaded connector. It is safe for concurrent use.
type Plugin struct {
	host *Host
	src  Source
	desc *plugin.Description

	schemas schemas
	starts  chan struct{} // holds one token while nobody starts the connector

	mu      sync.Mutex // guards the fields below
	current *running   // nil: not running
	crashes []time.Time
	closed  bool
}

// running is one life of a connector, from its start to its end.
type running struct {
	reached
	calls sync.WaitGroup // in flight

	mu        sync.Mutex // guards the field below
	connected map[string]*connected
}

// connected is a connection that the connector was given, or is being given.
type connected struct {
	print fingerprint
	ready chan struct{} // closed when the connector has answered
	err   error         // of the connector, valid once ready is closed
}

// load starts the connector and checks what it says of itself.
func (p *Plugin) load(ctx context.Context) error {
	p.starts = make(chan struct{}, 1)
	p.starts <- struct{}{}
	r, err := p.acquire(ctx)
	if err != nil {
		return err
	}
	r.calls.Done()
	return nil
}

// Description says what the connector offers. Do not change it.
func (p *Plugin) Description() *plugin.Description { return p.desc }

// Source says where the connector was loaded from.
func (p *Plugin) Source() Source { return p.src }

// PID returns the process id of the plugin, 0 when it runs in this process or
// not at all.
func (p *Plugin) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == nil {
		return 0
	}
	if proc, ok := p.current.reached.(*process); ok {
		return proc.run.cmd.Process.Pid
	}
	return 0
}

// Close waits for the calls in flight until ctx ends, then stops the
// connector. It takes 7 s at most after that.
func (p *Plugin) Close(ctx context.Context) error {
	p.mu.Lock()
	p.closed = true
	current := p.current
	p.current = nil
	p.mu.Unlock()
	if current == nil {
		return nil
	}
	idle := make(chan struct{})
	go func() { current.calls.Wait(); close(idle) }()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	err := current.stop(context.WithoutCancel(ctx), stopGrace)
	// The calls that were left end with the connector, but for one in this
	// process that does not heed its context.
	select {
	case <-idle:
	case <-time.After(stopGrace):
	}
	return err
}

// acquire returns the running connector, started if need be, with one call
// counted in it.
func (p *Plugin) acquire(ctx context.Context) (*running, error) {
	if r, err := p.ready(); r != nil || err != nil {
		return r, err
	}
	select {
	case <-p.starts:
		defer func() { p.starts <- struct{}{} }()
	case <-ctx.Done():
		return nil, plugin.AsError(ctx.Err())
	}
	// Another caller may have started it meanwhile.
	if r, err := p.ready(); r != nil || err != nil {
		return r, err
	}
	if err := p.backOff(ctx); err != nil {
		return nil, err
	}
	r, err := p.start(ctx)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errors.Join(errClosed, r.stop(context.WithoutCancel(ctx), 0))
	}
	p.current = r
	r.calls.Add(1)
	return r, nil
}

// ready returns the running connector with one call counted, nil when there
// is none. One that has ended is cleared away and counted as a crash.
func (p *Plugin) ready() (*running, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	if p.current == nil {
		return nil, nil
	}
	select {
	case <-p.current.ended():
		how, _ := p.current.explain()
		p.host.log.Warn("the plugin crashed", "plugin", p.desc.Name, "how", how)
		_ = p.current.stop(context.Background(), 0)
		p.current = nil
		p.crashes = append(p.crashes, time.Now())
		return nil, nil
	default:
		p.current.calls.Add(1)
		return p.current, nil
	}
}

// start reaches the connector anew, lends it the store and asks what it is.
func (p *Plugin) start(ctx context.Context) (*running, error) {
	c, err := p.src.reach(ctx, p.host)
	if err != nil {
		return nil, err
	}
	r := &running{reached: c, connected: make(map[string]*connected)}
	if err := p.introduce(ctx, r); err != nil {
		_ = r.stop(context.WithoutCancel(ctx), 0)
		return nil, p.explain(r, err, "while it started")
	}
	return r, nil
}

func (p *Plugin) introduce(ctx context.Context, r *running) error {
	ctx, cancel := withTimeout(ctx, callTimeout)
	defer cancel()
	desc, err := r.Describe(ctx, &plugin.DescribeRequest{})
	if err != nil {
		return err
	}
	switch {
	case p.desc != nil && desc.Name != p.desc.Name, p.src.Name != "" && desc.Name != p.src.Name:
		return &plugin.Error{
			Kind: plugin.PluginTampered, Source: plugin.SourceHost, Effect: plugin.EffectNone,
			Message: fmt.Sprintf("the plugin calls itself %q, not %q", desc.Name, p.src.Name),
			Hint:    "Install the plugin again with: linkstep install FILE",
		}
	case !validName(desc.Name):
		return &plugin.Error{
			Kind: plugin.PluginIncompatible, Source: plugin.SourceConnector, Effect: plugin.EffectNone,
			Message: fmt.Sprintf("the plugin calls itself %q, which is no name: lower-case letters, digits and dashes", desc.Name),
			Hint:    "Report this to the plugin's author.",
		}
	}
	req := &plugin.OpenRequest{}
	if p.host.store != nil {
		req.Store = bind(p.host.store, desc.Name, r.hide)
	}
	if _, err := r.Open(ctx, req); err != nil {
		return err
	}
	if p.desc == nil {
		p.desc = desc
	}
	return nil
}

// explain makes an error of the transport say what became of the process.
// When is the end of a sentence about it.
func (p *Plugin) explain(r *running, err error, when string) error {
	if plugin.KindOf(err) != plugin.PluginCrashed || r.ended() == nil {
		return err
	}
	select {
	case <-r.ended():
	case <-time.After(time.Second):
		return err // the connection broke, the process lives
	}
	how, detail := r.explain()
	if how == "" {
		how = "was stopped"
	}
	e := *plugin.AsError(err)
	e.Message = fmt.Sprintf("the plugin %s %s %s", p.name(), how, when)
	if detail != "" {
		e.Detail = detail
	}
	return &e
}

func (p *Plugin) name() string {
	if p.desc != nil {
		return p.desc.Name
	}
	return p.src.Path
}

// withTimeout gives a call that has no deadline one.
func withTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}
