package serve_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/linkstep/linkstep/plugin"
)

// Greeter is a complete connector: one action, no connections. Its main is
//
//	func main() { serve.Main(NewGreeter) }
type Greeter struct{ log *slog.Logger }

// NewGreeter is what serve.Main takes.
func NewGreeter(log *slog.Logger) plugin.Connector { return &Greeter{log} }

func (g *Greeter) Describe(context.Context, *plugin.DescribeRequest) (*plugin.Description, error) {
	return &plugin.Description{
		Name: "greeter", DisplayName: "Greeter", Version: "0.1.0", Protocol: plugin.Protocol, Summary: "Greets people.",
		ConfigSchema: json.RawMessage(`{"type":"object"}`),
		Actions: []plugin.ActionSpec{{
			Name: "greet", Version: "1", Title: "Greet", Description: "Greets one person.",
			Effect: plugin.EffectRead, Access: plugin.AccessOpen, Data: plugin.Data{Subject: plugin.SubjectNone},
			Input: json.RawMessage(`{"type":"object","additionalProperties":false,"required":["name"],"properties":{
				"name":{"type":"string","title":"Name","description":"Whom to greet.","minLength":1,"examples":["Ada"]}}}`),
			Output:     json.RawMessage(`{"type":"object","properties":{"text":{"type":"string"}}}`),
			ErrorKinds: []plugin.Kind{plugin.NotFound},
		}},
	}, nil
}

func (g *Greeter) Invoke(_ context.Context, req *plugin.InvokeRequest, _ func(*plugin.Event) error) (*plugin.Result, error) {
	var in struct{ Name string }
	if err := json.Unmarshal(req.Input, &in); err != nil {
		return nil, err
	}
	if in.Name == "Nobody" {
		return nil, &plugin.Error{
			Kind: plugin.NotFound, Source: plugin.SourceUpstream, Effect: plugin.EffectNone,
			Message: "there is nobody of that name", Hint: "Greet somebody else.",
		}
	}
	g.log.Info("greeting", "name", in.Name)
	out, err := json.Marshal(map[string]string{"text": "Hello, " + in.Name + "!"})
	if err != nil {
		return nil, err
	}
	return &plugin.Result{Output: out}, nil
}

func (g *Greeter) Open(context.Context, *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	return &plugin.OpenResponse{}, nil
}

func (g *Greeter) Connect(context.Context, *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
	return &plugin.ConnectResponse{}, nil
}

func (g *Greeter) Disconnect(context.Context, *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
	return &plugin.DisconnectResponse{}, nil
}

func (g *Greeter) Authorize(context.Context, *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	return nil, errors.New("there is nothing to log in to")
}

func (g *Greeter) Check(context.Context, *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	return &plugin.CheckResponse{Actions: []plugin.ActionStatus{{Action: "greet", Status: plugin.Usable}}}, nil
}

func (g *Greeter) Options(context.Context, *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
	return &plugin.OptionsResponse{}, nil
}

func (g *Greeter) Usage(context.Context, *plugin.UsageRequest) (*plugin.UsageResponse, error) {
	return &plugin.UsageResponse{}, nil
}

func (g *Greeter) Close(context.Context, *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	return &plugin.CloseResponse{}, nil
}

// A connector is tried without a process; serve.Main makes it one.
func Example() {
	c := NewGreeter(slog.New(slog.DiscardHandler))
	res, err := c.Invoke(context.Background(), &plugin.InvokeRequest{Action: "greet", Input: []byte(`{"name":"Ada"}`)}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(res.Output))
	// Output: {"text":"Hello, Ada!"}
}
