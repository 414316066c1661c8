package host

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// Invoke runs an action and returns its whole output: the items of all pages
// stand in the field that the action's paging names. Events other than pages
// go to emit, which may be nil. Conn is nil for a connector that needs none.
// An output over 16 MiB is refused with an error of kind TooLarge.
//
// An action that fails after its first page gives a result beside the error:
// the items until then, next_cursor where the action goes on, and the meta
// that the error tells. Without pages the result of a failure is nil.
func (p *Plugin) Invoke(ctx context.Context, conn *Connection, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	req = orZero(req)
	spec, err := p.begin(conn, req)
	if err != nil {
		return nil, err
	}
	got := &pages{spec: spec}
	res, err := p.stream(ctx, conn, spec, req, func(e *plugin.Event) error {
		if e.Type == plugin.EventPage {
			return got.add(e)
		}
		if emit == nil {
			return nil
		}
		return emit(e)
	}, got.reset)
	if err == nil {
		if res, err = got.merge(res); err != nil {
			err = settle(spec, req, err)
		}
	}
	if err != nil {
		return got.partial(err), err
	}
	return res, nil
}

// Stream runs an action and passes every event on as it comes, pages
// included; the result holds the rest of the output. An action that a crash
// ended before its first page is run again where that is safe, as by Invoke.
func (p *Plugin) Stream(ctx context.Context, conn *Connection, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	req = orZero(req)
	spec, err := p.begin(conn, req)
	if err != nil {
		return nil, err
	}
	return p.stream(ctx, conn, spec, req, emit, nil)
}

// begin looks a request over before it counts as a use of a connection.
func (p *Plugin) begin(conn *Connection, req *plugin.InvokeRequest) (*plugin.ActionSpec, error) {
	spec, err := p.Action(req.Action)
	if err == nil {
		err = checkPurpose(req.Purpose)
	}
	if err == nil && (conn != nil || p.Description().Auth != nil) {
		err = p.suits(conn)
	}
	return spec, err
}

// stream runs the action and records it.
func (p *Plugin) stream(ctx context.Context, conn *Connection, spec *plugin.ActionSpec, req *plugin.InvokeRequest, emit func(*plugin.Event) error, reset func()) (*plugin.Result, error) {
	began := time.Now()
	ctx, req, end := p.traced(ctx, spec, req)
	res, err := p.run(ctx, conn, spec, req, emit, reset)
	end(res, err)
	if p.host.log.Enabled(ctx, slog.LevelDebug) {
		p.logAction(ctx, conn, spec, time.Since(began), res, err)
	}
	if conn != nil && plugin.KindOf(err) == plugin.Reauthorize {
		p.forgetName(ctx, conn)
	}
	return p.recordAction(ctx, conn, spec, req, emit, res, err), err
}

// logAction says how an action ended, and nothing of what it gave.
func (p *Plugin) logAction(ctx context.Context, conn *Connection, spec *plugin.ActionSpec, took time.Duration, res *plugin.Result, err error) {
	attrs := []slog.Attr{slog.String("action", p.Description().Name+"."+spec.Name), slog.Int64("took_ms", took.Milliseconds())}
	if conn != nil {
		attrs = append(attrs, slog.String("connection", conn.Name))
	}
	if err != nil {
		e := plugin.AsError(err)
		attrs = append(attrs, slog.String("kind", e.Kind.String()), slog.String("detail", e.Detail))
	} else {
		attrs = append(attrs, slog.Int("upstream_calls", res.Meta.UpstreamCalls), slog.Int("retries", res.Meta.Retries))
	}
	p.host.log.LogAttrs(ctx, slog.LevelDebug, "the action has ended", attrs...)
}

// run validates the input and runs the action. When the plugin crashed and
// the action may be repeated, it does so once, after reset, which forgets the
// pages of the first try; without a reset only while there were none.
func (p *Plugin) run(ctx context.Context, conn *Connection, spec *plugin.ActionSpec, req *plugin.InvokeRequest, emit func(*plugin.Event) error, reset func()) (*plugin.Result, error) {
	in := *req
	if len(bytes.TrimSpace(in.Input)) == 0 {
		in.Input = json.RawMessage("{}")
	}
	if len(in.Input) > wire.MaxMessageBytes {
		return nil, wire.TooLarge(plugin.EffectNone)
	}
	if err := p.validateInput(spec, in.Input); err != nil {
		return nil, err
	}
	if conn != nil {
		in.Connection = conn.ID
	}
	ctx, cancel := withTimeout(ctx, invokeTimeout)
	defer cancel()
	w := &watcher{emit: emit}
	for try := 1; ; try++ {
		res, err := call(ctx, p, conn, func(ctx context.Context, r *running) (*plugin.Result, error) {
			return r.Invoke(ctx, &in, w.event)
		})
		if w.stopped != nil {
			err = w.stopped
		}
		if err == nil {
			err = checkOutput(res.Output)
		}
		if err == nil {
			return res, nil
		}
		if try == 1 && replayable(spec, &in, err) && (reset != nil || !w.pages) {
			p.host.log.Info("running the action again after a crash", "action", spec.Name)
			if reset != nil {
				reset()
			}
			continue
		}
		return nil, settle(spec, &in, err)
	}
}

// replayable reports whether an action that ended with err may run again: the
// plugin crashed, and a second run does no more than one.
func replayable(spec *plugin.ActionSpec, req *plugin.InvokeRequest, err error) bool {
	e := plugin.AsError(err)
	return e.Kind == plugin.PluginCrashed && e.Source == plugin.SourceHost && e.RetryAt == nil && (e.Effect == plugin.EffectNone || repeatable(spec, req))
}

// repeatable reports whether a second run of an action does no more than one.
func repeatable(spec *plugin.ActionSpec, req *plugin.InvokeRequest) bool {
	return spec.Effect == plugin.EffectRead || spec.Idempotent || (spec.Keyed && req.IdempotencyKey != "")
}

// cautionHint is for an action that may have been done.
const cautionHint = "Find out whether it was done before you run the step again."

// settle corrects what only the action's description tells: a read has no
// effect, and what may have been done is not to be done again unseen. A hint
// that asked for that goes, another one stays.
func settle(spec *plugin.ActionSpec, req *plugin.InvokeRequest, err error) error {
	e := *plugin.AsError(err)
	switch {
	case spec.Effect == plugin.EffectRead:
		e.Effect = plugin.EffectNone
	case e.Effect == "" || e.Effect == plugin.EffectNone || repeatable(spec, req):
	default:
		if e.Effect == plugin.EffectUnknown {
			if e.Retryable {
				e.Hint = ""
			}
			e.Hint = strings.TrimSpace(e.Hint + " " + cautionHint)
		}
		e.Retryable, e.RetryAt = false, nil
	}
	return &e
}

// Action returns an action by name. One that does not exist is an error of kind
// UnknownName that names the nearest.
func (p *Plugin) Action(name string) (*plugin.ActionSpec, error) {
	if spec := p.Description().Action(name); spec != nil {
		return spec, nil
	}
	var names []string
	for _, a := range p.Description().Actions {
		names = append(names, a.Name)
	}
	return nil, UnknownName("action", name, fmt.Sprintf("%s has no action", p.Description().Name), names)
}
