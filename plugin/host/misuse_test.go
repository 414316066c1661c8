package host

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// loginless is a connector that needs no connection and has no optional part.
// It inherits what that spares it from a nil Connector.
type loginless struct {
	plugin.Connector
	good *plugintest.Connector
}

func (l *loginless) Describe(ctx context.Context, req *plugin.DescribeRequest) (*plugin.Description, error) {
	d, err := l.good.Describe(ctx, req)
	d.Auth, d.Capabilities = nil, nil
	return d, err
}

func (l *loginless) Open(ctx context.Context, req *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	return l.good.Open(ctx, req)
}

func (l *loginless) Close(ctx context.Context, req *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	return l.good.Close(ctx, req)
}

func (l *loginless) Invoke(context.Context, *plugin.InvokeRequest, func(*plugin.Event) error) (*plugin.Result, error) {
	return &plugin.Result{Output: json.RawMessage(`{}`)}, nil
}

// TestNoConnectionNeeded once blamed the connector, which had panicked in a
// method that it does not have.
func TestNoConnectionNeeded(t *testing.T) {
	kept := &trail{}
	p := load(t, newHost(t, &Options{Store: new(plugintest.Store), Audit: kept}), InProcess(&loginless{good: plugintest.New(nil)}))
	ctx, conn := t.Context(), account()
	const none = "tester needs no connection"
	for _, tt := range []struct {
		name string
		want string // the message; empty: no error
		call func() error
	}{
		{"Authorize", none, func() error {
			_, err := p.Authorize(ctx, conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
			return err
		}},
		{"Check", none, func() error { _, err := p.Check(ctx, conn, &plugin.CheckRequest{Deep: true}); return err }},
		{"Usage", none, func() error { _, err := p.Usage(ctx, conn); return err }},
		{"Usage of nobody", none, func() error { _, err := p.Usage(ctx, nil); return err }},
		{"Options", none, func() error { _, err := p.Options(ctx, conn, &plugin.OptionsRequest{}); return err }},
		{"Options of nobody", "tester does not have options", func() error { _, err := p.Options(ctx, nil, &plugin.OptionsRequest{}); return err }},
		{"Invoke", none, func() error { _, err := p.Invoke(ctx, conn, request("events", `{}`), nil); return err }},
		{"Stream", none, func() error { _, err := p.Stream(ctx, conn, request("events", `{}`), nil); return err }},
		{"Disconnect", "", func() error { return p.Disconnect(ctx, conn) }},
		{"Invoke of nobody", "", func() error { _, err := p.Invoke(ctx, nil, request("events", `{}`), nil); return err }},
	} {
		wantMisuse(t, tt.name, tt.call, tt.want)
	}
	if entries := kept.take(); len(entries) > 0 {
		t.Errorf("the trail has %+v, although nothing was read", entries)
	}
}

// TestMisuse calls as nobody should: it once ended the engine's own process.
func TestMisuse(t *testing.T) {
	h := newHost(t, nil)
	p := load(t, h, InProcess(plugintest.New(nil)))
	ctx, conn := t.Context(), account()
	const some, source = "tester needs a connection", "the source of the connector is empty"
	for _, tt := range []struct {
		name string
		want string // the message; empty: no error
		call func() error
	}{
		{"Authorize without a connection", some, func() error { _, err := p.Authorize(ctx, nil, nil); return err }},
		{"Check without a connection", some, func() error { _, err := p.Check(ctx, nil, nil); return err }},
		{"deep Check without a connection", some, func() error { _, err := p.Check(ctx, nil, &plugin.CheckRequest{Deep: true}); return err }},
		{"Usage without a connection", some, func() error { _, err := p.Usage(ctx, nil); return err }},
		{"Disconnect without a connection", some, func() error { return p.Disconnect(ctx, nil) }},
		{"Invoke without a connection", some, func() error { _, err := p.Invoke(ctx, nil, request("events", `{}`), nil); return err }},
		{"Invoke of nothing", `tester has no action ""`, func() error { _, err := p.Invoke(ctx, conn, nil, nil); return err }},
		{"Stream of nothing", `tester has no action ""`, func() error { _, err := p.Stream(ctx, conn, nil, nil); return err }},
		{"Load of nothing", source, func() error { _, err := h.Load(ctx, Source{}); return err }},
		{"Upgrade to nothing", source, func() error { return p.Upgrade(ctx, Source{}, nil) }},
		{"Save of nothing", "there is no connection given", func() error { return h.Connections().Save(ctx, nil) }},
		{"Delete of nothing", "there is no connection given", func() error { _, err := h.Connections().Delete(ctx, nil); return err }},
		{"Entries of nothing", "there is no connection given", func() error { _, err := h.Connections().Entries(ctx, nil); return err }},
		{"Authorize with nothing", "", func() error { _, err := p.Authorize(ctx, conn, nil); return err }},
		{"Check with nothing", "", func() error { _, err := p.Check(ctx, conn, nil); return err }},
		{"Options with nothing", "", func() error { _, err := p.Options(ctx, conn, nil); return err }},
	} {
		wantMisuse(t, tt.name, tt.call, tt.want)
	}
}

// wantMisuse wants the caller to be told what was wrong, empty for nothing.
func wantMisuse(t *testing.T, name string, call func() error, want string) {
	t.Helper()
	err := call()
	if want == "" {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return
	}
	e := plugin.AsError(err)
	if e == nil || !strings.HasSuffix(e.Message, want) || e.Source != plugin.SourceCaller || e.Effect != plugin.EffectNone || e.Hint == "" ||
		e.Kind != plugin.InvalidInput && e.Kind != plugin.UnknownName {
		t.Errorf("%s: error = %+v, want the caller's, %q", name, err, want)
	}
}
