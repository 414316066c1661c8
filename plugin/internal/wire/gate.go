package wire

import (
	"context"
	"errors"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/linkstep/linkstep/plugin/internal/wire/pb"
)

// ErrEnding is the cause of an error of a call that a plugin refused because
// its process has been told to end. Nothing was done.
var ErrEnding = errors.New("the plugin process is ending")

// Gate counts the calls of a connector's server. Once it is shut it says so to
// the host, and may refuse new calls. It serves ProcessService.
type Gate struct {
	pb.UnimplementedProcessServiceServer

	shut chan struct{} // closed when it is shut
	idle chan struct{} // closed when it is shut and there is no call

	mu     sync.Mutex // guards the fields below, and the order of the closings
	calls  int
	refuse bool
}

// NewGate returns a gate that is open.
func NewGate() *Gate { return &Gate{shut: make(chan struct{}), idle: make(chan struct{})} }

// Shut has the host told that the process is ending and, if asked, refuses
// calls from now on. It is called once. The channel is closed when no call is
// in flight.
func (g *Gate) Shut(refuse bool) (idle <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refuse = refuse
	close(g.shut)
	if g.calls == 0 {
		close(g.idle)
	}
	return g.idle
}

// Calls returns how many calls are in flight.
func (g *Gate) Calls() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls
}

// enter counts a call, unless it is refused. Close is no call: it is what
// comes after the last.
func (g *Gate) enter(method string) (leave func(), err error) {
	if !strings.HasPrefix(method, "/"+pb.ConnectorService_ServiceDesc.ServiceName+"/") || method == pb.ConnectorService_Close_FullMethodName {
		return func() {}, nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refuse {
		return nil, status.Error(codes.Aborted, "the process is ending")
	}
	g.calls++
	return g.leave, nil
}

func (g *Gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls--
	select {
	case <-g.shut:
	default:
		return
	}
	select {
	case <-g.idle: // there may be calls after it, which were not refused
	default:
		if g.calls == 0 {
			close(g.idle)
		}
	}
}

// ServerOptions put the gate before a server.
func (g *Gate) ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			leave, err := g.enter(info.FullMethod)
			if err != nil {
				return nil, err
			}
			defer leave()
			return handler(ctx, req)
		}),
		grpc.ChainStreamInterceptor(func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			leave, err := g.enter(info.FullMethod)
			if err != nil {
				return err
			}
			defer leave()
			return handler(srv, stream)
		}),
	}
}

// AwaitEnd implements ProcessService.
func (g *Gate) AwaitEnd(ctx context.Context, _ *pb.AwaitEndRequest) (*pb.AwaitEndResponse, error) {
	select {
	case <-g.shut:
		return &pb.AwaitEndResponse{}, nil
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	}
}

// AwaitEnd waits until the process behind a connection has been told to end.
// It returns false when it will not be known: the process has ended, or it is
// one that does not say.
func AwaitEnd(ctx context.Context, conn grpc.ClientConnInterface) bool {
	_, err := pb.NewProcessServiceClient(conn).AwaitEnd(ctx, &pb.AwaitEndRequest{})
	return err == nil
}
