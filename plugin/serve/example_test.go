package serve_test

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/linkstep/linkstep/plugin"
)

// GreetInput is what the action takes. The JSON Schemas are made from the
// types by go generate, see schemas_test.go.
type GreetInput struct {
	Name string `json:"name" jsonschema:"title=Name,description=Whom to greet.,minLength=1,maxLength=100,example=Ada"`
}

// Greeting is what it gives.
type Greeting struct {
	Text string `json:"text" jsonschema:"title=Text,description=The greeting.,maxLength=120,example=Hello\\, Ada!"`
}

//go:embed testdata/schemas/*.json
var schemas embed.FS

// readSchema is nil before the first go generate.
func readSchema(name string) json.RawMessage {
	text, _ := schemas.ReadFile("testdata/schemas/" + name + ".json")
	return text
}

// Greeter is a complete connector: one action, no connections. What is only
// called of connectors with connections, it inherits from a nil Connector. Its
// main is
//
//	func main() { serve.Main(NewGreeter) }
type Greeter struct {
	plugin.Connector
	log *slog.Logger
}

// NewGreeter is what serve.Main takes.
func NewGreeter(log *slog.Logger) plugin.Connector { return &Greeter{log: log} }

func (g *Greeter) Describe(context.Context, *plugin.DescribeRequest) (*plugin.Description, error) {
	return &plugin.Description{
		Name: "greeter", DisplayName: "Greeter", Version: "0.1.0", Protocol: plugin.Protocol,
		Summary: "Greets people.", About: plugin.About{Author: "Ada"}, ConfigSchema: readSchema("config"),
		Actions: []plugin.ActionSpec{{
			Name: "greet", Version: "1.0.0", Title: "Greet", Description: "Greets one person.",
			Effect: plugin.EffectRead, Idempotent: true, Access: plugin.AccessOpen, Data: plugin.Data{Subject: plugin.SubjectNone},
			Input: readSchema("greet.input"), Output: readSchema("greet.output"),
			Examples:   []plugin.Example{{Title: "Greet Ada", Input: json.RawMessage(`{"name":"Ada"}`)}},
			ErrorKinds: []plugin.Kind{plugin.InvalidInput, plugin.NotFound, plugin.Canceled, plugin.Deadline},
		}},
	}, nil
}

func (g *Greeter) Open(context.Context, *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	return &plugin.OpenResponse{}, nil
}

func (g *Greeter) Invoke(ctx context.Context, req *plugin.InvokeRequest, _ func(*plugin.Event) error) (*plugin.Result, error) {
	if req.Action != "greet" {
		return nil, &plugin.Error{Kind: plugin.UnknownName, Source: plugin.SourceCaller, Message: "there is no action " + req.Action, Hint: "The action is greet."}
	}
	var in GreetInput
	if err := json.Unmarshal(req.Input, &in); err != nil {
		return nil, err
	}
	if in.Name == "Nobody" {
		return nil, &plugin.Error{Kind: plugin.NotFound, Source: plugin.SourceUpstream, Message: "there is nobody of that name", Hint: "Greet somebody else."}
	}
	g.log.Debug("greeting")
	out, err := json.Marshal(Greeting{Text: "Hello, " + in.Name + "!"})
	if err != nil {
		return nil, err
	}
	return &plugin.Result{Output: out}, ctx.Err()
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
