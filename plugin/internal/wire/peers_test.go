package wire

import (
	"context"
	"net"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/linkstep/linkstep/plugin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// dial serves what register registers and returns a connection to it, with
// the options that hosts and plugins use.
func dial(t *testing.T, register func(*grpc.Server), opts ...grpc.ServerOption) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(append(ServerOptions(), opts...)...)
	register(server)
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:test", append(DialOptions(),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(); server.Stop(); <-served })
	return conn
}

// connect returns a client of a connector that is served over gRPC. Stores
// are passed on as they are.
func connect(t *testing.T, c plugin.Connector) plugin.Connector {
	t.Helper()
	var lent plugin.Store
	conn := dial(t, func(s *grpc.Server) {
		RegisterConnector(s, c, func(uint32) (plugin.Store, error) { return lent, nil })
	})
	return NewConnectorClient(conn, func(s plugin.Store) (uint32, error) {
		lent = s
		return 1, nil
	})
}

// recorder is a connector and a store. It keeps what it is asked, a pointer
// to a request, and gives the answer or the error that it was told to.
type recorder struct {
	got  any
	give any
	err  error

	invoke func(ctx context.Context, emit func(*plugin.Event) error) (*plugin.Result, error) // instead of give, nil: give
	events []*plugin.Event                                                                   // before the answer of Invoke
}

var (
	_ plugin.Connector = (*recorder)(nil)
	_ plugin.Store     = (*recorder)(nil)
)

func reply[T any](r *recorder, req any) (*T, error) {
	r.got = req
	if r.err != nil {
		return nil, r.err
	}
	if r.give == nil {
		return new(T), nil
	}
	return r.give.(*T), nil
}

func (r *recorder) Describe(_ context.Context, req *plugin.DescribeRequest) (*plugin.Description, error) {
	return reply[plugin.Description](r, req)
}

func (r *recorder) Open(_ context.Context, req *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	return reply[plugin.OpenResponse](r, req)
}

func (r *recorder) Connect(_ context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
	return reply[plugin.ConnectResponse](r, req)
}

func (r *recorder) Disconnect(_ context.Context, req *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
	return reply[plugin.DisconnectResponse](r, req)
}

func (r *recorder) Authorize(_ context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	return reply[plugin.AuthorizeResponse](r, req)
}

func (r *recorder) Check(_ context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	return reply[plugin.CheckResponse](r, req)
}

func (r *recorder) Invoke(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	if r.invoke != nil {
		return r.invoke(ctx, emit)
	}
	for _, e := range r.events {
		if err := emit(e); err != nil {
			return nil, err
		}
	}
	return reply[plugin.Result](r, req)
}

func (r *recorder) Options(_ context.Context, req *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
	return reply[plugin.OptionsResponse](r, req)
}

func (r *recorder) Usage(_ context.Context, req *plugin.UsageRequest) (*plugin.UsageResponse, error) {
	return reply[plugin.UsageResponse](r, req)
}

func (r *recorder) Close(_ context.Context, req *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	return reply[plugin.CloseResponse](r, req)
}

func (r *recorder) Get(_ context.Context, req *plugin.GetRequest) (*plugin.GetResponse, error) {
	return reply[plugin.GetResponse](r, req)
}

func (r *recorder) Swap(_ context.Context, req *plugin.SwapRequest) (*plugin.SwapResponse, error) {
	return reply[plugin.SwapResponse](r, req)
}

func (r *recorder) Delete(_ context.Context, req *plugin.DeleteRequest) (*plugin.DeleteResponse, error) {
	return reply[plugin.DeleteResponse](r, req)
}

func (r *recorder) List(_ context.Context, req *plugin.ListRequest) (*plugin.ListResponse, error) {
	return reply[plugin.ListResponse](r, req)
}

func (r *recorder) Lease(_ context.Context, req *plugin.LeaseRequest) (*plugin.LeaseResponse, error) {
	return reply[plugin.LeaseResponse](r, req)
}

func (r *recorder) Count(_ context.Context, req *plugin.CountRequest) (*plugin.CountResponse, error) {
	return reply[plugin.CountResponse](r, req)
}

func (r *recorder) Counters(_ context.Context, req *plugin.CountersRequest) (*plugin.CountersResponse, error) {
	return reply[plugin.CountersResponse](r, req)
}
