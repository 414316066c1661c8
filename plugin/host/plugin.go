package host

import (
	"cmp"
	"context"
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
)

// Plugin is a loaded connector. It is safe for concurrent use.
type Plugin struct {
	host *Host
	src  Source
	desc *plugin.Description // set by the first start

	schemas schemas
	starts  chan struct{} // holds one token while nobody starts or stops the connector

	closing  sync.Once
	closed   chan struct{} // closed when Close begins
	rushing  sync.Once
	rush     chan struct{} // closed when a Close waits no longer for the calls in flight
	gone     chan struct{} // closed when the connector has been stopped for good
	closeErr error         // valid once gone is closed

	mu      sync.Mutex  // guards the fields below
	current *running    // nil: not running
	crashes []time.Time // oldest first
}

func newPlugin(h *Host, src Source) *Plugin {
	p := &Plugin{
		host: h, src: src,
		starts: make(chan struct{}, 1), closed: make(chan struct{}), rush: make(chan struct{}), gone: make(chan struct{}),
	}
	p.starts <- struct{}{}
	return p
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

// hasEnded reports whether no call can succeed any more.
func (r *running) hasEnded() bool {
	select {
	case <-r.ended():
		return true
	default:
		return false
	}
}

// load starts the connector and checks what it says of itself.
func (p *Plugin) load(ctx context.Context) error {
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
// connector, which takes the host's StopGrace and two seconds at most. A call
// that is still in flight is canceled.
func (p *Plugin) Close(ctx context.Context) error {
	p.closing.Do(func() {
		close(p.closed)
		go func() {
			defer close(p.gone)
			p.closeErr = p.end()
			p.host.forget(p)
		}()
	})
	select {
	case <-p.gone:
	case <-ctx.Done():
		p.rushing.Do(func() { close(p.rush) })
		<-p.gone
	}
	return p.closeErr
}

// end stops the connector for good.
func (p *Plugin) end() error {
	<-p.starts // a start in progress gives up; no other begins
	p.mu.Lock()
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
	case <-p.rush:
	case <-current.ended():
	}
	err := current.stop(context.Background(), p.host.stopGrace)
	// The calls that were left end with the connector, but for one in this
	// process that does not heed its context.
	select {
	case <-idle:
	case <-time.After(time.Second):
	}
	if plugin.KindOf(err) == plugin.Deadline {
		return &plugin.Error{
			Kind: plugin.PluginUnresponsive, Source: plugin.SourceHost, Effect: plugin.EffectUnknown, Err: err,
			Message: fmt.Sprintf("the plugin %s did not close within %s and was stopped", p.name(), p.host.stopGrace),
			Hint:    "Report this to the plugin's author.",
		}
	}
	return err
}

// isClosed reports whether Close has begun.
func (p *Plugin) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
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
	case <-p.closed:
		return nil, closedError(plugin.EffectNone)
	case <-ctx.Done():
		return nil, plugin.AsError(ctx.Err())
	}
	// Another caller may have started it meanwhile.
	if r, err := p.ready(); r != nil || err != nil {
		return r, err
	}
	p.bury()
	ctx, cancel := p.untilClosed(ctx)
	defer cancel()
	err := p.backOff(ctx)
	if err == nil {
		err = p.start(ctx)
	}
	switch {
	case p.isClosed():
		return nil, closedError(plugin.EffectNone)
	case err != nil:
		return nil, err
	}
	return p.ready()
}

// untilClosed returns a context that ends with Close.
func (p *Plugin) untilClosed(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-p.closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// ready returns the running connector with one call counted, nil when there
// is none.
func (p *Plugin) ready() (*running, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.isClosed():
		return nil, closedError(plugin.EffectNone)
	case p.current == nil || p.current.hasEnded():
		return nil, nil
	}
	p.current.calls.Add(1)
	return p.current, nil
}

// bury clears away a connector that has ended by itself and counts that as a
// crash. The caller holds the start token.
func (p *Plugin) bury() {
	p.mu.Lock()
	dead := p.current
	p.current = nil
	p.mu.Unlock()
	if dead == nil {
		return
	}
	end := dead.explain()
	p.host.log.Warn("the plugin crashed", "plugin", p.desc.Name, "how", end.how)
	_ = dead.stop(context.Background(), 0)
	p.crashed(end.at)
}

func (p *Plugin) crashed(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.crashes = append(p.crashes, at)
}

// start reaches the connector anew, lends it the store and asks what it is.
// The caller holds the start token.
func (p *Plugin) start(ctx context.Context) error {
	c, err := p.src.reach(ctx, p.host)
	if err == nil {
		r := &running{reached: c, connected: make(map[string]*connected)}
		if err = p.introduce(ctx, r); err == nil {
			p.mu.Lock()
			p.current = r
			p.mu.Unlock()
			return nil
		}
		err = p.notStarted(r, err)
		_ = r.stop(context.WithoutCancel(ctx), 0)
	}
	switch plugin.KindOf(err) {
	case plugin.PluginStart, plugin.PluginCrashed, plugin.PluginUnresponsive:
		p.crashed(time.Now())
	}
	return err
}

// notStarted says of a connector that went away while it was introduced that
// it did not start.
func (p *Plugin) notStarted(r *running, err error) error {
	if plugin.KindOf(err) != plugin.PluginCrashed || p.isClosed() {
		return err
	}
	e := *plugin.AsError(p.explain(r, err, "while it started"))
	if !r.hasEnded() {
		e.Message = fmt.Sprintf("the plugin %s did not answer as a plugin", p.name())
	}
	e.Kind, e.Effect, e.Hint = plugin.PluginStart, plugin.EffectNone, "Check that the file is a Linkstep plugin."
	return &e
}

// introduce asks a connector that was just reached what it is, checks that,
// and lends it the store.
func (p *Plugin) introduce(callers context.Context, r *running) error {
	ctx, cancel := context.WithTimeout(callers, p.host.startTimeout)
	defer cancel()
	desc, err := r.Describe(ctx, &plugin.DescribeRequest{})
	if err == nil {
		err = p.recognise(desc)
	}
	if err == nil {
		req := &plugin.OpenRequest{}
		if p.host.store != nil {
			req.Store = bind(p.host.store, desc.Name, r.hide)
		}
		_, err = r.Open(ctx, req)
	}
	switch {
	case err == nil && p.desc == nil:
		p.desc = desc
	case err != nil && (ctx.Err() != nil || plugin.KindOf(err) == plugin.Deadline) && callers.Err() == nil:
		return &plugin.Error{
			Kind: plugin.PluginUnresponsive, Source: plugin.SourceHost, Effect: plugin.EffectNone, Retryable: true, Err: err,
			Message: fmt.Sprintf("the plugin %s did not answer within %s of its start", p.name(), p.host.startTimeout),
			Hint:    "Look at the plugin's log, or install another version of it.", Detail: r.explain().detail,
		}
	}
	return err
}

// recognise checks that a connector may be called what it calls itself.
func (p *Plugin) recognise(desc *plugin.Description) error {
	switch {
	case p.desc != nil && desc.Name != p.desc.Name, p.src.Name != "" && desc.Name != p.src.Name:
		return &plugin.Error{
			Kind: plugin.PluginTampered, Source: plugin.SourceHost, Effect: plugin.EffectNone,
			Message: fmt.Sprintf("the plugin calls itself %q, not %q", desc.Name, cmp.Or(p.src.Name, p.name())),
			Hint:    "Install the plugin again with: linkstep install FILE",
		}
	case !validName(desc.Name):
		return &plugin.Error{
			Kind: plugin.PluginIncompatible, Source: plugin.SourceConnector, Effect: plugin.EffectNone,
			Message: fmt.Sprintf("the plugin calls itself %q, which a connector may not be called: lower-case letters, digits and dashes, and not %q", desc.Name, hostName),
			Hint:    "Report this to the plugin's author.",
		}
	}
	return nil
}

// explain makes an error of the transport say what became of the process.
// When is the end of a sentence about it.
func (p *Plugin) explain(r *running, err error, when string) error {
	if plugin.KindOf(err) != plugin.PluginCrashed || plugin.AsError(err).Source != plugin.SourceHost {
		return err // a connector may say so too; it is none of ours then
	}
	if p.isClosed() {
		return closedError(plugin.EffectUnknown)
	}
	if r.ended() == nil {
		return err
	}
	select {
	case <-r.ended():
	case <-time.After(time.Second):
		return err // the connection broke, the process lives
	}
	end := r.explain()
	e := *plugin.AsError(err)
	e.Message = fmt.Sprintf("the plugin %s %s %s", p.name(), cmp.Or(end.how, "was stopped"), when)
	e.Detail = cmp.Or(end.detail, e.Detail)
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
