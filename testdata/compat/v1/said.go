package main

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/linkstep/linkstep/testdata/compat/v1/pb"
)

// events are one of each type.
func events() []*pb.Event {
	return []*pb.Event{
		{Type: "progress", Message: "half way", Done: 1, Total: 2},
		{Type: "waiting", Message: "for the vendor", Until: day.UnixNano()},
		{Type: "notice", Code: "stale", Message: "an old reply was used"},
		{Type: "page", Items: [][]byte{[]byte(`1`), []byte(`{"two":9007199254740993}`)}, Cursor: "next"},
	}
}

// meta has every field set.
func meta() *pb.Meta {
	return &pb.Meta{
		UpstreamCalls: 2, Retries: 1, Waited: int64(time.Second), Cached: true, CacheAge: int64(time.Minute), Quota: []*pb.UsageBucket{bucket()},
		RequestIds: []string{"r1"}, ApiVersion: "202611", Connector: "frozen@1.0.0", Notices: []*pb.Event{events()[2]},
	}
}

func bucket() *pb.UsageBucket {
	return &pb.UsageBucket{
		Endpoint: "GET /v1", Scope: "member", Limit: proto.Int64(100), Used: 3, Remaining: proto.Int64(97), ResetsAt: day.UnixNano(), Source: "configured",
	}
}

// refusal is an error with every field set.
func refusal() *pb.Error {
	return &pb.Error{
		Kind: "rate_limited", Source: "upstream", Message: "too fast", Hint: "Wait.", Detail: "burst", Pointer: "/n",
		Violations: []*pb.Violation{{Pointer: "/n", Message: "too many"}}, HttpStatus: 429, VendorCode: "TOO_MANY", RequestId: "r1",
		Retryable: true, RetryAt: day.UnixNano(), Effect: "none", DocsUrl: "https://example.test/limits",
	}
}

// remember makes every call that the store has, and says what came back.
func remember(ctx context.Context, store pb.StoreServiceClient) (string, error) {
	swap, err := store.Swap(ctx, &pb.SwapRequest{Key: "frozen/a", Value: []byte("one")})
	if err != nil {
		return "", err
	}
	get, err := store.Get(ctx, &pb.GetRequest{Key: "frozen/a"})
	if err != nil {
		return "", err
	}
	list, err := store.List(ctx, &pb.ListRequest{Prefix: "frozen/", Limit: 10})
	if err != nil {
		return "", err
	}
	lease, err := store.Lease(ctx, &pb.LeaseRequest{Key: "frozen/l", Holder: "me", Ttl: int64(time.Minute)})
	if err != nil {
		return "", err
	}
	count, err := store.Count(ctx, &pb.CountRequest{Adds: []*pb.CounterAdd{{Key: "frozen/n", Window: "2026-11-24", N: 2, Limit: 3}}})
	if err != nil {
		return "", err
	}
	counters, err := store.Counters(ctx, &pb.CountersRequest{Prefix: "frozen/"})
	if err != nil {
		return "", err
	}
	foreign, err := store.Get(ctx, &pb.GetRequest{Key: "linkedin/token"})
	if err != nil {
		return "", err
	}
	gone, err := store.Delete(ctx, &pb.DeleteRequest{Key: "frozen/a"})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("swapped %t, %s, %q, held %t, granted %t, %d used, foreign %s, %d deleted",
		swap.Swapped, get.Value, list.Keys, lease.Held, count.Granted, counters.Counters[0].Used, foreign.Error.GetKind(), gone.Deleted), nil
}
