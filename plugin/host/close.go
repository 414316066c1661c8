package host

import (
	"context"
	"fmt"

	"github.com/linkstep/linkstep/plugin"
)

// Close waits for the calls in flight until ctx ends, then stops the
// connector, which takes the host's StopGrace and two seconds at most. A call
// that is still in flight is canceled.
func (p *Plugin) Close(ctx context.Context) error {
	p.closing.Do(func() {
		p.enter(Status{State: Draining, PID: p.PID()})
		close(p.closed)
		go func() {
			defer close(p.gone)
			p.closeErr = p.end()
			p.watching.Wait()
			p.host.forget(p)
			p.enter(Status{State: Stopped})
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
	err := p.retire(current, p.host.stopGrace)
	if plugin.KindOf(err) == plugin.Deadline {
		return &plugin.Error{
			Kind: plugin.PluginUnresponsive, Source: plugin.SourceHost, Effect: plugin.EffectUnknown, Err: err,
			Message: fmt.Sprintf("the plugin %s did not close within %s and was stopped", p.name(), p.host.stopGrace),
			Hint:    "Report this to the plugin's author.", Detail: current.explain().detail,
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

// closedError is the answer of a plugin after Close, its own or its host's.
func (p *Plugin) closedError(effect plugin.Effect) *plugin.Error {
	p.host.mu.Lock()
	defer p.host.mu.Unlock()
	e := closedError(effect)
	if !p.host.closed {
		e.Message, e.Hint = "the plugin is closed", "Load it anew."
	}
	return e
}
