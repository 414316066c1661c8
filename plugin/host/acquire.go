package host

import (
	"context"

	"github.com/linkstep/linkstep/plugin"
)

// acquire returns the running connector, started if need be, with one call
// counted in it. Callers wait out a pause each for themselves: one with too
// little time is told so at once, whoever else waits.
func (p *Plugin) acquire(ctx context.Context) (*running, error) {
	if r, err := p.ready(); r != nil || err != nil {
		return r, err
	}
	ctx, cancel := p.untilClosed(ctx)
	defer cancel()
	for {
		p.clear()
		err := p.backOff(ctx)
		var r *running
		if err == nil {
			r, err = p.startOnce(ctx)
		}
		switch {
		case err != nil && p.isClosed():
			return nil, p.closedError(plugin.EffectNone)
		case r != nil || err != nil:
			return r, err
		}
	}
}

// startOnce starts the connector, unless another caller has done so meanwhile.
// It returns neither a connector nor an error when it ended at once, or when
// there is a pause by now. A caller that gives up leaves the start to go on for
// those that come after: were it ended, callers with less time than a start
// takes would keep the connector down for ever.
func (p *Plugin) startOnce(ctx context.Context) (*running, error) {
	if err := p.takeStart(ctx); err != nil {
		return nil, err
	}
	if r, err := p.ready(); r != nil || err != nil {
		p.giveStart()
		return r, err
	}
	p.clear()
	if p.isPaused() {
		p.giveStart()
		return nil, nil
	}
	started := make(chan error, 1)
	p.watching.Go(func() {
		defer p.giveStart()
		ctx, cancel := p.untilClosed(context.WithoutCancel(ctx))
		defer cancel()
		started <- p.start(ctx)
	})
	select {
	case err := <-started:
		if err != nil {
			return nil, err
		}
		return p.ready()
	case <-ctx.Done():
		return nil, plugin.AsError(ctx.Err())
	}
}

// takeStart takes the start token, which is to be given back.
func (p *Plugin) takeStart(ctx context.Context) error {
	if ctx.Err() != nil {
		return plugin.AsError(ctx.Err())
	}
	select {
	case <-p.starts:
		return nil
	case <-p.closed:
		return p.closedError(plugin.EffectNone)
	case <-ctx.Done():
		return plugin.AsError(ctx.Err())
	}
}

// giveStart gives the start token back.
func (p *Plugin) giveStart() { p.starts <- struct{}{} }

// ready returns the running connector with one call counted, nil when there
// is none.
func (p *Plugin) ready() (*running, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.isClosed():
		return nil, p.closedError(plugin.EffectNone)
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

// clear takes away a connector that has ended by itself, once its crash is
// counted.
func (p *Plugin) clear() {
	dead := p.running()
	if dead == nil || !dead.hasEnded() {
		return
	}
	p.bury(dead)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == dead {
		p.current = nil
	}
}
