package host_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// This program is its own plugin here, as the command linkstep is; an engine
// names a binary with host.File, or an installed connector with Host.Find.
func binary() host.Source { return host.Self("tester", "child", "tester") }

func Example() {
	ctx := context.Background()
	h := host.New(&host.Options{Store: new(plugintest.Store)})
	defer func() { _ = h.Close(ctx) }()

	p, err := h.Load(ctx, binary())
	if err != nil {
		fmt.Println(err)
		return
	}
	conn := host.NewConnection("tester", "me")
	conn.Secrets = map[string]plugin.Secret{"token": plugin.NewSecret("12345678")}

	res, err := p.Invoke(ctx, conn, &plugin.InvokeRequest{Action: "pages", Input: []byte(`{"total":3}`)}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(res.Output))

	_, err = p.Invoke(ctx, conn, &plugin.InvokeRequest{Action: "echo", Input: []byte(`{"count":26}`)}, nil)
	var e *plugin.Error
	if errors.As(err, &e) {
		for _, v := range e.Violations {
			fmt.Println(v.Pointer, v.Message)
		}
	}
	// Output:
	// {"people":[{"n":0},{"n":1},{"n":2}],"total":3}
	// /count count must be at most 25, not 26
	// /text text is missing
}

func ExamplePlugin_Stream() {
	ctx := context.Background()
	h := host.New(&host.Options{Store: new(plugintest.Store)})
	defer func() { _ = h.Close(ctx) }()

	p, err := h.Load(ctx, binary())
	if err != nil {
		fmt.Println(err)
		return
	}
	req := &plugin.InvokeRequest{Action: "pages", Input: []byte(`{"total":5,"page_size":2}`)}
	res, err := p.Stream(ctx, host.NewConnection("tester", "me"), req, func(e *plugin.Event) error {
		fmt.Println(e.Type, len(e.Items), e.Cursor)
		return nil // an error would end the action
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(res.Output))
	// Output:
	// page 2 after 1
	// page 2 after 2
	// page 1 after 3
	// {"total":5}
}

func ExampleConnections() {
	ctx := context.Background()
	h := host.New(&host.Options{Store: new(plugintest.Store)})
	defer func() { _ = h.Close(ctx) }()

	conns := h.Connections()
	if err := conns.Save(ctx, host.NewConnection("linkedin", "work")); err != nil {
		fmt.Println(err)
		return
	}
	_, err := conns.Get(ctx, "wrok")
	var e *plugin.Error
	if errors.As(err, &e) {
		fmt.Println(e.Message)
		fmt.Println(e.Hint)
	}
	// Output:
	// there is no connection "wrok"
	// Did you mean work?
}
