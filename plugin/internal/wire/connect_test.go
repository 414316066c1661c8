package wire

import (
	"errors"
	"testing"

	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

func TestOpen(t *testing.T) {
	refused := &plugin.Error{Kind: plugin.StoreUnavailable, Message: "no store today"}
	tests := []struct {
		name   string
		store  plugin.Store
		lend   Lend
		borrow Borrow
		want   plugin.Kind
		has    bool
		why    string
	}{
		{"no store", nil, nil, nil, plugin.Unknown, false, "nothing is lent, so nobody is asked to"},
		{"store", new(plugintest.Store), func(plugin.Store) (uint32, error) { return 7, nil },
			func(id uint32) (plugin.Store, error) {
				if id != 7 {
					return nil, errors.New("not that one")
				}
				return new(plugintest.Store), nil
			}, plugin.Unknown, true, "the id finds the store"},
		{"cannot lend", new(plugintest.Store), func(plugin.Store) (uint32, error) { return 0, refused }, nil, plugin.StoreUnavailable, false, "the host's side fails"},
		{"cannot borrow", new(plugintest.Store), func(plugin.Store) (uint32, error) { return 7, nil },
			func(uint32) (plugin.Store, error) { return nil, refused }, plugin.StoreUnavailable, false, "the plugin's side fails"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := new(recorder)
			conn := dial(t, func(s *grpc.Server) { RegisterConnector(s, r, tt.borrow) })
			_, err := NewConnectorClient(conn, tt.lend).Open(t.Context(), &plugin.OpenRequest{Store: tt.store})
			if plugin.KindOf(err) != tt.want {
				t.Fatalf("Open: %v, want %v: %s", err, tt.want, tt.why)
			}
			if req, _ := r.got.(*plugin.OpenRequest); (req != nil && req.Store != nil) != tt.has {
				t.Errorf("the connector got %+v, a store: %t (%s)", r.got, tt.has, tt.why)
			}
		})
	}
}

func TestPluginServesAConnector(t *testing.T) {
	if err := new(Plugin).GRPCServer(nil, nil); err == nil {
		t.Error("a plugin without a connector is served")
	}
}
