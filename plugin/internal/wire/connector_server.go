package wire

import (
	"bytes"
	"context"
	"encoding/json"

	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire/pb"
)

// Borrow dials the store that a host lends under an id.
type Borrow func(id uint32) (plugin.Store, error)

// RegisterConnector serves a connector on a gRPC server. Borrow reaches the
// host's store.
func RegisterConnector(s grpc.ServiceRegistrar, c plugin.Connector, borrow Borrow) {
	pb.RegisterConnectorServiceServer(s, &connectorServer{c: c, borrow: borrow})
}

type connectorServer struct {
	pb.UnimplementedConnectorServiceServer
	c      plugin.Connector
	borrow Borrow
}

func (s *connectorServer) Describe(ctx context.Context, _ *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	desc, err := s.c.Describe(ctx, &plugin.DescribeRequest{})
	if err != nil {
		return &pb.DescribeResponse{Error: errorToPB(err)}, nil
	}
	var doc bytes.Buffer
	enc := json.NewEncoder(&doc)
	enc.SetEscapeHTML(false) // a schema's text, and so its checksum, stays what it is
	if err := enc.Encode(desc); err != nil {
		return &pb.DescribeResponse{Error: errorToPB(err)}, nil
	}
	return &pb.DescribeResponse{Description: doc.Bytes()}, nil
}

func (s *connectorServer) Open(ctx context.Context, in *pb.OpenRequest) (*pb.OpenResponse, error) {
	req := &plugin.OpenRequest{Capabilities: in.Capabilities}
	if in.Store != 0 {
		store, err := s.borrow(in.Store)
		if err != nil {
			return &pb.OpenResponse{Error: errorToPB(err)}, nil
		}
		req.Store = store
	}
	if _, err := s.c.Open(ctx, req); err != nil {
		return &pb.OpenResponse{Error: errorToPB(err)}, nil
	}
	return &pb.OpenResponse{}, nil
}

func (s *connectorServer) Connect(ctx context.Context, in *pb.ConnectRequest) (*pb.ConnectResponse, error) {
	out, err := s.c.Connect(ctx, &plugin.ConnectRequest{Connection: connectionFromPB(in.Connection)})
	if err != nil {
		return &pb.ConnectResponse{Error: errorToPB(err)}, nil
	}
	return &pb.ConnectResponse{Diagnostics: diagnosticsToPB(out.Diagnostics)}, nil
}

func (s *connectorServer) Disconnect(ctx context.Context, in *pb.DisconnectRequest) (*pb.DisconnectResponse, error) {
	if _, err := s.c.Disconnect(ctx, &plugin.DisconnectRequest{Connection: in.Connection}); err != nil {
		return &pb.DisconnectResponse{Error: errorToPB(err)}, nil
	}
	return &pb.DisconnectResponse{}, nil
}

func (s *connectorServer) Authorize(ctx context.Context, in *pb.AuthorizeRequest) (*pb.AuthorizeResponse, error) {
	out, err := s.c.Authorize(ctx, authorizeFromPB(in))
	if err != nil {
		return &pb.AuthorizeResponse{Error: errorToPB(err)}, nil
	}
	return authorizedToPB(out), nil
}

func (s *connectorServer) Check(ctx context.Context, in *pb.CheckRequest) (*pb.CheckResponse, error) {
	out, err := s.c.Check(ctx, &plugin.CheckRequest{Connection: in.Connection, Deep: in.Deep})
	if err != nil {
		return &pb.CheckResponse{Error: errorToPB(err)}, nil
	}
	return checkToPB(out), nil
}

// Invoke sends events, then a result or an error. A message that is too large
// ends the stream with a status of its own, which the client understands.
func (s *connectorServer) Invoke(in *pb.InvokeRequest, stream grpc.ServerStreamingServer[pb.InvokeResponse]) error {
	res, err := s.c.Invoke(stream.Context(), invokeFromPB(in), func(e *plugin.Event) error {
		if err := stream.Send(&pb.InvokeResponse{Kind: &pb.InvokeResponse_Event{Event: eventToPB(e)}}); err != nil {
			return emitError(stream.Context(), err)
		}
		return nil
	})
	if err != nil {
		return stream.Send(&pb.InvokeResponse{Kind: &pb.InvokeResponse_Error{Error: errorToPB(err)}})
	}
	return stream.Send(&pb.InvokeResponse{Kind: &pb.InvokeResponse_Result{Result: resultToPB(res)}})
}

func (s *connectorServer) Options(ctx context.Context, in *pb.OptionsRequest) (*pb.OptionsResponse, error) {
	out, err := s.c.Options(ctx, &plugin.OptionsRequest{
		Connection: in.Connection, Action: in.Action, Pointer: in.Pointer, Input: in.Input, Query: in.Query, Cursor: in.Cursor,
	})
	if err != nil {
		return &pb.OptionsResponse{Error: errorToPB(err)}, nil
	}
	return optionsToPB(out), nil
}

func (s *connectorServer) Usage(ctx context.Context, in *pb.UsageRequest) (*pb.UsageResponse, error) {
	out, err := s.c.Usage(ctx, &plugin.UsageRequest{Connection: in.Connection})
	if err != nil {
		return &pb.UsageResponse{Error: errorToPB(err)}, nil
	}
	return &pb.UsageResponse{Buckets: bucketsToPB(out.Buckets)}, nil
}

func (s *connectorServer) Close(ctx context.Context, _ *pb.CloseRequest) (*pb.CloseResponse, error) {
	if _, err := s.c.Close(ctx, &plugin.CloseRequest{}); err != nil {
		return &pb.CloseResponse{Error: errorToPB(err)}, nil
	}
	return &pb.CloseResponse{}, nil
}
