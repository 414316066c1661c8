package conform_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/linkstep/linkstep/plugin"
)

// greeter is [hello] with its version corrected and another greeting.
type greeter struct {
	hello
	greet func() (*plugin.Result, error)
}

func greeting(greet func() (*plugin.Result, error)) func(*notes) plugin.Connector {
	return func(*notes) plugin.Connector { return &greeter{greet: greet} }
}

func (g *greeter) Describe(ctx context.Context, req *plugin.DescribeRequest) (*plugin.Description, error) {
	d, err := g.hello.Describe(ctx, req)
	d.Version = "1.0.0"
	return d, err
}

func (g *greeter) Invoke(_ context.Context, req *plugin.InvokeRequest, _ func(*plugin.Event) error) (*plugin.Result, error) {
	if req.Action != "greet" {
		return nil, failed(plugin.UnknownName, plugin.SourceCaller, "there is no such action", "The action is greet.")
	}
	return g.greet()
}

// brokenGreeters have one action, which never succeeds, and no connection: the
// kit once blamed them for the methods that they do not have, too.
func brokenGreeters() []broken {
	const example = "wire: greet, example 1, gives an output that fits"
	return []broken{
		{
			name: "an only action with another output", way: "file",
			build: greeting(func() (*plugin.Result, error) {
				return &plugin.Result{Output: json.RawMessage(`{"words": "Hello"}`)}, nil
			}),
			failed: example, why: "missing property 'text'",
		}, {
			name: "an only action that fails", way: "file",
			build:  greeting(func() (*plugin.Result, error) { return nil, errors.New("the voice is gone") }),
			failed: example, why: "the voice is gone",
		}, {
			name: "an only action that panics", way: "file",
			build:  greeting(func() (*plugin.Result, error) { panic("stage fright") }),
			failed: example, why: "panicked in Invoke of greet",
		}, {
			name: "an only action that exits", way: "file",
			build:  greeting(func() (*plugin.Result, error) { os.Exit(3); return nil, nil }),
			failed: example, why: "ended with status 3",
		},
	}
}
