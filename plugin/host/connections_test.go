package host

import (
	"context"
	"encoding/json"
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
	put(plugin.ConnectionPrefix("linkedin", me.ID) + "access/search")
	put(plugin.ConnectionPrefix("linkedin", me.ID) + "access/people")
	put("linkedin/cursors")
	wanted := Entries{"settings": 1, "token": 1, "profile": 1, "access": 2}
	kept, err := c.Entries(t.Context(), me)
	if diff := cmp.Diff(wanted, kept); diff != "" || err != nil {
		t.Errorf("Entries: %v (-want +got):\n%s", err, diff)
	}
	deleted, err := c.Delete(t.Context(), me)
	if diff := cmp.Diff(wanted, deleted); diff != "" || err != nil {
		t.Errorf("Delete: %v (-want +got):\n%s", err, diff)
	}
	left, err := h.store.List(t.Context(), &plugin.ListRequest{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"host/connections/other", plugin.ConnectionPrefix("linkedin", other.ID) + "token", "linkedin/cursors"}
	if diff := cmp.Diff(want, left.Keys); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
	if deleted, err := c.Delete(t.Context(), me); err != nil || len(deleted) != 0 {
		t.Errorf("Delete again = %v, %v; want nothing and no error", deleted, err)
	}
}

// A login that failed is deleted with what it left behind, not with the
// connection that took its name in the meantime.
func TestConnectionDeleteLeavesTheNameToAnother(t *testing.T) {
	h := newHost(t, nil)
	c := h.Connections()
	first, late := full("me"), full("me")
	if first.ID == late.ID {
		t.Fatal("two connections have one id")
	}
	if err := c.Save(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	token := plugin.ConnectionPrefix("linkedin", late.ID) + "token"
	if _, err := h.store.Swap(t.Context(), &plugin.SwapRequest{Key: token, Value: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	deleted, err := c.Delete(t.Context(), late)
	if diff := cmp.Diff(Entries{"token": 1}, deleted); diff != "" || err != nil {
		t.Errorf("Delete: %v (-want +got):\n%s", err, diff)
	}
	if kept, err := c.Get(t.Context(), "me"); err != nil || kept.ID != first.ID {
		t.Errorf("Get = %+v, %v; want the connection that was saved", kept, err)
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
