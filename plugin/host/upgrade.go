package host

import (
	"context"
	"fmt"

	"github.com/linkstep/linkstep/plugin"
)

// Upgrade puts the connector that src gives in the place of the running one,
// and fails no call: the new one is started, checked and given the
// connections; new calls go to it then, and the old one ends once its calls
// have ended. Upgrade waits for that until ctx ends; the old one then goes on
// by itself, until [Plugin.Close] at the latest.
//
// The new one must have the same name and no older protocol, break nothing
// that the old one promised, and accept the connections. After an error the
// old one runs on as before. A successful upgrade forgets the crashes, as
// [Plugin.Reset] does.
func (p *Plugin) Upgrade(ctx context.Context, src Source, opts *UpgradeOptions) error {
	if err := src.check(); err != nil {
		return err
	}
	drained, err := p.swap(ctx, src, opts)
	if err != nil {
		return err
	}
	select {
	case <-drained:
	case <-ctx.Done():
	}
	return nil
}

// UpgradeOptions are the parts of an upgrade that have a default.
type UpgradeOptions struct {
	// AllowBreaking lets a new version through that breaks what the old one
	// promised, as package compat tells it. False: such a version is refused
	// with an error of kind PluginIncompatible, unless it has a new major
	// version, or a new minor one where the major is 0.
	AllowBreaking bool
}

// swap starts the new connector and makes it the one that is called. The
// channel is closed when the old one has ended.
func (p *Plugin) swap(ctx context.Context, src Source, opts *UpgradeOptions) (<-chan struct{}, error) {
	if err := p.takeStart(ctx); err != nil {
		return nil, unsent(err)
	}
	defer p.giveStart()
	ctx, cancel := p.untilClosed(ctx)
	defer cancel()
	before := p.Description()
	r, desc, err := p.prepare(ctx, src, opts != nil && opts.AllowBreaking)
	switch {
	case err != nil && p.isClosed():
		return nil, p.closedError(plugin.EffectNone)
	case err != nil:
		return nil, unsent(err)
	}
	old := p.running()
	if old != nil {
		old.noted.Do(func() {}) // its end is planned from here on
	}
	p.mu.Lock()
	p.src = src
	p.resetLocked()
	p.mu.Unlock()
	p.adopt(r, fmt.Sprintf("upgraded from %s to %s", before.Version, desc.Version))
	p.desc.Store(desc)
	p.host.log.Info("upgraded", "plugin", desc.Name, "from", before.Version, "to", desc.Version)

	drained := make(chan struct{})
	p.watching.Go(func() {
		defer close(drained)
		if old == nil {
			return
		}
		if err := p.retire(old, p.host.stopGrace); err != nil {
			p.host.log.Warn("the plugin that was replaced did not close cleanly", "plugin", desc.Name, "error", err)
		}
	})
	return drained, nil
}

// prepare starts a new connector, compares it with the old one, and gives it
// the connections. It stops the new one where that fails.
func (p *Plugin) prepare(ctx context.Context, src Source, allowBreaking bool) (*running, *plugin.Description, error) {
	r, desc, err := p.launch(ctx, src)
	if err != nil {
		return nil, nil, err
	}
	if !allowBreaking {
		err = keepsPromises(p.Description(), desc)
	}
	if err == nil {
		err = p.handOver(ctx, r)
	}
	if err != nil {
		_ = r.stop(context.WithoutCancel(ctx), p.host.stopGrace)
		return nil, nil, err
	}
	return r, desc, nil
}

// running returns the connector that is called, nil when there is none.
func (p *Plugin) running() *running {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current
}

// handOver gives a new connector the connections of the running one, so that
// no caller finds out that it refuses them.
func (p *Plugin) handOver(ctx context.Context, to *running) error {
	from := p.running()
	if from == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	for _, conn := range from.held.ready() {
		c, err := to.connect(ctx, conn)
		if err != nil {
			return p.explain(to, err, "while it took the connection "+conn.Name)
		}
		to.held.done(c)
	}
	return nil
}
