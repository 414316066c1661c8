package host

import (
	"context"
	"fmt"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

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
