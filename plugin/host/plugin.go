package host

import (
	"context"
	"sync"
	"sync/atomic"
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
	desc atomic.Pointer[plugin.Description] // nil before the first start

	schemas schemas

	starts   chan struct{}  // holds one token while nobody starts or stops the connector
	watching sync.WaitGroup // the goroutines of this plugin; Close waits for them

	closing  sync.Once
	closed   chan struct{} // closed when Close begins
	rushing  sync.Once
	rush     chan struct{} // closed when a Close waits no longer for the calls in flight
	gone     chan struct{} // closed when the connector has been stopped for good
	closeErr error         // valid once gone is closed

	mu        sync.Mutex // guards the fields below
	src       Source
	current   *running      // nil: not running
	now       *moment       // the state
	crashes   []time.Time   // oldest first
	lastWords string        // what is known of the last crash, secrets struck
	notBefore time.Time     // no start before; zero: at once
	reset     chan struct{} // closed when crashes and notBefore are forgotten
}

func newPlugin(h *Host, src Source) *Plugin {
	p := &Plugin{
		host: h, src: src, now: newMoment(Status{State: Idle}), reset: make(chan struct{}),
		starts: make(chan struct{}, 1), closed: make(chan struct{}), rush: make(chan struct{}), gone: make(chan struct{}),
	}
	p.starts <- struct{}{}
	return p
}

// running is one life of a connector, from its start to its end.
type running struct {
	reached
	host      *Host
	calls     sync.WaitGroup // in flight
	noted     sync.Once      // notes its end, as a crash or as planned
	held      *held          // the connections that it was given
	dismissed chan struct{}  // closed when it is called no more because it was told to end; [Plugin.mu] guards the closing
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

// pid returns the process id, 0 for a connector in this process or none.
func (r *running) pid() int {
	if r == nil || r.hasEnded() {
		return 0
	}
	if proc, ok := r.reached.(*process); ok {
		return proc.run.cmd.Process.Pid
	}
	return 0
}

// Description says what the connector offers. Do not change it. An upgrade
// brings another one.
func (p *Plugin) Description() *plugin.Description { return p.desc.Load() }

// Source says where the connector was loaded from.
func (p *Plugin) Source() Source {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.src
}

// PID returns the process id of the plugin, 0 when it runs in this process or
// not at all.
func (p *Plugin) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current.pid()
}

func (p *Plugin) name() string {
	if desc := p.Description(); desc != nil {
		return desc.Name
	}
	return p.Source().Path
}

// withTimeout gives a call that has no deadline one.
func withTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, d)
}
