package plugintest

import (
	"context"
	"fmt"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// storeCall makes the call of the store that in.Op names. What a clock decides
// is left out of its answer.
func (c *Connector) storeCall(ctx context.Context, in input) (*plugin.Result, error) {
	if c.store == nil {
		return result("no store")
	}
	switch in.Op {
	case "get":
		out, err := c.store.Get(ctx, &plugin.GetRequest{Key: in.Key})
		if err != nil {
			return nil, err
		}
		return result(map[string]any{"value": string(out.Value), "revision": out.Revision})
	case "swap":
		out, err := c.store.Swap(ctx, &plugin.SwapRequest{Key: in.Key, Value: []byte(in.Value), Revision: in.Revision})
		if err != nil {
			return nil, err
		}
		return result(out)
	case "delete":
		out, err := c.store.Delete(ctx, &plugin.DeleteRequest{Key: in.Key, Prefix: in.Prefix})
		if err != nil {
			return nil, err
		}
		return result(out)
	case "list":
		out, err := c.store.List(ctx, &plugin.ListRequest{Prefix: in.Prefix, After: in.Key, Limit: int(in.Limit)})
		if err != nil {
			return nil, err
		}
		return result(out.Keys)
	case "lease":
		out, err := c.store.Lease(ctx, &plugin.LeaseRequest{Key: in.Key, Holder: in.Value, TTL: time.Duration(in.N) * time.Second})
		if err != nil {
			return nil, err
		}
		return result(map[string]any{"held": out.Held, "until": !out.Until.IsZero()})
	case "count":
		out, err := c.store.Count(ctx, &plugin.CountRequest{Adds: []plugin.CounterAdd{{Key: in.Key, Window: in.Value, N: in.N, Limit: in.Limit}}})
		if err != nil {
			return nil, err
		}
		return result(out)
	case "counters":
		out, err := c.store.Counters(ctx, &plugin.CountersRequest{Prefix: in.Prefix})
		if err != nil {
			return nil, err
		}
		return result(out.Counters)
	}
	return nil, fmt.Errorf("no call %q of the store", in.Op)
}
