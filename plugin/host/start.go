package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// load starts the connector and checks what it says of itself.
func (p *Plugin) load(ctx context.Context) error {
	r, err := p.acquire(ctx)
	if err != nil {
		return err
	}
	r.calls.Done()
	return nil
}

// start reaches the connector anew, lends it the store and asks what it is. It
// ends with ctx, which is no caller's: Close ends it. The caller holds the start
// token.
func (p *Plugin) start(ctx context.Context) error {
	p.enter(Status{State: Starting})
	r, desc, err := p.launch(ctx, p.Source())
	if err == nil {
		p.desc.Store(desc)
		p.adopt(r, "")
		return nil
	}
	switch plugin.KindOf(err) {
	case plugin.PluginStart, plugin.PluginCrashed, plugin.PluginUnresponsive, plugin.Canceled, plugin.Deadline:
		// No caller can cancel a start: a connector that speaks of that is as
		// broken as one that does not start. After Close nothing is noted.
		e := plugin.AsError(err)
		p.crashed(time.Now(), strings.TrimSpace(e.Message+"\n"+e.Detail))
		p.enterPause(e.Message)
	default:
		p.enter(Status{State: Failed, Reason: plugin.AsError(err).Message})
	}
	return err
}

// launch reaches a connector and has it introduce itself.
func (p *Plugin) launch(ctx context.Context, src Source) (*running, *plugin.Description, error) {
	c, err := src.reach(ctx, p.host)
	if err != nil {
		return nil, nil, err
	}
	r := &running{host: p.host, reached: c, dismissed: make(chan struct{}), held: newHeld(p.host.most)}
	desc, err := p.introduce(ctx, r, src)
	if err != nil {
		err = p.notStarted(r, err)
		_ = r.stop(context.WithoutCancel(ctx), 0)
		return nil, nil, err
	}
	return r, desc, nil
}

// introduce asks a connector that was just reached what it is, checks that,
// and lends it the store.
func (p *Plugin) introduce(callers context.Context, r *running, src Source) (*plugin.Description, error) {
	ctx, cancel := context.WithTimeout(callers, p.host.startTimeout)
	defer cancel()
	desc, err := r.Describe(ctx, &plugin.DescribeRequest{})
	if err == nil {
		err = p.recognise(desc, src)
	}
	if err == nil {
		req := &plugin.OpenRequest{Capabilities: p.host.capabilities}
		if p.host.store != nil {
			req.Store = bind(p.host.store, desc.Name, r.hide)
		}
		_, err = r.Open(ctx, req)
	}
	if err != nil && (ctx.Err() != nil || plugin.KindOf(err) == plugin.Deadline) && callers.Err() == nil {
		r.interrupt()
		err = &plugin.Error{
			Kind: plugin.PluginUnresponsive, Source: plugin.SourceHost, Effect: plugin.EffectNone, Retryable: true, Err: err,
			Message: fmt.Sprintf("the plugin %s did not answer within %s of its start", p.name(), p.host.startTimeout),
			Hint:    "Look at the detail and at the plugin's log, or install another version of it.", Detail: r.explain().detail,
		}
	}
	return desc, err
}

// recognise checks that a connector may be called what it calls itself.
func (p *Plugin) recognise(desc *plugin.Description, src Source) error {
	known := p.Description()
	switch {
	case known != nil && desc.Name != known.Name, src.Name != "" && desc.Name != src.Name:
		wanted := cmp.Or(src.Name, p.name())
		if known != nil {
			wanted = known.Name
		}
		e := &plugin.Error{
			Kind: plugin.PluginTampered, Source: plugin.SourceHost, Effect: plugin.EffectNone,
			Message: fmt.Sprintf("the plugin calls itself %q, not %q", desc.Name, wanted),
			Hint:    fmt.Sprintf("Name a plugin that calls itself %q, or use this one as %q.", wanted, desc.Name),
		}
		if src.Kind == "installed" && src.Name != desc.Name {
			e.Hint = installHint
		}
		return e
	case known != nil && desc.Protocol < known.Protocol:
		return &plugin.Error{
			Kind: plugin.PluginIncompatible, Source: plugin.SourceHost, Effect: plugin.EffectNone,
			Message: fmt.Sprintf("version %s of the plugin %s speaks protocol %d, the one before spoke %d", desc.Version, desc.Name, desc.Protocol, known.Protocol),
			Hint:    "Install a version of the plugin that is no older.",
		}
	case !validName(desc.Name):
		return &plugin.Error{
			Kind: plugin.PluginIncompatible, Source: plugin.SourceConnector, Effect: plugin.EffectNone,
			Message: fmt.Sprintf("the plugin calls itself %q, which cannot be the name of a connector", desc.Name),
			Hint:    fmt.Sprintf("Report this to the plugin's author: up to 40 lower-case letters, digits and dashes, a letter first, and not %q.", hostName),
		}
	}
	return nil
}

// noPluginHint is for a program that ran and did not answer as a plugin.
const noPluginHint = "Check that the file is a Linkstep plugin: its main does nothing but call serve.Main, and prints nothing."

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
	e.Kind, e.Effect, e.Hint = plugin.PluginStart, plugin.EffectNone, noPluginHint
	return &e
}

// explain makes an error of the transport say what became of the process.
// When is the end of a sentence about it.
func (p *Plugin) explain(r *running, err error, when string) error {
	if plugin.KindOf(err) != plugin.PluginCrashed || plugin.AsError(err).Source != plugin.SourceHost {
		return err // a connector may say so too; it is none of ours then
	}
	if errors.Is(err, wire.ErrEnding) {
		return err // it is ending, and has said so
	}
	if p.isClosed() {
		return p.closedError(plugin.EffectUnknown)
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
	if end.hung {
		e.Kind = plugin.PluginUnresponsive
	}
	return &e
}
