package host

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// Invoke runs an action and returns its whole output: the items of all pages
// stand in the field that the action's paging names. Events other than pages
// go to emit, which may be nil. Conn is nil for a connector that needs none.
// An output over 16 MiB is refused with an error of kind TooLarge.
func (p *Plugin) Invoke(ctx context.Context, conn *Connection, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	spec, err := p.spec(req.Action)
	if err != nil {
		return nil, err
	}
	var items []json.RawMessage
	size := 0
	res, err := p.stream(ctx, conn, spec, req, func(e *plugin.Event) error {
		if e.Type == plugin.EventPage {
			for _, item := range e.Items {
				size += len(item) + 1
			}
			if size > wire.MaxMessageBytes {
				return tooLarge(spec)
			}
			items = append(items, e.Items...)
			return nil
		}
		if emit == nil {
			return nil
		}
		return emit(e)
	}, func() { items, size = nil, 0 })
	if err != nil {
		return nil, err
	}
	if spec.Paging == nil {
		return res, nil
	}
	res.Output, err = merge(res.Output, spec.Paging.Field, items)
	return res, err
}

// Stream runs an action and passes every event on as it comes, pages
// included; the result holds the rest of the output. An action that a crash
// ended before its first page is run again where that is safe, as by Invoke.
func (p *Plugin) Stream(ctx context.Context, conn *Connection, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	spec, err := p.spec(req.Action)
	if err != nil {
		return nil, err
	}
	return p.stream(ctx, conn, spec, req, emit, nil)
}

// stream validates the input and runs the action. When the plugin crashed and
// the action may be repeated, it does so once, after reset, which forgets the
// pages of the first try; without a reset only while there were none.
func (p *Plugin) stream(ctx context.Context, conn *Connection, spec *plugin.ActionSpec, req *plugin.InvokeRequest, emit func(*plugin.Event) error, reset func()) (*plugin.Result, error) {
	in := *req
	if len(bytes.TrimSpace(in.Input)) == 0 {
		in.Input = json.RawMessage("{}")
	}
	if err := p.validateInput(spec, in.Input); err != nil {
		return nil, err
	}
	if conn == nil && p.desc.Auth != nil {
		return nil, &plugin.Error{
			Kind: plugin.InvalidInput, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
			Message: fmt.Sprintf("%s.%s needs a connection", p.desc.Name, spec.Name),
			Hint:    "Name one with --connection, or make one with: linkstep connect " + p.desc.Name,
		}
	}
	if conn != nil {
		in.Connection = conn.ID
	}
	ctx, cancel := withTimeout(ctx, invokeTimeout)
	defer cancel()
	pages := false
	watch := func(e *plugin.Event) error {
		pages = pages || e.Type == plugin.EventPage
		if emit == nil {
			return nil
		}
		return emit(e)
	}
	for try := 1; ; try++ {
		res, err := call(ctx, p, conn, func(ctx context.Context, r *running) (*plugin.Result, error) {
			return r.Invoke(ctx, &in, watch)
		})
		if err == nil {
			return res, nil
		}
		if try == 1 && plugin.KindOf(err) == plugin.PluginCrashed && replayable(spec, &in) && (reset != nil || !pages) {
			p.host.log.Info("running the action again after a crash", "action", spec.Name)
			if reset != nil {
				reset()
			}
			continue
		}
		return nil, settle(spec, err)
	}
}

// replayable reports whether an action may run again after a crash that left
// open whether it was done.
func replayable(spec *plugin.ActionSpec, req *plugin.InvokeRequest) bool {
	return spec.Effect == plugin.EffectRead || spec.Idempotent || (spec.Keyed && req.IdempotencyKey != "")
}

// settle corrects what the transport could not know: a read has no effect.
func settle(spec *plugin.ActionSpec, err error) error {
	e := *plugin.AsError(err)
	if spec.Effect == plugin.EffectRead && e.Effect == plugin.EffectUnknown {
		e.Effect = plugin.EffectNone
	}
	return &e
}

// spec returns an action by name.
func (p *Plugin) spec(name string) (*plugin.ActionSpec, error) {
	if spec := p.desc.Action(name); spec != nil {
		return spec, nil
	}
	var names []string
	for _, a := range p.desc.Actions {
		names = append(names, a.Name)
	}
	return nil, UnknownName("action", name, fmt.Sprintf("%s has no action", p.desc.Name), names)
}

// merge sets a field of an object to a list of items.
func merge(output json.RawMessage, field string, items []json.RawMessage) (json.RawMessage, error) {
	object := map[string]json.RawMessage{}
	if err := json.Unmarshal(output, &object); err != nil {
		return nil, &plugin.Error{
			Kind: plugin.Internal, Source: plugin.SourceConnector, Effect: plugin.EffectApplied, Err: err, Detail: err.Error(),
			Message: "the connector's output is no JSON object", Hint: "This is a defect of the connector. Report it.",
		}
	}
	if items == nil {
		items = []json.RawMessage{}
	}
	list, err := json.Marshal(items)
	if err != nil {
		return nil, plugin.AsError(err)
	}
	object[field] = list
	doc, err := json.Marshal(object)
	if err != nil {
		return nil, plugin.AsError(err)
	}
	return doc, nil
}

func tooLarge(spec *plugin.ActionSpec) error {
	return &plugin.Error{
		Kind: plugin.TooLarge, Source: plugin.SourceUser, Pointer: "/max_items", Effect: plugin.EffectApplied,
		Message: spec.Name + " gave more than 16 MiB",
		Hint:    "Ask for fewer items with max_items and go on with the cursor, or read the pages as a stream.",
	}
}
