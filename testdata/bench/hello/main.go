// Command hello is a small connector: one action and no connection. The
// benchmarks compare its start with that of the echo.
package main

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/serve"
)

const schema = `{"type":"object","properties":{"text":{"type":"string","maxLength":100}}}`

// hello gives back its input. What hosts do not ask of it, it inherits from a
// nil Connector.
type hello struct{ plugin.Connector }

func (hello) Describe(context.Context, *plugin.DescribeRequest) (*plugin.Description, error) {
	return &plugin.Description{
		Name: "hello", Version: "1.0.0", Protocol: plugin.Protocol, ConfigSchema: json.RawMessage(schema),
		Actions: []plugin.ActionSpec{{
			Name: "echo", Version: "1.0.0", Effect: plugin.EffectRead, Access: plugin.AccessOpen,
			Input: json.RawMessage(schema), Output: json.RawMessage(schema),
		}},
	}, nil
}

func (hello) Open(context.Context, *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	return &plugin.OpenResponse{}, nil
}

func (hello) Invoke(_ context.Context, req *plugin.InvokeRequest, _ func(*plugin.Event) error) (*plugin.Result, error) {
	return &plugin.Result{Output: req.Input}, nil
}

func (hello) Close(context.Context, *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	return &plugin.CloseResponse{}, nil
}

func main() {
	serve.Main(func(*slog.Logger) plugin.Connector { return hello{} })
}
