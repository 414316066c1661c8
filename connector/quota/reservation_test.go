package quota_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/quota"
)

// listless are counters that cannot be listed: what a reservation tells must
// not take a second call.
type listless struct {
	quota.MemoryCounters
	t     *testing.T
	calls int
}

func (c *listless) Add(ctx context.Context, adds []quota.Add) (*quota.Result, error) {
	c.calls++
	return c.MemoryCounters.Add(ctx, adds)
}

func (c *listless) List(context.Context, string) ([]quota.Count, error) {
	c.t.Error("the counters were listed")
	return nil, nil
}

func TestCounted(t *testing.T) {
	counters := &listless{t: t}
	l := quota.NewLedger(counters, ada, &quota.Options{
		Now: clockAt(noon).now, Limits: []quota.Limit{{Scope: quota.Member, Endpoint: people, Calls: 9}},
	})
	var told [][]quota.Usage
	opts := &quota.TransportOptions{Counted: func(_ context.Context, u []quota.Usage) { told = append(told, u) }}
	get(t, quota.Transport(linkedin(200, "{}"), l, opts))
	if counters.calls != 1 {
		t.Errorf("%d calls of the counters for one attempt, want 1", counters.calls)
	}
	get(t, quota.Transport(linkedin(429, memberDay), l, opts))
	application := func(used int64) quota.Usage {
		return quota.Usage{Scope: quota.Application, Endpoint: people, Used: used, ResetsAt: midnight, Source: quota.None}
	}
	member := func(used, remaining int64, refusing bool) quota.Usage {
		return quota.Usage{Scope: quota.Member, Endpoint: people, Used: used, Limit: 9, Remaining: remaining,
			ResetsAt: midnight, Source: quota.Configured, Refusing: refusing}
	}
	want := [][]quota.Usage{
		{application(1), member(1, 8, false)},
		{application(2), member(2, 7, false)},
		{application(2), member(2, 0, true)},
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
