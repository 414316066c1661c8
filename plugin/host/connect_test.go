package host

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// TestConnect counts how often a connector is given a connection.
func TestConnect(t *testing.T) {
	c := plugintest.New(nil)
	p := load(t, newHost(t, nil), InProcess(c))
	conn := account()
	call := func(conn *Connection) error {
		_, err := p.Invoke(t.Context(), conn, request("echo", `{"text":"a"}`), nil)
		return err
	}
	if c.Connects() != 0 {
		t.Errorf("%d connects before the first call", c.Connects())
	}
	errs := make(chan error)
	for range 20 {
		go func() { errs <- call(conn) }()
	}
	for range 20 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if c.Connects() != 1 {
		t.Errorf("%d connects for 20 calls at once, want 1", c.Connects())
	}
	changed := *conn
	changed.Settings = json.RawMessage(`{"region":"us"}`)
	for range 2 {
		if err := call(&changed); err != nil {
			t.Fatal(err)
		}
	}
	if c.Connects() != 2 {
		t.Errorf("%d connects after a change, want 2", c.Connects())
	}
	newer := changed
	newer.Secrets = map[string]plugin.Secret{"token": plugin.NewSecret("another token")}
	if err := call(&newer); err != nil {
		t.Fatal(err)
	}
	if c.Connects() != 3 {
		t.Errorf("%d connects after a change of a secret, want 3", c.Connects())
	}
	if err := p.Disconnect(t.Context(), &newer); err != nil {
		t.Fatal(err)
	}
	if err := call(&newer); err != nil {
		t.Fatal(err)
	}
	if c.Connects() != 4 {
		t.Errorf("%d connects after a disconnect, want 4", c.Connects())
	}
}

func TestConnectRefused(t *testing.T) {
	eachWay(t, func(t *testing.T, p *Plugin) {
		conn := account()
		conn.Settings = json.RawMessage(`{"refuse":true}`)
		for range 2 {
			_, err := p.Invoke(t.Context(), conn, request("fail_write", `{"kind":"conflict"}`), nil)
			var e *plugin.Error
			if !errors.As(err, &e) || e.Kind != plugin.InvalidConfig || e.Pointer != "/refuse" || e.Effect != plugin.EffectNone {
				t.Errorf("error = %+v, want the connector's refusal; nothing was sent", err)
			}
		}
		conn.Settings = nil
		if _, err := p.Invoke(t.Context(), conn, request("echo", `{"text":"a"}`), nil); err != nil {
			t.Errorf("the corrected connection: %v", err)
		}
	})
}

// TestWrongConnection gives a connector a connection of another: its secrets
// must not get there.
func TestWrongConnection(t *testing.T) {
	c := plugintest.New(nil)
	p := load(t, newHost(t, nil), Direct(c))
	tests := []struct {
		name string
		conn *Connection
		say  string
		why  string
	}{
		{"another connector's", full("me"), `the connection "me" is one of the connector "linkedin", and this one is "tester"`, "--plugin named the wrong file, or a wicked one"},
		{"none", nil, "tester needs a connection", "it was forgotten"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := p.Invoke(t.Context(), tt.conn, request("echo", `{"text":"a"}`), nil)
			e := plugin.AsError(err)
			if e == nil || e.Kind != plugin.InvalidInput || e.Message != tt.say || e.Hint == "" || e.Effect != plugin.EffectNone {
				t.Errorf("error = %+v, want %q: %s", err, tt.say, tt.why)
			}
			if c.Connects() != 0 {
				t.Errorf("the connector was given it: %s", tt.why)
			}
		})
	}
}

// TestConnectCanceled cancels the caller that connects first: the others must
// not see its cancellation.
func TestConnectCanceled(t *testing.T) {
	gate := &gated{Connector: plugintest.New(nil), entered: make(chan struct{}, 8)}
	p := load(t, newHost(t, nil), Direct(gate))
	conn := account()
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := p.Invoke(ctx, conn, request("echo", `{"text":"a"}`), nil)
		first <- err
	}()
	<-gate.entered
	second := make(chan error, 1)
	go func() {
		_, err := p.Invoke(t.Context(), conn, request("echo", `{"text":"a"}`), nil)
		second <- err
	}()
	time.Sleep(20 * time.Millisecond)
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first caller gets %v, want its cancellation", err)
	}
	if err := <-second; err != nil {
		t.Errorf("the second caller gets %v", err)
	}
}

// gated is a connector whose first Connect waits for the end of its context.
type gated struct {
	plugin.Connector
	entered chan struct{}
	calls   int
}

func (g *gated) Connect(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
	g.entered <- struct{}{}
	if g.calls++; g.calls == 1 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return g.Connector.Connect(ctx, req)
}

// TestConnectHangs wants a deadline that passes in Connect to say so: the
// action was not begun. So does the error of a caller who waits for the first.
func TestConnectHangs(t *testing.T) {
	hangs := &plugintest.Options{HangConnect: true}
	for name, source := range map[string]Source{
		"direct": Direct(plugintest.New(hangs)), "in-process": InProcess(plugintest.New(hangs)), "process": self("unconnecting"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := load(t, newHost(t, nil), source)
			conn := account()
			ctx, cancel := briefly(t.Context())
			defer cancel()
			errs := make(chan error)
			for range 2 {
				go func() {
					_, err := p.Invoke(ctx, conn, request("wait_write", `{}`), nil)
					errs <- err
				}()
			}
			for range 2 {
				err := <-errs
				e := plugin.AsError(err)
				if !errors.Is(err, context.DeadlineExceeded) || e.Kind != plugin.Deadline || e.Effect != plugin.EffectNone || !e.Retryable ||
					e.Message != "the call's deadline passed while the plugin tester took the connection me" {
					t.Errorf("error = %+v, want a deadline without effect that names the connection", e)
				}
			}
		})
	}
}

// TestReplaceReachesTheConnector wants an account refused, and taken with Replace.
func TestReplaceReachesTheConnector(t *testing.T) {
	eachWay(t, func(t *testing.T, p *Plugin) {
		conn := account()
		login := &plugin.AuthorizeRequest{Token: &plugin.AuthorizeToken{AccessToken: plugin.NewSecret(plugintest.AnotherAccount)}}
		if _, err := p.Authorize(t.Context(), conn, login); plugin.KindOf(err) != plugin.Conflict {
			t.Errorf("without Replace: %v, want a conflict", err)
		}
		login.Replace = true
		if _, err := p.Authorize(t.Context(), conn, login); err != nil {
			t.Errorf("with Replace: %v", err)
		}
	})
}
