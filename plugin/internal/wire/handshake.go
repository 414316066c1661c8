package wire

import (
	"context"
	"errors"
	"sync"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire/pb"
)

// PluginName is the one plugin that a plugin process dispenses.
const PluginName = "connector"

// Handshake keeps a plugin binary from being run by hand and a host from
// starting something that is no plugin. It is no secret.
var Handshake = goplugin.HandshakeConfig{
	ProtocolVersion:  plugin.Protocol,
	MagicCookieKey:   "LINKSTEP_PLUGIN",
	MagicCookieValue: "b5c3c1f0-linkstep-connector",
}

// Plugin is the contract in the form that go-plugin wants. On the host's side
// it dispenses a [plugin.Connector].
type Plugin struct {
	goplugin.NetRPCUnsupportedPlugin
	Connector plugin.Connector // plugin's side: what to serve
	Gate      *Gate            // plugin's side: may refuse calls; nil: none
	Lent      sync.WaitGroup   // host's side: the stores being served; done once the client is closed
}

// GRPCServer implements [goplugin.GRPCPlugin] for the plugin process.
func (p *Plugin) GRPCServer(broker *goplugin.GRPCBroker, s *grpc.Server) error {
	if p.Connector == nil {
		return errors.New("no connector to serve")
	}
	if p.Gate != nil {
		pb.RegisterProcessServiceServer(s, p.Gate)
	}
	RegisterConnector(s, p.Connector, func(id uint32) (plugin.Store, error) {
		conn, err := broker.DialWithOptions(id, DialOptions()...)
		if err != nil {
			return nil, &plugin.Error{
				Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err, Detail: err.Error(),
				Message: "the plugin cannot reach the store of its host",
				Hint:    "Start the plugin again.",
			}
		}
		// The connection lives as long as the process.
		return NewStoreClient(conn), nil
	})
	return nil
}

// GRPCClient implements [goplugin.GRPCPlugin] for the host.
func (p *Plugin) GRPCClient(_ context.Context, broker *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return NewConnectorClient(conn, func(store plugin.Store) (uint32, error) {
		id := broker.NextId()
		p.Lent.Go(func() {
			broker.AcceptAndServe(id, func(opts []grpc.ServerOption) *grpc.Server {
				s := grpc.NewServer(append(opts, ServerOptions()...)...)
				RegisterStore(s, store)
				return s
			})
		})
		return id, nil
	}), nil
}
