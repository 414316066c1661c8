package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

var sameSecrets = cmp.Comparer(func(a, b plugin.Secret) bool { return a.Reveal() == b.Reveal() })

// full is a connection with every field set.
func full(name string) *Connection {
	conn := NewConnection("linkedin", name)
	conn.Dev = true
	conn.Settings = json.RawMessage(`{"client_id":"abc","n":9007199254740993}`)
	conn.Secrets = map[string]plugin.Secret{"client_secret": plugin.NewSecret("s3cret"), "empty": {}}
	conn.Account = plugin.Account{ID: "1", URN: "urn:li:person:1", Name: "Ada"}
	return conn
}

func TestConnectionRoundTrip(t *testing.T) {
	bare := NewConnection("linkedin", "bare")
	tests := []struct {
		name string
		conn *Connection
		why  string
	}{
		{"full", full("me"), "every field"},
		{"bare", bare, "a connector without settings"},
		{"longest name", full(strings.Repeat("n", connectionNameMax)), "64 characters"},
		{"all characters", full("Me.at_work-2"), "what a name may have"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newHost(t, nil).Connections()
			if err := c.Save(t.Context(), tt.conn); err != nil {
				t.Fatal(err)
			}
			got, err := c.Get(t.Context(), tt.conn.Name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.conn, got, sameSecrets); diff != "" {
				t.Errorf("%s (-saved +got):\n%s", tt.why, diff)
			}
		})
	}
}

func TestNewConnection(t *testing.T) {
	a, b := NewConnection("linkedin", "me"), NewConnection("linkedin", "me")
	if a.ID == b.ID || len(a.ID) < 16 || strings.Trim(a.ID, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("ids %q and %q, want two different ones of letters, digits, dashes and underscores", a.ID, b.ID)
	}
	if since := time.Since(a.CreatedAt); since < 0 || since > 2*time.Second {
		t.Errorf("created %s ago", since)
	}
}

func TestConnectionConflict(t *testing.T) {
	c := newHost(t, nil).Connections()
	first := full("me")
	if err := c.Save(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	changed := *first
	changed.Account.Name = "Ada L."
	if err := c.Save(t.Context(), &changed); err != nil {
		t.Errorf("the same connection, changed: %v", err)
	}
	err := c.Save(t.Context(), full("me"))
	if e := plugin.AsError(err); e == nil || e.Kind != plugin.Conflict || !strings.Contains(e.Hint, "linkstep disconnect me") {
		t.Errorf("another connection of that name: %v, want a conflict", err)
	}
	if got, err := c.Get(t.Context(), "me"); err != nil || got.ID != first.ID || got.Account.Name != "Ada L." {
		t.Errorf("the connection is %+v, %v; want the first, as it was changed", got, err)
	}
}

// TestConnectionRace lets two writers save at once.
func TestConnectionRace(t *testing.T) {
	store := &racing{Store: new(plugintest.Store)}
	c := New(&Options{Store: store}).Connections()
	store.before = func() {
		store.before = nil
		if err := c.Save(t.Context(), full("me")); err != nil {
			t.Error(err)
		}
	}
	if err := c.Save(t.Context(), full("me")); plugin.KindOf(err) != plugin.Conflict {
		t.Errorf("the slower of two writers gets %v, want a conflict", err)
	}
}

// racing is a store in which something happens before a write.
type racing struct {
	*plugintest.Store
	before func()
}

func (r *racing) Swap(ctx context.Context, req *plugin.SwapRequest) (*plugin.SwapResponse, error) {
	if before := r.before; before != nil {
		before()
	}
	return r.Store.Swap(ctx, req)
}

func TestConnectionNames(t *testing.T) {
	tests := []struct {
		name string
		ok   bool
		why  string
	}{
		{"me", true, "the usual"},
		{"Me.at_work-2", true, "what people write"},
		{"", false, "no name"},
		{"-me", false, "it would be a flag"},
		{".me", false, "it would be a hidden file"},
		{"a/b", false, "it would be a path and a key of another"},
		{"a b", false, "it would be two words"},
		{"mé", false, "it looks different from itself on some machines"},
		{"a\x00b", false, "no byte of a name"},
		{strings.Repeat("n", connectionNameMax), true, "the longest"},
		{strings.Repeat("n", connectionNameMax+1), false, "one too long"},
	}
	c := newHost(t, nil).Connections()
	for _, tt := range tests {
		err := CheckConnectionName(tt.name)
		if (err == nil) != tt.ok || (err != nil && plugin.KindOf(err) != plugin.InvalidConfig) {
			t.Errorf("CheckConnectionName(%q) = %v, want it good: %t (%s)", tt.name, err, tt.ok, tt.why)
		}
		if err := c.Save(t.Context(), full(tt.name)); (err == nil) != tt.ok {
			t.Errorf("Save of %q = %v, want it saved: %t (%s)", tt.name, err, tt.ok, tt.why)
		}
	}
}

func TestConnectionUnknown(t *testing.T) {
	c := newHost(t, nil).Connections()
	_, err := c.Get(t.Context(), "me")
	if e := plugin.AsError(err); e == nil || e.Kind != plugin.UnknownName || e.Hint != "Make one with: linkstep connect CONNECTOR --name me" {
		t.Errorf("error = %+v, want how to make the first", err)
	}
	for _, name := range []string{"work", "home", "sales"} {
		if err := c.Save(t.Context(), full(name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, hint := range map[string]string{"wrok": "Did you mean work?", "zzz": "Known: home, sales, work.", "": "Known: home, sales, work.", "../work": "Known: home, sales, work."} {
		_, err := c.Get(t.Context(), name)
		if e := plugin.AsError(err); e == nil || e.Kind != plugin.UnknownName || e.Message != fmt.Sprintf("there is no connection %q", name) || e.Hint != hint {
			t.Errorf("Get(%q) = %+v, want the hint %q", name, err, hint)
		}
	}
}

func TestConnectionList(t *testing.T) {
	c := newHost(t, &Options{Store: &small{Store: new(plugintest.Store)}}).Connections()
	var want []string
	for i := range 7 {
		name := fmt.Sprint("c", i)
		want = append(want, name)
		if err := c.Save(t.Context(), full(name)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := c.Names(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// small is a store whose lists have three keys at most.
type small struct{ *plugintest.Store }

func (s *small) List(ctx context.Context, req *plugin.ListRequest) (*plugin.ListResponse, error) {
	in := *req
	in.Limit = 3
	return s.Store.List(ctx, &in)
}

func TestConnectionDelete(t *testing.T) {
	h := newHost(t, nil)
	c := h.Connections()
	me, other := full("me"), full("other")
	for _, conn := range []*Connection{me, other} {
		if err := c.Save(t.Context(), conn); err != nil {
			t.Fatal(err)
		}
	}
	put := func(key string) {
		t.Helper()
		if _, err := h.store.Swap(t.Context(), &plugin.SwapRequest{Key: key, Value: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	put(plugin.ConnectionPrefix("linkedin", me.ID) + "token")
	put(plugin.ConnectionPrefix("linkedin", me.ID) + "profile")
	put(plugin.ConnectionPrefix("linkedin", other.ID) + "token")
	put("linkedin/cursors")
	n, err := c.Delete(t.Context(), me)
	if err != nil || n != 3 {
		t.Errorf("Delete = %d, %v; want 3 entries: the connection, its token and its profile", n, err)
	}
	left, err := h.store.List(t.Context(), &plugin.ListRequest{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"host/connections/other", plugin.ConnectionPrefix("linkedin", other.ID) + "token", "linkedin/cursors"}
	if diff := cmp.Diff(want, left.Keys); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
	if n, err := c.Delete(t.Context(), me); err != nil || n != 0 {
		t.Errorf("Delete again = %d, %v; want nothing and no error", n, err)
	}
}

func TestConnectionsWithoutStore(t *testing.T) {
	c := newHost(t, &Options{}).Connections()
	_, getErr := c.Get(t.Context(), "me")
	_, namesErr := c.Names(t.Context())
	_, deleteErr := c.Delete(t.Context(), full("me"))
	for name, err := range map[string]error{"Get": getErr, "Names": namesErr, "Save": c.Save(t.Context(), full("me")), "Delete": deleteErr} {
		if plugin.KindOf(err) != plugin.StoreUnavailable {
			t.Errorf("%s = %v, want store_unavailable", name, err)
		}
	}
}

func TestConnectionDamaged(t *testing.T) {
	h := newHost(t, nil)
	if _, err := h.store.Swap(t.Context(), &plugin.SwapRequest{Key: connectionKeys + "me", Value: []byte("{")}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Connections().Get(t.Context(), "me"); plugin.KindOf(err) != plugin.Internal || !strings.Contains(plugin.AsError(err).Detail, `"me"`) {
		t.Errorf("error = %+v, want one that names the connection", err)
	}
}

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
		{"none", nil, "tester.echo needs a connection", "it was forgotten"},
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
