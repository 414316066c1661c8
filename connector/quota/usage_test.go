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

// A limit over all endpoints holds for the calls of those who do not have it,
// and for those that were made before anybody had it.
func TestAllEndpointsAreCountedWithoutALimit(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit quota.Limit
		who   quota.Account // spends, beside Ada
	}{
		{"application", quota.Limit{Scope: quota.Application, Endpoint: quota.AllEndpoints, Calls: 5}, bob},
		{"member", quota.Limit{Scope: quota.Member, Endpoint: quota.AllEndpoints, Calls: 5}, ada},
	} {
		t.Run(tt.name, func(t *testing.T) {
			counters := new(quota.MemoryCounters)
			free := quota.NewLedger(counters, tt.who, &quota.Options{Now: clockAt(noon).now})
			limited := &quota.Options{Now: clockAt(noon).now, Limits: []quota.Limit{tt.limit}}
			wantReserved(t, free, 2)
			l := quota.NewLedger(counters, ada, limited)
			wantReserved(t, l, 2)
			wantReserved(t, free, 1)
			wantExhausted(t, l, &quota.ExhaustedError{Scope: tt.limit.Scope, Endpoint: "*", Resets: midnight, Limit: 5, Used: 5, Source: quota.Configured})
			wantReserved(t, free, 1) // it has no limit

			usages, err := free.Usage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range usages {
				if u.Endpoint == quota.AllEndpoints {
					t.Errorf("usage without a limit tells %+v", u)
				}
			}
		})
	}
}

// A refusal tells how the bucket stands that refused.
func TestUsageOfARefusal(t *testing.T) {
	base := quota.Usage{Scope: quota.Member, Endpoint: people, ResetsAt: midnight, Refusing: true}
	for _, tt := range []struct {
		name string
		err  quota.ExhaustedError
		want func(u *quota.Usage)
		text string
	}{
		{"used up", quota.ExhaustedError{Limit: 10, Used: 10, Source: quota.Configured}, func(u *quota.Usage) {
			u.Limit, u.Used, u.Source = 10, 10, quota.Configured
		}, "member limit for GET /v2/people is used up until 2026-11-25T00:00:00Z"},
		{"reserved", quota.ExhaustedError{Limit: 10, Used: 9, Source: quota.Configured, Reserved: true}, func(u *quota.Usage) {
			u.Limit, u.Used, u.Remaining, u.Source = 10, 9, 1, quota.Configured
		}, "member limit for GET /v2/people: the last 1 of 10 calls until 2026-11-25T00:00:00Z are not for background calls"},
		{"learned", quota.ExhaustedError{Limit: 3, Used: 4, Source: quota.Learned, LearnedOn: "2026-11-24"}, func(u *quota.Usage) {
			u.Limit, u.Used, u.Source, u.LearnedOn = 3, 4, quota.Learned, "2026-11-24"
		}, "member limit for GET /v2/people is used up until 2026-11-25T00:00:00Z"},
		{"by LinkedIn, at the first call", quota.ExhaustedError{Used: 1, Source: quota.Learned}, func(u *quota.Usage) {
			u.Used, u.Source = 1, quota.None
		}, "member limit for GET /v2/people is used up until 2026-11-25T00:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, want := tt.err, base
			e.Scope, e.Endpoint, e.Resets = quota.Member, people, midnight
			tt.want(&want)
			if diff := cmp.Diff(want, e.Usage()); diff != "" {
				t.Errorf("Usage (-want +got):\n%s", diff)
			}
			if e.Error() != tt.text {
				t.Errorf("Error() = %q, want %q", e.Error(), tt.text)
			}
		})
	}
}
