package host

import (
	"context"
	"net"
	"os"
	"path/filepath"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/guard"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// serveInProcess serves a connector on a socket in the host's private folder
// and returns a client of it.
func serveInProcess(_ context.Context, h *Host, c plugin.Connector) (reached, error) {
	private, err := h.privateFolder()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(private, "in")
	if err != nil {
		return nil, folderError(private, "is not writable", err)
	}
	l := &loopback{dir: dir}
	conn, err := l.serve("c", func(s *grpc.Server) {
		wire.RegisterConnector(s, guard.Connector(c, h.log), func(uint32) (plugin.Store, error) {
			return wire.NewStoreClient(l.storeConn), nil
		})
	})
	if err != nil {
		l.free()
		return nil, err
	}
	client := wire.NewConnectorClient(conn, func(store plugin.Store) (uint32, error) {
		storeConn, err := l.serve("s", func(s *grpc.Server) { wire.RegisterStore(s, store) })
		if err != nil {
			return 0, err
		}
		l.storeConn = storeConn
		return 1, nil
	})
	return &ender{Connector: client, free: l.free}, nil
}

// loopback holds the servers and connections of a connector in this process.
type loopback struct {
	dir       string
	storeConn *grpc.ClientConn // to the lent store; set before Open goes over the wire
	frees     []func()
}

// serve starts a server on a socket of that name and connects to it.
func (l *loopback) serve(name string, register func(*grpc.Server)) (*grpc.ClientConn, error) {
	path := filepath.Join(l.dir, name)
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, folderError(l.dir, "cannot hold a socket", err)
	}
	server := grpc.NewServer(wire.ServerOptions()...)
	register(server)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	l.frees = append(l.frees, func() { server.Stop(); <-served })
	conn, err := grpc.NewClient("unix:"+path, append(wire.DialOptions(), grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		return nil, folderError(l.dir, "cannot hold a socket", err)
	}
	l.frees = append(l.frees, func() { _ = conn.Close() })
	return conn, nil
}

// free stops everything in reverse order.
func (l *loopback) free() {
	for i := len(l.frees) - 1; i >= 0; i-- {
		l.frees[i]()
	}
	_ = os.RemoveAll(l.dir)
}
