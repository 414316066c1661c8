package host

import (
	"context"

	"github.com/linkstep/linkstep/plugin"
)

// acquire returns the running connector, started if need be, with one call
// counted in it.
func (p *Plugin) acquire(ctx context.Context) (*running, error) {
	if r, err := p.ready(); r != nil || err != nil {
		return r, err
	}
	if _, err := p.restartAt(ctx); err != nil {
		return nil, err // answered at once, whoever waits for a start
	}
	if err := p.takeStart(ctx); err != nil {
		return nil, err
	}
	defer func() { p.starts <- struct{}{} }()
	// Another caller may have started it meanwhile.
	if r, err := p.ready(); r != nil || err != nil {
		return r, err
	}
	p.clear()
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

// takeStart takes the start token, which is to be given back.
func (p *Plugin) takeStart(ctx context.Context) error {
	select {
	case <-p.starts:
		return nil
	case <-p.closed:
		return closedError(plugin.EffectNone)
	case <-ctx.Done():
		return plugin.AsError(ctx.Err())
	}
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

// clear takes away a connector that has ended by itself. The caller holds the
// start token.
func (p *Plugin) clear() {
	p.mu.Lock()
	dead := p.current
	p.mu.Unlock()
	if dead == nil {
		return
	}
	p.bury(dead)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current = nil
}
