// Package guard makes any connector keep the contract's promises, whichever
// way it is reached: a panic in a call is that call's error, every error is a
// [*plugin.Error], no answer is nil, and events come one at a time and none
// after the end of their action.
package guard

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/linkstep/linkstep/plugin"
)

// Connector guards c. The value of a panic goes to the debug log only, as it
// may hold what a log must not; its type and stack go into the error's detail.
func Connector(c plugin.Connector, log *slog.Logger) plugin.Connector {
	return &guarded{c: c, log: log}
}

type guarded struct {
	c   plugin.Connector
	log *slog.Logger
}

// call runs one method of the connector.
func call[T any](ctx context.Context, g *guarded, method string, f func() (*T, error)) (out *T, err error) {
	defer func() {
		if v := recover(); v != nil {
			g.log.DebugContext(ctx, "panic in the connector", "method", method, "value", v)
			out, err = nil, defect("the connector panicked in "+method, fmt.Sprintf("panic of type %T\n%s", v, stack()))
		}
	}()
	out, err = f()
	switch {
	case err != nil:
		return nil, plugin.AsError(err)
	case out == nil:
		return nil, defect("the connector gave neither an answer nor an error in "+method, "")
	}
	return out, nil
}

// stack is the stack of the panic that is being recovered, from the frame that
// panicked on. What stands before it, of the runtime and of this package, would
// take more than half of what a command shows of a detail.
func stack() []byte {
	all := debug.Stack()
	_, after, ok := bytes.Cut(all, []byte("\npanic("))
	if !ok {
		return all
	}
	for range 2 { // the panic's arguments, and its line in the runtime
		_, after, _ = bytes.Cut(after, []byte("\n"))
	}
	return after
}

// defect is the error for a connector that breaks the contract.
func defect(message, detail string) *plugin.Error {
	return &plugin.Error{
		Kind: plugin.Internal, Source: plugin.SourceConnector, Effect: plugin.EffectUnknown, Message: message, Detail: detail,
		Hint: "This is a defect of the connector. Report it with the detail.",
	}
}

// emitter passes events on until its action ends.
type emitter struct {
	mu   sync.Mutex // held while an event is passed on; guards the fields below
	emit func(*plugin.Event) error
	over bool
}

func (e *emitter) event(event *plugin.Event) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.over:
		return defect("the connector emitted an event after the end of its action", "")
	case event == nil:
		return defect("the connector emitted an event that is nil", "")
	case e.emit == nil:
		return nil
	}
	return e.emit(event)
}

// end waits for an event that is being passed on.
func (e *emitter) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.over = true
}

func (g *guarded) Describe(ctx context.Context, req *plugin.DescribeRequest) (*plugin.Description, error) {
	return call(ctx, g, "Describe", func() (*plugin.Description, error) { return g.c.Describe(ctx, req) })
}

func (g *guarded) Open(ctx context.Context, req *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	return call(ctx, g, "Open", func() (*plugin.OpenResponse, error) { return g.c.Open(ctx, req) })
}

func (g *guarded) Connect(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
	return call(ctx, g, "Connect", func() (*plugin.ConnectResponse, error) { return g.c.Connect(ctx, req) })
}

func (g *guarded) Disconnect(ctx context.Context, req *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
	return call(ctx, g, "Disconnect", func() (*plugin.DisconnectResponse, error) { return g.c.Disconnect(ctx, req) })
}

func (g *guarded) Authorize(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	return call(ctx, g, "Authorize", func() (*plugin.AuthorizeResponse, error) { return g.c.Authorize(ctx, req) })
}

func (g *guarded) Check(ctx context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	return call(ctx, g, "Check", func() (*plugin.CheckResponse, error) { return g.c.Check(ctx, req) })
}

func (g *guarded) Invoke(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	e := &emitter{emit: emit}
	defer e.end()
	ctx = withSpan(ctx, req.TraceParent)
	return call(ctx, g, "Invoke of "+req.Action, func() (*plugin.Result, error) { return g.c.Invoke(ctx, req, e.event) })
}

func (g *guarded) Options(ctx context.Context, req *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
	return call(ctx, g, "Options", func() (*plugin.OptionsResponse, error) { return g.c.Options(ctx, req) })
}

func (g *guarded) Usage(ctx context.Context, req *plugin.UsageRequest) (*plugin.UsageResponse, error) {
	return call(ctx, g, "Usage", func() (*plugin.UsageResponse, error) { return g.c.Usage(ctx, req) })
}

func (g *guarded) Close(ctx context.Context, req *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	return call(ctx, g, "Close", func() (*plugin.CloseResponse, error) { return g.c.Close(ctx, req) })
}
