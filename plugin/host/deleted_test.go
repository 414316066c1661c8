package host

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// failingStore fails to read while it is away.
type failingStore struct {
	plugintest.Store
	away bool
}

func (s *failingStore) Get(ctx context.Context, req *plugin.GetRequest) (*plugin.GetResponse, error) {
	if s.away {
		return nil, &plugin.Error{Kind: plugin.StoreUnavailable, Message: "away"}
	}
	return s.Store.Get(ctx, req)
}

// A connection that another process has deleted went on with what the
// connector had in memory, its token and replies, until that was to be renewed.
func TestConnectionDeletedElsewhere(t *testing.T) {
	const often = time.Nanosecond // each call looks
	for _, tt := range []struct {
		name   string
		every  time.Duration
		change func(t *testing.T, other *Connections, store *failingStore, conn *Connection)
		gone   bool
		why    string
	}{
		{"nothing", often, func(*testing.T, *Connections, *failingStore, *Connection) {}, false, "it is there"},
		{"deleted", often, remove, true, "the connector must forget it"},
		{"deleted a moment ago", time.Hour, remove, false, "a look for each call costs too much"},
		{"replaced", often, func(t *testing.T, other *Connections, s *failingStore, conn *Connection) {
			remove(t, other, s, conn)
			if err := other.Save(t.Context(), account()); err != nil {
				t.Fatal(err)
			}
		}, true, "another has its name"},
		{"not saved yet", often, func(t *testing.T, other *Connections, s *failingStore, conn *Connection) {
			remove(t, other, s, conn)
			logIn(t, s, conn)
		}, false, "somebody has just logged in"},
		{"store away", often, func(t *testing.T, other *Connections, s *failingStore, conn *Connection) {
			remove(t, other, s, conn)
			s.away = true
		}, false, "nobody knows"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := new(failingStore)
			h := newHost(t, &Options{Store: s})
			h.lookEvery = tt.every
			c := plugintest.New(nil)
			p := load(t, h, InProcess(c))
			other := newHost(t, &Options{Store: s}).Connections()
			conn := account()
			if err := other.Save(t.Context(), conn); err != nil {
				t.Fatal(err)
			}
			logIn(t, s, conn)
			invoke := func() {
				t.Helper()
				if _, err := p.Invoke(t.Context(), conn, request("echo", `{"text":"a"}`), nil); err != nil {
					t.Fatal(err)
				}
			}
			invoke()
			tt.change(t, other, s, conn)
			invoke()
			want := 0
			if tt.gone {
				want = 1
			}
			if c.Disconnects() != want || c.Connects() != 1+want {
				t.Errorf("%d disconnects and %d connects, want %d and %d: %s", c.Disconnects(), c.Connects(), want, 1+want, tt.why)
			}
		})
	}
}

func remove(t *testing.T, other *Connections, _ *failingStore, conn *Connection) {
	t.Helper()
	if _, err := other.Delete(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
}

// logIn has the connector keep a token of a connection.
func logIn(t *testing.T, s plugin.Store, conn *Connection) {
	t.Helper()
	key := plugin.ConnectionPrefix(conn.Connector, conn.ID) + "token"
	if _, err := s.Swap(t.Context(), &plugin.SwapRequest{Key: key, Value: []byte("t")}); err != nil {
		t.Fatal(err)
	}
}

// Callers who find out at the same moment all get their answer, but for those
// whose connection is taken away between their turn and their call.
func TestDeletedUnderManyCallers(t *testing.T) {
	s := new(plugintest.Store)
	h := newHost(t, &Options{Store: s})
	h.lookEvery = time.Nanosecond
	c := plugintest.New(nil)
	p := load(t, h, InProcess(c))
	conn := account()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 20 { // never saved and nowhere logged in: each look finds nothing
				if _, err := p.Invoke(t.Context(), conn, request("echo", `{"text":"a"}`), nil); err != nil && plugin.KindOf(err) != plugin.Internal {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	r := p.running()
	r.calls.Wait()
	if c.Disconnects() == 0 {
		t.Error("nobody has found out")
	}
}
