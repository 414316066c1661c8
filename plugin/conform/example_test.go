package conform_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/conform"
	"github.com/linkstep/linkstep/plugin/host"
)

// hello greets. It needs no connection, and so inherits what it does not have
// from a nil Connector: a host never calls that.
type hello struct{ plugin.Connector }

func (hello) Describe(context.Context, *plugin.DescribeRequest) (*plugin.Description, error) {
	return &plugin.Description{
		Name: "hello", DisplayName: "Hello", Version: "1.0", Protocol: plugin.Protocol,
		Summary: "Greets people.", About: plugin.About{Author: "Ada"},
		ConfigSchema: json.RawMessage(`{"type": "object", "additionalProperties": false}`),
		Actions: []plugin.ActionSpec{{
			Name: "greet", Version: "1.0.0", Title: "Greet", Description: "Greets a person by name.",
			Effect: plugin.EffectRead, Idempotent: true, Access: plugin.AccessOpen, Data: plugin.Data{Subject: plugin.SubjectNone},
			Input: json.RawMessage(`{"type": "object", "additionalProperties": false, "required": ["name"], "properties": {
				"name": {"type": "string", "title": "Name", "description": "Whom to greet.", "maxLength": 100, "examples": ["Ada"]}}}`),
			Output: json.RawMessage(`{"type": "object", "required": ["text"], "properties": {
				"text": {"type": "string", "title": "Text", "description": "The greeting."}}}`),
			Examples:   []plugin.Example{{Title: "Greet Ada", Input: json.RawMessage(`{"name": "Ada"}`)}},
			ErrorKinds: []plugin.Kind{plugin.InvalidInput, plugin.Canceled, plugin.Deadline},
		}},
	}, nil
}

func (hello) Open(context.Context, *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	return &plugin.OpenResponse{}, nil
}

func (hello) Close(context.Context, *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	return &plugin.CloseResponse{}, nil
}

func (hello) Invoke(ctx context.Context, req *plugin.InvokeRequest, _ func(*plugin.Event) error) (*plugin.Result, error) {
	var in struct{ Name string }
	if err := json.Unmarshal(req.Input, &in); err != nil {
		return nil, err
	}
	out, err := json.Marshal(map[string]string{"text": "Hello, " + in.Name + "!"})
	if err != nil {
		return nil, err
	}
	return &plugin.Result{Output: out}, ctx.Err()
}

// An author runs the kit in a test of the connector's own.
func Example() {
	report, err := conform.Run(context.Background(), host.Direct(hello{}), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range report.Groups {
		for _, c := range g.Cases {
			if c.Status == conform.Failed {
				fmt.Printf("%s: %s\n%s\n%s\n", g.Name, c.Name, c.Why, c.Advice)
			}
		}
	}
	// Output:
	// describe: its version is a semantic version
	// the connector's version is "1.0"
	// Write MAJOR.MINOR.PATCH without a v, for example 1.4.2 (semver.org).
}
