package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// Check tells the state of a connection.
func (p *Plugin) Check(ctx context.Context, conn *Connection, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	req = orZero(req)
	if err := p.suits(conn); err != nil {
		return nil, err
	}
	res, err := p.check(ctx, conn, req)
	if err == nil && !res.Token.Present {
		p.forgetName(ctx, conn)
	}
	if !req.Deep {
		return res, err
	}
	if err != nil {
		p.recordAccount(ctx, conn, auditCheck, plugin.Account{}, err)
		return nil, err
	}
	out := *res
	out.Diagnostics = notNil(slices.Concat(res.Diagnostics, p.recordAccount(ctx, conn, auditCheck, res.Account, nil)))
	return &out, nil
}

func (p *Plugin) check(ctx context.Context, conn *Connection, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	return call(ctx, p, conn, func(ctx context.Context, r *running) (*plugin.CheckResponse, error) {
		in := *req
		in.Connection = conn.ID
		res, err := r.Check(ctx, &in)
		if err != nil {
			return nil, err
		}
		out := *res
		out.ScopesGranted, out.ScopesMissing = notNil(out.ScopesGranted), notNil(out.ScopesMissing)
		out.Actions, out.Diagnostics = notNil(out.Actions), notNil(out.Diagnostics)
		return &out, nil
	})
}

// Authorize runs one step of logging a connection in.
func (p *Plugin) Authorize(ctx context.Context, conn *Connection, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	req = orZero(req)
	if err := p.suits(conn); err != nil {
		return nil, err
	}
	res, err := p.authorize(ctx, conn, req)
	switch {
	case err != nil:
		p.recordAccount(ctx, conn, auditAuthorize, plugin.Account{}, err)
		return nil, err
	case !res.Done:
		return res, nil
	}
	out := *res
	out.Diagnostics = slices.Concat(res.Diagnostics, p.recordAccount(ctx, conn, auditAuthorize, res.Account, nil))
	return &out, nil
}

func (p *Plugin) authorize(ctx context.Context, conn *Connection, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	return call(ctx, p, conn, func(ctx context.Context, r *running) (*plugin.AuthorizeResponse, error) {
		in := *req
		in.Connection = conn.ID
		hideStep(&in, r.hide)
		res, err := r.Authorize(ctx, &in)
		if err == nil {
			r.hide(res.Session.Reveal())
		}
		return res, err
	})
}

// Usage tells how much of each daily budget a connection has used. It is for
// connectors with [plugin.CapabilityUsage].
func (p *Plugin) Usage(ctx context.Context, conn *Connection) (*plugin.UsageResponse, error) {
	if err := p.suits(conn); err != nil {
		return nil, err
	}
	if err := p.has(plugin.CapabilityUsage); err != nil {
		return nil, err
	}
	return call(ctx, p, conn, func(ctx context.Context, r *running) (*plugin.UsageResponse, error) {
		res, err := r.Usage(ctx, &plugin.UsageRequest{Connection: conn.ID})
		if err != nil {
			return nil, err
		}
		return &plugin.UsageResponse{Buckets: notNil(res.Buckets)}, nil
	})
}

// Options lists the choices for one field of an action's input. It is for
// connectors with [plugin.CapabilityOptions]. Conn is nil for a connector that
// needs none, and for choices that are everybody's.
func (p *Plugin) Options(ctx context.Context, conn *Connection, req *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
	if conn != nil {
		if err := p.suits(conn); err != nil {
			return nil, err
		}
	}
	if err := p.has(plugin.CapabilityOptions); err != nil {
		return nil, err
	}
	return call(ctx, p, conn, func(ctx context.Context, r *running) (*plugin.OptionsResponse, error) {
		in := *orZero(req)
		if conn != nil {
			in.Connection = conn.ID
		}
		res, err := r.Options(ctx, &in)
		if err != nil {
			return nil, err
		}
		return &plugin.OptionsResponse{Options: notNil(res.Options), NextCursor: res.NextCursor}, nil
	})
}

// notNil makes an absent list an empty one, [] in JSON: the wire does not
// tell them apart.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Disconnect takes a connection out of the running connector, which drops
// what it holds of it in memory. What the store holds of it is deleted by
// [Connections.Delete]. There is nothing to do where a connector needs no
// connection.
func (p *Plugin) Disconnect(ctx context.Context, conn *Connection) error {
	if p.Description().Auth == nil {
		return nil
	}
	if err := p.suits(conn); err != nil {
		return err
	}
	_, err := call(ctx, p, nil, func(ctx context.Context, r *running) (*plugin.DisconnectResponse, error) {
		r.held.forget(conn.ID)
		return r.Disconnect(ctx, &plugin.DisconnectRequest{Connection: conn.ID})
	})
	return err
}

// hideStep hides the secrets of a step of logging in. The answer may be a
// whole URL; its code is a secret by itself.
func hideStep(req *plugin.AuthorizeRequest, hide func(string)) {
	if req.Token != nil {
		hide(req.Token.AccessToken.Reveal())
		hide(req.Token.RefreshToken.Reveal())
	}
	if req.Complete != nil {
		hide(req.Complete.Session.Reveal())
		hide(req.Complete.Answer.Reveal())
		if u, err := url.Parse(req.Complete.Answer.Reveal()); err == nil {
			hide(u.Query().Get("code"))
		}
	}
}

// call runs f on the running connector, which knows conn by then. A nil conn
// is for a call that needs none.
func call[T any](ctx context.Context, p *Plugin, conn *Connection, f func(context.Context, *running) (*T, error)) (*T, error) {
	ctx, cancel := withTimeout(ctx, callTimeout)
	defer cancel()
	for {
		r, err := p.acquire(ctx)
		if err != nil {
			return nil, unsent(err)
		}
		out, err := callOnce(ctx, p, r, conn, f)
		if !errors.Is(err, wire.ErrEnding) {
			return out, err
		}
		p.dismiss(r) // and call the next
	}
}

// callOnce runs f on a connector that was acquired for this call.
func callOnce[T any](ctx context.Context, p *Plugin, r *running, conn *Connection, f func(context.Context, *running) (*T, error)) (*T, error) {
	defer r.calls.Done()
	if conn != nil {
		p.host.warnOfNoStore()
		c, err := r.connect(ctx, conn)
		if err != nil {
			return nil, unsent(p.notTaken(conn, p.whyFailed(ctx, r, err, "while it took the connection "+conn.Name)))
		}
		defer r.release(ctx, c)
	}
	out, err := f(ctx, r)
	if err != nil {
		return nil, p.whyFailed(ctx, r, err, "during the call")
	}
	return out, nil
}

// notTaken says of a deadline that it passed before the call began: a plugin
// that hangs with a connection is not one with a slow action.
func (p *Plugin) notTaken(conn *Connection, err error) error {
	e := *plugin.AsError(err)
	if e.Kind == plugin.Deadline && e.Source == plugin.SourceCaller {
		e.Message = fmt.Sprintf("the call's deadline passed while the plugin %s took the connection %s", p.name(), conn.Name)
	}
	return &e
}

// whyFailed makes the error of a call say what became of the plugin. When is
// the end of a sentence about it.
func (p *Plugin) whyFailed(ctx context.Context, r *running, err error, when string) error {
	if plugin.KindOf(err) == plugin.Canceled && ctx.Err() == nil && r.isLeaving() && !p.isClosed() {
		return p.cutShort(err, when)
	}
	return p.explain(r, err, when)
}

// isLeaving reports whether the connector has been told to end.
func (r *running) isLeaving() bool {
	select {
	case <-r.leaving():
		return true
	default:
		return false
	}
}

// cutShort is for a call that the connector cancelled because it was told to
// end. The caller did not, so the cause is not kept: it would be taken for it.
func (p *Plugin) cutShort(err error, when string) error {
	e := plugin.AsError(err)
	return &plugin.Error{
		Kind: plugin.PluginCrashed, Source: plugin.SourceHost, Effect: e.Effect, Retryable: true, Meta: e.Meta, Detail: cmp.Or(e.Detail, e.Message),
		Message: fmt.Sprintf("the plugin %s was told to end %s", p.name(), when),
		Hint:    "Run the step again; the host starts the plugin anew.",
	}
}

// unsent says of an error that the call itself was not sent yet.
func unsent(err error) error {
	e := *plugin.AsError(err)
	e.Effect = plugin.EffectNone
	return &e
}
