package host

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"testing"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// inTwo ends the summary of a connector that is spoken to in protocol 2, which
// exists in these tests only.
const inTwo = " (in protocol 2)"

// two is the host's end of protocol 2.
type two struct{ *wire.Plugin }

func (p *two) GRPCClient(ctx context.Context, broker *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	c, err := p.Plugin.GRPCClient(ctx, broker, conn)
	if err != nil {
		return nil, err
	}
	return &spokenInTwo{c.(plugin.Connector)}, nil
}

type spokenInTwo struct{ plugin.Connector }

func (c *spokenInTwo) Describe(ctx context.Context, req *plugin.DescribeRequest) (*plugin.Description, error) {
	desc, err := c.Connector.Describe(ctx, req)
	if err == nil {
		desc.Summary += inTwo
	}
	return desc, err
}

// hostOfTwo is a host of the day after protocol 2 has come.
func hostOfTwo(t *testing.T) *Host {
	t.Helper()
	h := newHost(t, nil)
	h.protocols = maps.Clone(h.protocols)
	h.protocols[2] = func(w *wire.Plugin) goplugin.Plugin { return &two{w} }
	return h
}

// serveProtocols is a plugin process that speaks these protocols.
func serveProtocols(versions ...int) {
	sets := make(map[int]goplugin.PluginSet)
	for _, v := range versions {
		sets[v] = goplugin.PluginSet{wire.PluginName: &wire.Plugin{Connector: plugintest.New(&plugintest.Options{Log: slog.New(slog.DiscardHandler)})}}
	}
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: wire.Handshake, VersionedPlugins: sets,
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, wire.ServerOptions()...)...)
		},
	})
}

// TestProtocols has plugins of several protocols meet hosts of one and of two.
func TestProtocols(t *testing.T) {
	one := func(t *testing.T) *Host { return newHost(t, nil) }
	tests := []struct {
		name, mode string
		host       func(*testing.T) *Host
		two        bool   // they speak protocol 2
		refused    string // after "the plugin PATH "; empty: they get on
		why        string
	}{
		{"both of both", "speaks-1-2", hostOfTwo, true, "", "the newest that both speak"},
		{"an older plugin", "speaks-1", hostOfTwo, false, "", "a host speaks the protocol before its own"},
		{"a newer plugin", "speaks-1-2", one, false, "", "so does a plugin that wants to"},
		{"a plugin that has left 1 behind", "speaks-2", hostOfTwo, true, "", "it is not too new for this host"},
		{"a plugin too new", "speaks-2", one, false, "speaks version 2 of the protocol, this host speaks 1", "both sides are named"},
		{"a plugin much too new", "speaks-3", hostOfTwo, false, "speaks version 3 of the protocol, this host speaks 1 and 2", "all of them"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, src := tt.host(t), self(tt.mode)
			p, err := h.Load(t.Context(), src)
			if tt.refused != "" {
				e := plugin.AsError(err)
				if e == nil || e.Kind != plugin.PluginIncompatible || e.Message != "the plugin "+src.Path+" "+tt.refused || e.Hint == "" {
					t.Errorf("Load = %+v, want plugin_incompatible, %q: %s", e, tt.refused, tt.why)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Description().Summary; strings.HasSuffix(got, inTwo) != tt.two {
				t.Errorf("summary %q, want protocol 2: %t: %s", got, tt.two, tt.why)
			}
			if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
				t.Errorf("a call: %v", got.Err)
			}
		})
	}
}
