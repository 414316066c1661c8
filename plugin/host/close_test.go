package host

import (
	"context"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// TestClosedPlugin calls one that was closed by itself: the host is open still.
func TestClosedPlugin(t *testing.T) {
	h := newHost(t, nil)
	p := load(t, h, Direct(plugintest.New(nil)))
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	call := func() *plugin.Error {
		_, err := p.Invoke(t.Context(), account(), request("events", `{}`), nil)
		return plugin.AsError(err)
	}
	if e := call(); e.Kind != plugin.Canceled || e.Message != "the plugin is closed" || e.Hint == "" {
		t.Errorf("after Plugin.Close: %+v, want to be told of the plugin", e)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e := call(); e.Kind != plugin.Canceled || e.Message != "the host is closed" {
		t.Errorf("after Host.Close: %+v, want to be told of the host", e)
	}
}

// deafStore is a store whose Get does not heed its context.
type deafStore struct {
	plugin.Store
	asked, release chan struct{}
}

func (s *deafStore) Get(context.Context, *plugin.GetRequest) (*plugin.GetResponse, error) {
	close(s.asked)
	<-s.release
	return &plugin.GetResponse{}, nil
}

// TestCloseWithADeafStore closes while a call of the store goes on, which once
// kept Close for as long.
func TestCloseWithADeafStore(t *testing.T) {
	t.Parallel()
	s := &deafStore{new(plugintest.Store), make(chan struct{}), make(chan struct{})}
	defer close(s.release)
	h := New(&Options{Store: s, StopGrace: 300 * time.Millisecond})
	p := load(t, h, self("tester"))
	go func() {
		_, _ = p.Invoke(t.Context(), account(), request("store", `{"op":"get","key":"tester/a"}`), nil)
	}()
	<-s.asked
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	closed := make(chan error, 1)
	go func() { closed <- h.Close(ctx) }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second * patience):
		t.Error("Close waits for the store")
	}
}
