package plugin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/linkstep/linkstep/plugin"
)

// hello is a connector with one action and no connections. What it does not
// have, it inherits from a nil Connector: never call that.
type hello struct{ plugin.Connector }

func (hello) Invoke(_ context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	var in struct{ Name string }
	if err := json.Unmarshal(req.Input, &in); err != nil {
		return nil, err
	}
	if in.Name == "" {
		return nil, &plugin.Error{
			Kind: plugin.InvalidInput, Source: plugin.SourceUser, Effect: plugin.EffectNone, Pointer: "/name",
			Message: "name is missing", Hint: "Say whom to greet.",
		}
	}
	if err := emit(&plugin.Event{Type: plugin.EventProgress, Done: 1, Total: 1}); err != nil {
		return nil, err
	}
	return &plugin.Result{Output: json.RawMessage(`{"text":"Hello, ` + in.Name + `!"}`)}, nil
}

// A connector runs without any process.
func Example() {
	var c plugin.Connector = hello{}
	emit := func(e *plugin.Event) error {
		fmt.Println(e.Type, e.Done, "of", e.Total)
		return nil
	}
	res, err := c.Invoke(context.Background(), &plugin.InvokeRequest{Action: "greet", Input: []byte(`{"name":"Ada"}`)}, emit)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(res.Output))

	_, err = c.Invoke(context.Background(), &plugin.InvokeRequest{Action: "greet", Input: []byte(`{}`)}, emit)
	var e *plugin.Error
	if errors.As(err, &e) {
		fmt.Println(e.Kind, e.Pointer, e.Hint)
	}
	// Output:
	// progress 1 of 1
	// {"text":"Hello, Ada!"}
	// invalid_input /name Say whom to greet.
}
