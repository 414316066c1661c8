package serve_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// careless is the greeter with errors that break the contract: the name that
// it is to greet says which.
type careless struct{ plugin.Connector }

func newCareless(log *slog.Logger) plugin.Connector { return &careless{NewGreeter(log)} }

func (c *careless) Invoke(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(req.Input, &in); err != nil {
		return nil, err
	}
	switch in.Name {
	case "nil":
		var e *plugin.Error
		return nil, e
	case "unreadable":
		return nil, unreadable{}
	}
	return c.Connector.Invoke(ctx, req, emit)
}

// unreadable is an error that panics when it is read.
type unreadable struct{}

func (unreadable) Error() string { panic("no text") }

// TestCarelessErrors wants such an error to be that call's, whichever way the
// connector is reached. A nil *plugin.Error ended the plugin process and, in
// the host's own, the host.
func TestCarelessErrors(t *testing.T) {
	ways := []struct {
		name   string
		source host.Source
	}{
		{"process", host.Self("greeter", "child", "careless")},
		{"in process", host.InProcess(newCareless(slog.New(slog.DiscardHandler)))},
		{"direct", host.Direct(newCareless(slog.New(slog.DiscardHandler)))},
	}
	tests := []struct {
		name string
		kind plugin.Kind
		say  string
	}{
		{"nil", plugin.Internal, "a nil *plugin.Error was returned as an error"},
		{"unreadable", plugin.Internal, "the connector panicked in Invoke of greet"},
		{"Nobody", plugin.NotFound, ""}, // the connector goes on
	}
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			h := host.New(nil)
			defer func() {
				if err := h.Close(t.Context()); err != nil {
					t.Error(err)
				}
			}()
			p, err := h.Load(t.Context(), way.source)
			if err != nil {
				t.Fatal(err)
			}
			for _, tt := range tests {
				_, err := p.Invoke(t.Context(), nil, &plugin.InvokeRequest{Action: "greet", Input: []byte(`{"name":"` + tt.name + `"}`)}, nil)
				if plugin.KindOf(err) != tt.kind || !strings.Contains(plugin.AsError(err).Message, tt.say) {
					t.Errorf("greeting %q: error %v, want %v saying %q", tt.name, err, tt.kind, tt.say)
				}
			}
		})
	}
}
