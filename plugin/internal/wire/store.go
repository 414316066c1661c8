package wire

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire/pb"
)

// RegisterStore serves a store on a gRPC server.
func RegisterStore(s grpc.ServiceRegistrar, store plugin.Store) {
	pb.RegisterStoreServiceServer(s, &storeServer{s: store})
}

// NewStoreClient calls a store over a gRPC connection.
func NewStoreClient(conn grpc.ClientConnInterface) plugin.Store {
	return &storeClient{pb: pb.NewStoreServiceClient(conn)}
}

type storeServer struct {
	pb.UnimplementedStoreServiceServer
	s plugin.Store
}

func (s *storeServer) Get(ctx context.Context, in *pb.GetRequest) (*pb.GetResponse, error) {
	out, err := s.s.Get(ctx, &plugin.GetRequest{Key: in.Key})
	if err != nil {
		return &pb.GetResponse{Error: errorToPB(err)}, nil
	}
	return &pb.GetResponse{Value: out.Value, Revision: out.Revision}, nil
}

func (s *storeServer) Swap(ctx context.Context, in *pb.SwapRequest) (*pb.SwapResponse, error) {
	out, err := s.s.Swap(ctx, &plugin.SwapRequest{Key: in.Key, Value: in.Value, Revision: in.Revision})
	if err != nil {
		return &pb.SwapResponse{Error: errorToPB(err)}, nil
	}
	return &pb.SwapResponse{Swapped: out.Swapped, Revision: out.Revision}, nil
}

func (s *storeServer) Delete(ctx context.Context, in *pb.DeleteRequest) (*pb.DeleteResponse, error) {
	out, err := s.s.Delete(ctx, &plugin.DeleteRequest{Key: in.Key, Prefix: in.Prefix})
	if err != nil {
		return &pb.DeleteResponse{Error: errorToPB(err)}, nil
	}
	return &pb.DeleteResponse{Deleted: out.Deleted}, nil
}

func (s *storeServer) List(ctx context.Context, in *pb.ListRequest) (*pb.ListResponse, error) {
	out, err := s.s.List(ctx, &plugin.ListRequest{Prefix: in.Prefix, After: in.After, Limit: int(in.Limit)})
	if err != nil {
		return &pb.ListResponse{Error: errorToPB(err)}, nil
	}
	return &pb.ListResponse{Keys: out.Keys}, nil
}

func (s *storeServer) Lease(ctx context.Context, in *pb.LeaseRequest) (*pb.LeaseResponse, error) {
	out, err := s.s.Lease(ctx, &plugin.LeaseRequest{Key: in.Key, Holder: in.Holder, TTL: time.Duration(in.Ttl)})
	if err != nil {
		return &pb.LeaseResponse{Error: errorToPB(err)}, nil
	}
	return &pb.LeaseResponse{Held: out.Held, Until: timeToPB(out.Until)}, nil
}

func (s *storeServer) Count(ctx context.Context, in *pb.CountRequest) (*pb.CountResponse, error) {
	req := &plugin.CountRequest{}
	for _, a := range in.Adds {
		req.Adds = append(req.Adds, plugin.CounterAdd{Key: a.Key, Window: a.Window, N: a.N, Limit: a.Limit})
	}
	out, err := s.s.Count(ctx, req)
	if err != nil {
		return &pb.CountResponse{Error: errorToPB(err)}, nil
	}
	return &pb.CountResponse{Granted: out.Granted, Refused: int32(out.Refused), Counts: countersToPB(out.Counts)}, nil
}

func (s *storeServer) Counters(ctx context.Context, in *pb.CountersRequest) (*pb.CountersResponse, error) {
	out, err := s.s.Counters(ctx, &plugin.CountersRequest{Prefix: in.Prefix})
	if err != nil {
		return &pb.CountersResponse{Error: errorToPB(err)}, nil
	}
	return &pb.CountersResponse{Counters: countersToPB(out.Counters)}, nil
}

type storeClient struct{ pb pb.StoreServiceClient }

func (c *storeClient) Get(ctx context.Context, req *plugin.GetRequest) (*plugin.GetResponse, error) {
	out, err := c.pb.Get(ctx, &pb.GetRequest{Key: req.Key})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.GetResponse{Value: out.Value, Revision: out.Revision}, nil
}

func (c *storeClient) Swap(ctx context.Context, req *plugin.SwapRequest) (*plugin.SwapResponse, error) {
	out, err := c.pb.Swap(ctx, &pb.SwapRequest{Key: req.Key, Value: req.Value, Revision: req.Revision})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.SwapResponse{Swapped: out.Swapped, Revision: out.Revision}, nil
}

func (c *storeClient) Delete(ctx context.Context, req *plugin.DeleteRequest) (*plugin.DeleteResponse, error) {
	out, err := c.pb.Delete(ctx, &pb.DeleteRequest{Key: req.Key, Prefix: req.Prefix})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.DeleteResponse{Deleted: out.Deleted}, nil
}

func (c *storeClient) List(ctx context.Context, req *plugin.ListRequest) (*plugin.ListResponse, error) {
	out, err := c.pb.List(ctx, &pb.ListRequest{Prefix: req.Prefix, After: req.After, Limit: int32(req.Limit)})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.ListResponse{Keys: out.Keys}, nil
}

func (c *storeClient) Lease(ctx context.Context, req *plugin.LeaseRequest) (*plugin.LeaseResponse, error) {
	out, err := c.pb.Lease(ctx, &pb.LeaseRequest{Key: req.Key, Holder: req.Holder, Ttl: int64(req.TTL)})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.LeaseResponse{Held: out.Held, Until: timeFromPB(out.Until)}, nil
}

func (c *storeClient) Count(ctx context.Context, req *plugin.CountRequest) (*plugin.CountResponse, error) {
	in := &pb.CountRequest{}
	for _, a := range req.Adds {
		in.Adds = append(in.Adds, &pb.CounterAdd{Key: a.Key, Window: a.Window, N: a.N, Limit: a.Limit})
	}
	out, err := c.pb.Count(ctx, in)
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.CountResponse{Granted: out.Granted, Refused: int(out.Refused), Counts: countersFromPB(out.Counts)}, nil
}

func (c *storeClient) Counters(ctx context.Context, req *plugin.CountersRequest) (*plugin.CountersResponse, error) {
	out, err := c.pb.Counters(ctx, &pb.CountersRequest{Prefix: req.Prefix})
	if err := failure(ctx, out, err); err != nil {
		return nil, err
	}
	return &plugin.CountersResponse{Counters: countersFromPB(out.Counters)}, nil
}

func countersToPB(cs []plugin.Counter) []*pb.Counter {
	var out []*pb.Counter
	for _, c := range cs {
		out = append(out, &pb.Counter{Key: c.Key, Window: c.Window, Used: c.Used})
	}
	return out
}

func countersFromPB(in []*pb.Counter) []plugin.Counter {
	var out []plugin.Counter
	for _, c := range in {
		out = append(out, plugin.Counter{Key: c.Key, Window: c.Window, Used: c.Used})
	}
	return out
}
