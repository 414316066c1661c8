// Command v1 is a plugin as it was built with protocol 1, on 2026-11-24. It
// has its own copy of the wire and nothing of package plugin, so that it keeps
// saying the bytes of that day: a test of plugin/host runs it under the host
// of today. It stands for the plugins in the field, so do not bring it up to
// date. It goes when hosts serve protocol 1 no more, that is with protocol 3.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"github.com/linkstep/linkstep/testdata/compat/v1/pb"
)

// handshake is that of protocol 1.
var handshake = goplugin.HandshakeConfig{
	ProtocolVersion:  1,
	MagicCookieKey:   "LINKSTEP_PLUGIN",
	MagicCookieValue: "b5c3c1f0-linkstep-connector",
}

// maxMessageBytes is the most that one message had, both ways.
const maxMessageBytes = 16 << 20

// pingsAllowed is the shortest time between two pings of the host that this
// plugin bears.
const pingsAllowed = 5 * time.Second

func main() {
	if os.Getenv(handshake.MagicCookieKey) != handshake.MagicCookieValue {
		fmt.Fprintln(os.Stderr, "v1 is a Linkstep plugin: a host starts it, it does nothing by itself.")
		os.Exit(2)
	}
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	go leave(term)
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: map[int]goplugin.PluginSet{1: {"connector": &served{}}},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts,
				grpc.MaxRecvMsgSize(maxMessageBytes), grpc.MaxSendMsgSize(maxMessageBytes),
				grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: pingsAllowed, PermitWithoutStream: true}))...)
		},
	})
}

// leave ends the process when it is told to, or when the host is gone, which
// holds the other end of standard input.
func leave(term <-chan os.Signal) {
	cut := make(chan struct{})
	go func() {
		defer close(cut)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	select {
	case <-term:
	case <-cut:
	}
	os.Exit(0)
}

// served is the connector in the form that go-plugin wants.
type served struct {
	goplugin.NetRPCUnsupportedPlugin
}

// GRPCServer implements [goplugin.GRPCPlugin].
func (*served) GRPCServer(broker *goplugin.GRPCBroker, s *grpc.Server) error {
	pb.RegisterConnectorServiceServer(s, &connector{borrow: func(id uint32) (pb.StoreServiceClient, error) {
		conn, err := broker.DialWithOptions(id, grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(maxMessageBytes), grpc.MaxCallSendMsgSize(maxMessageBytes)))
		if err != nil {
			return nil, err
		}
		return pb.NewStoreServiceClient(conn), nil
	}})
	return nil
}

// GRPCClient implements [goplugin.GRPCPlugin] for hosts, of which this is none.
func (*served) GRPCClient(context.Context, *goplugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("this is a plugin only")
}
