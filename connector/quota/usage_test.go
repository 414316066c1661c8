package quota_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/quota"
)

func TestUsage(t *testing.T) {
	counters := new(quota.MemoryCounters)
	clock := clockAt(noon.AddDate(0, 0, -1))
	opts := &quota.Options{Now: clock.now, Limits: []quota.Limit{
		{Scope: quota.Member, Endpoint: people, Calls: 2},
		{Scope: quota.Application, Endpoint: quota.AllEndpoints, Calls: 500},
		{Scope: quota.Application, Endpoint: "GET /v2/me", Calls: 50},
	}}
	yesterday := quota.NewLedger(counters, ada, opts)
	if _, err := yesterday.Reserve(t.Context(), "GET /v2/connections", quota.Interactive); err != nil {
		t.Fatal(err)
	}
	clock.set(noon)
	l := quota.NewLedger(counters, ada, opts)
	wantReserved(t, l, 2)
	if _, err := l.Reserve(t.Context(), "GET /v2/userinfo", quota.Interactive); err != nil {
		t.Fatal(err)
	}
	quota.NewLedger(counters, bob, opts).Reserve(t.Context(), "GET /v2/userinfo", quota.Interactive)
	quota.NewLedger(counters, quota.Account{ClientID: "other"}, opts).Reserve(t.Context(), people, quota.Interactive)

	want := []quota.Usage{
		{Scope: quota.Application, Endpoint: "*", Used: 4, Limit: 500, Remaining: 496, ResetsAt: midnight, Source: quota.Configured},
		{Scope: quota.Application, Endpoint: "GET /v2/me", Limit: 50, Remaining: 50, ResetsAt: midnight, Source: quota.Configured},
		{Scope: quota.Application, Endpoint: people, Used: 2, ResetsAt: midnight, Source: quota.None},
		{Scope: quota.Member, Endpoint: people, Used: 2, Limit: 2, ResetsAt: midnight, Source: quota.Configured, Refusing: true},
		{Scope: quota.Application, Endpoint: "GET /v2/userinfo", Used: 2, Limit: 100_000, Remaining: 99_998, ResetsAt: midnight, Source: quota.Default},
		{Scope: quota.Member, Endpoint: "GET /v2/userinfo", Used: 1, Limit: 500, Remaining: 499, ResetsAt: midnight, Source: quota.Default},
	}
	// A ledger of a new process says the same.
	for _, l := range []*quota.Ledger{l, quota.NewLedger(counters, ada, opts)} {
		got, err := l.Usage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Usage (-want +got):\n%s", diff)
		}
	}
}

// After a 429 the bars say that calls are refused, to every process.
func TestUsageWhileRefusing(t *testing.T) {
	counters := new(quota.MemoryCounters)
	opts := &quota.Options{Now: clockAt(noon).now}
	l := quota.NewLedger(counters, quota.Account{ClientID: "78abc"}, opts)
	get(t, quota.Transport(linkedin(200, "{}"), l, nil))
	get(t, quota.Transport(linkedin(429, memberDay), l, nil)) // no member is known: the application's
	want := []quota.Usage{{
		Scope: quota.Application, Endpoint: people, Used: 2, Limit: 1, ResetsAt: midnight,
		Source: quota.Learned, LearnedOn: "2026-11-24", Refusing: true,
	}}
	got, err := quota.NewLedger(counters, quota.Account{ClientID: "78abc"}, opts).Usage(t.Context())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Usage, error %v (-want +got):\n%s", err, diff)
	}
}
