package host_test

import (
	"context"
	"fmt"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// direct is a connector in this process, with no process started.
func direct(version string) host.Source {
	return host.Direct(plugintest.New(&plugintest.Options{Version: version}))
}

// Every state of a connector is seen, up to its end. The watch starts nothing
// that would have to be stopped.
func ExamplePlugin_Watch() {
	ctx := context.Background()
	h := host.New(&host.Options{Store: new(plugintest.Store)})
	p, err := h.Load(ctx, direct("1.0.0"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for s := range p.Watch(ctx) {
		fmt.Println(s.State)
		if s.State == host.Ready {
			if err := h.Close(ctx); err != nil {
				fmt.Println(err)
			}
		}
	}
	// Output:
	// ready
	// draining
	// stopped
}

// A new version takes the place of the old one between two calls; a call in
// flight ends where it began.
func ExamplePlugin_Upgrade() {
	ctx := context.Background()
	h := host.New(&host.Options{Store: new(plugintest.Store)})
	defer func() { _ = h.Close(ctx) }()
	p, err := h.Load(ctx, direct("1.0.0"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Description().Version)

	if err := p.Upgrade(ctx, direct("1.1.0"), nil); err != nil {
		fmt.Println(err) // the old one runs on
		return
	}
	fmt.Println(p.Description().Version)
	fmt.Println(p.State().Reason)

	other := host.Direct(plugintest.New(&plugintest.Options{Name: "other"}))
	if err := p.Upgrade(ctx, other, nil); err != nil {
		fmt.Println(plugin.KindOf(err))
	}
	// Output:
	// 1.0.0
	// 1.1.0
	// upgraded from 1.0.0 to 1.1.0
	// plugin_tampered
}

// Close waits for the calls in flight; after it every call is refused.
func ExamplePlugin_Close() {
	ctx := context.Background()
	h := host.New(&host.Options{Store: new(plugintest.Store)})
	defer func() { _ = h.Close(ctx) }()
	p, err := h.Load(ctx, host.InProcess(plugintest.New(nil)))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Close(ctx); err != nil {
		fmt.Println(err)
	}
	_, err = p.Invoke(ctx, host.NewConnection("tester", "me"), &plugin.InvokeRequest{Action: "events"}, nil)
	fmt.Println(p.State().State, plugin.KindOf(err))
	// Output: stopped canceled
}
