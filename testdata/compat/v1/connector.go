package main

import (
	"context"
	_ "embed"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/testdata/compat/v1/pb"
)

// description is what connectors of protocol 1 said of themselves.
//
//go:embed description.json
var description []byte

// connector has an action for each part of the protocol: echo emits one event
// of each type, remember asks for all that the store has, refuse fails.
type connector struct {
	pb.UnimplementedConnectorServiceServer
	borrow func(id uint32) (pb.StoreServiceClient, error)

	mu          sync.Mutex // guards the fields below
	store       pb.StoreServiceClient
	connections map[string]*pb.Connection
}

func (c *connector) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	return &pb.DescribeResponse{Description: description}, nil
}

func (c *connector) Open(_ context.Context, in *pb.OpenRequest) (*pb.OpenResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connections = make(map[string]*pb.Connection)
	if in.Store == 0 {
		return &pb.OpenResponse{}, nil
	}
	store, err := c.borrow(in.Store)
	if err != nil {
		return &pb.OpenResponse{Error: &pb.Error{Kind: "store_unavailable", Source: "host", Message: err.Error(), Effect: "none"}}, nil
	}
	c.store = store
	return &pb.OpenResponse{}, nil
}

func (c *connector) Connect(_ context.Context, in *pb.ConnectRequest) (*pb.ConnectResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connections[in.Connection.Id] = in.Connection
	return &pb.ConnectResponse{Diagnostics: []*pb.Diagnostic{{Severity: "info", Pointer: "/token", Message: "taken", Hint: "none"}}}, nil
}

func (c *connector) Disconnect(_ context.Context, in *pb.DisconnectRequest) (*pb.DisconnectResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.connections, in.Connection)
	return &pb.DisconnectResponse{}, nil
}

func (c *connector) Check(_ context.Context, in *pb.CheckRequest) (*pb.CheckResponse, error) {
	return &pb.CheckResponse{
		Account: &pb.Account{Id: "a1", Urn: "urn:a1", Name: "Ada"}, ScopesGranted: []string{"hello"}, ScopesMissing: []string{"more"},
		Actions: []*pb.ActionStatus{{Action: "echo", Status: "usable"}},
		Token:   &pb.TokenStatus{Present: true, ExpiresAt: day.UnixNano(), WhyNot: "no refresh token"},
		Api:     &pb.APIStatus{Version: "1", State: "unchecked"},
	}, nil
}

func (c *connector) Options(context.Context, *pb.OptionsRequest) (*pb.OptionsResponse, error) {
	return &pb.OptionsResponse{Options: []*pb.Option{{Value: []byte(`"a"`), Label: "A", Hint: "first"}}, NextCursor: "next"}, nil
}

func (c *connector) Usage(context.Context, *pb.UsageRequest) (*pb.UsageResponse, error) {
	return &pb.UsageResponse{Buckets: []*pb.UsageBucket{bucket()}}, nil
}

func (c *connector) Close(context.Context, *pb.CloseRequest) (*pb.CloseResponse, error) {
	return &pb.CloseResponse{}, nil
}

func (c *connector) Invoke(in *pb.InvokeRequest, stream grpc.ServerStreamingServer[pb.InvokeResponse]) error {
	c.mu.Lock()
	conn, store := c.connections[in.Connection], c.store
	c.mu.Unlock()
	var out []byte
	switch {
	case conn == nil:
		return refuse(stream, &pb.Error{Kind: "unknown_name", Source: "caller", Message: "no such connection", Effect: "none"})
	case in.Action == "echo":
		for _, e := range events() {
			if err := stream.Send(&pb.InvokeResponse{Kind: &pb.InvokeResponse_Event{Event: e}}); err != nil {
				return err
			}
		}
		out = fmt.Appendf(nil, `{"got":%s,"name":%q,"settings":%s,"secrets":%d}`, in.Input, conn.Name, conn.Settings, len(conn.Secrets))
	case in.Action == "remember":
		text, err := remember(stream.Context(), store)
		if err != nil {
			return err
		}
		out = fmt.Appendf(nil, `{"got":%q}`, text)
	default:
		return refuse(stream, refusal())
	}
	return stream.Send(&pb.InvokeResponse{Kind: &pb.InvokeResponse_Result{Result: &pb.Result{Output: out, Meta: meta()}}})
}

func refuse(stream grpc.ServerStreamingServer[pb.InvokeResponse], e *pb.Error) error {
	return stream.Send(&pb.InvokeResponse{Kind: &pb.InvokeResponse_Error{Error: e}})
}

// day is the time in all that this plugin says.
var day = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
