package connector

import (
	"context"
	"strings"

	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/plugin"
)

// storeCounters are the ledger's counters in the host's store, below
// quotaPrefix.
type storeCounters struct{ store plugin.Store }

var _ quota.Counters = storeCounters{}

// Add implements [quota.Counters].
func (c storeCounters) Add(ctx context.Context, adds []quota.Add) (*quota.Result, error) {
	req := &plugin.CountRequest{Adds: make([]plugin.CounterAdd, len(adds))}
	for i, a := range adds {
		req.Adds[i] = plugin.CounterAdd{Key: quotaPrefix + a.Key, Window: a.Window, N: a.N, Limit: a.Limit}
	}
	out, err := c.store.Count(ctx, req)
	if err != nil {
		return nil, err
	}
	return &quota.Result{Granted: out.Granted, Refused: out.Refused, Counts: counts(out.Counts)}, nil
}

// List implements [quota.Counters].
func (c storeCounters) List(ctx context.Context, prefix string) ([]quota.Count, error) {
	out, err := c.store.Counters(ctx, &plugin.CountersRequest{Prefix: quotaPrefix + prefix})
	if err != nil {
		return nil, err
	}
	return counts(out.Counters), nil
}

func counts(counters []plugin.Counter) []quota.Count {
	list := make([]quota.Count, len(counters))
	for i, c := range counters {
		list[i] = quota.Count{Key: strings.TrimPrefix(c.Key, quotaPrefix), Window: c.Window, N: c.Used}
	}
	return list
}
