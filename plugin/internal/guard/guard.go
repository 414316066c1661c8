// Package guard makes any connector keep the contract's promises about
// errors, whichever way it is reached: a panic in a call is that call's error
// and every error is a [*plugin.Error].
package guard

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

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
func call[T any](ctx context.Context, g *guarded, method string, f func() (T, error)) (out T, err error) {
	defer func() {
		if v := recover(); v != nil {
			g.log.DebugContext(ctx, "panic in the connector", "method", method, "value", v)
			var none T
			out, err = none, &plugin.Error{
				Kind: plugin.Internal, Source: plugin.SourceConnector, Effect: plugin.EffectUnknown,
				Message: "the connector panicked in " + method,
				Hint:    "This is a defect of the connector. Report it with the detail.",
				Detail:  fmt.Sprintf("panic of type %T\n%s", v, debug.Stack()),
			}
		}
	}()
	out, err = f()
	if err != nil {
		var none T
		return none, plugin.AsError(err)
	}
	return out, nil
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
	if emit == nil {
		emit = func(*plugin.Event) error { return nil }
	}
	return call(ctx, g, "Invoke of "+req.Action, func() (*plugin.Result, error) { return g.c.Invoke(ctx, req, emit) })
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
