package wire

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire/pb"
)

// Lend serves a store to the peer and returns the id it is reached under.
type Lend func(plugin.Store) (id uint32, err error)

// NewConnectorClient calls a connector over a gRPC connection. Lend offers the
// host's store to it.
func NewConnectorClient(conn grpc.ClientConnInterface, lend Lend) plugin.Connector {
	return &connectorClient{pb: pb.NewConnectorServiceClient(conn), lend: lend}
}

type connectorClient struct {
	pb   pb.ConnectorServiceClient
	lend Lend
}

func (c *connectorClient) Describe(ctx context.Context, _ *plugin.DescribeRequest) (*plugin.Description, error) {
	out, err := c.pb.Describe(ctx, &pb.DescribeRequest{})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	desc := new(plugin.Description)
	if err := json.Unmarshal(out.Description, desc); err != nil {
		return nil, &plugin.Error{
			Kind: plugin.PluginIncompatible, Source: plugin.SourceConnector, Err: err, Detail: err.Error(),
			Message: "the plugin describes itself in a form that this host cannot read",
			Hint:    "Install a version of the plugin that fits this host.",
		}
	}
	return desc, nil
}

func (c *connectorClient) Open(ctx context.Context, req *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	in := &pb.OpenRequest{Capabilities: req.Capabilities}
	if req.Store != nil {
		id, err := c.lend(req.Store)
		if err != nil {
			return nil, err
		}
		in.Store = id
	}
	out, err := c.pb.Open(ctx, in)
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.OpenResponse{}, nil
}

func (c *connectorClient) Connect(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
	out, err := c.pb.Connect(ctx, &pb.ConnectRequest{Connection: connectionToPB(req.Connection)})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.ConnectResponse{Diagnostics: diagnosticsFromPB(out.Diagnostics)}, nil
}

func (c *connectorClient) Disconnect(ctx context.Context, req *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
	out, err := c.pb.Disconnect(ctx, &pb.DisconnectRequest{Connection: req.Connection})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.DisconnectResponse{}, nil
}

func (c *connectorClient) Authorize(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	out, err := c.pb.Authorize(ctx, authorizeToPB(req))
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return authorizedFromPB(out), nil
}

func (c *connectorClient) Check(ctx context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	out, err := c.pb.Check(ctx, &pb.CheckRequest{Connection: req.Connection, Deep: req.Deep})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return checkFromPB(out), nil
}

func (c *connectorClient) Invoke(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	if len(req.Input) > MaxMessageBytes {
		return nil, TooLarge(plugin.EffectNone) // nothing left this process
	}
	// Canceling frees the stream when emit fails or the peer goes on after the end.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.pb.Invoke(ctx, invokeToPB(req))
	if err != nil {
		return nil, transportError(ctx, err)
	}
	for {
		msg, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return nil, &plugin.Error{
				Kind: plugin.Internal, Source: plugin.SourceConnector, Effect: plugin.EffectUnknown,
				Message: "the plugin ended the action without a result or an error",
				Hint:    "This is a defect of the plugin. Report it to its author.",
			}
		case err != nil:
			return nil, transportError(ctx, err)
		}
		switch kind := msg.Kind.(type) {
		case *pb.InvokeResponse_Event:
			if emit == nil {
				continue
			}
			if err := emit(eventFromPB(kind.Event)); err != nil {
				return nil, err
			}
		case *pb.InvokeResponse_Result:
			return resultFromPB(kind.Result), nil
		case *pb.InvokeResponse_Error:
			return nil, errorFromPB(kind.Error)
		}
	}
}

func (c *connectorClient) Options(ctx context.Context, req *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
	out, err := c.pb.Options(ctx, &pb.OptionsRequest{
		Connection: req.Connection, Action: req.Action, Pointer: req.Pointer, Input: req.Input, Query: req.Query, Cursor: req.Cursor,
	})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return optionsFromPB(out), nil
}

func (c *connectorClient) Usage(ctx context.Context, req *plugin.UsageRequest) (*plugin.UsageResponse, error) {
	out, err := c.pb.Usage(ctx, &pb.UsageRequest{Connection: req.Connection})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.UsageResponse{Buckets: bucketsFromPB(out.Buckets)}, nil
}

func (c *connectorClient) Close(ctx context.Context, _ *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	out, err := c.pb.Close(ctx, &pb.CloseRequest{})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.CloseResponse{}, nil
}
