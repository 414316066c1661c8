package quota_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/quota"
	"pgregory.net/rapid"
)

const people = "GET /v2/people"

var (
	noon     = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	midnight = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	ada      = quota.Account{ClientID: "78abc", Member: "ada"}
	bob      = quota.Account{ClientID: "78abc", Member: "bob"}
)

// clock is a time that a test sets.
type clock struct{ ns atomic.Int64 }

func clockAt(t time.Time) *clock {
	c := new(clock)
	c.set(t)
	return c
}
func (c *clock) set(t time.Time) { c.ns.Store(t.UnixNano()) }
func (c *clock) now() time.Time  { return time.Unix(0, c.ns.Load()).UTC() }

func wantReserved(t *testing.T, l *quota.Ledger, n int) {
	t.Helper()
	for i := range n {
		if _, err := l.Reserve(t.Context(), people, quota.Interactive); err != nil {
			t.Fatalf("reservation %d of %d: %v", i+1, n, err)
		}
	}
}

func wantExhausted(t *testing.T, l *quota.Ledger, want *quota.ExhaustedError) {
	t.Helper()
	_, err := l.Reserve(t.Context(), people, quota.Interactive)
	var got *quota.ExhaustedError
	errors.As(err, &got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("Reserve: %v (-want +got):\n%s", err, diff)
	}
}

func TestLimits(t *testing.T) {
	tests := []struct {
		name, why string
		limits    []quota.Limit
		first     int // calls of Ada's before the refusal, and of Bob's after it
		then      int
		want      *quota.ExhaustedError
		bobs      *quota.ExhaustedError
	}{
		{
			name: "none", why: "defaults never refuse", first: 600,
		},
		{
			name: "member", why: "each member has a budget",
			limits: []quota.Limit{{Scope: quota.Member, Endpoint: people, Calls: 2}}, first: 2, then: 2,
			want: &quota.ExhaustedError{Scope: quota.Member, Endpoint: people, Resets: midnight, Limit: 2, Used: 2, Source: quota.Configured},
			bobs: &quota.ExhaustedError{Scope: quota.Member, Endpoint: people, Resets: midnight, Limit: 2, Used: 2, Source: quota.Configured},
		},
		{
			name: "application", why: "all members spend it",
			limits: []quota.Limit{{Scope: quota.Application, Endpoint: people, Calls: 3}}, first: 3,
			want: &quota.ExhaustedError{Scope: quota.Application, Endpoint: people, Resets: midnight, Limit: 3, Used: 3, Source: quota.Configured},
			bobs: &quota.ExhaustedError{Scope: quota.Application, Endpoint: people, Resets: midnight, Limit: 3, Used: 3, Source: quota.Configured},
		},
		{
			name: "all endpoints", why: "the development tier of Community Management",
			limits: []quota.Limit{{Scope: quota.Member, Endpoint: quota.AllEndpoints, Calls: 2}}, first: 2, then: 2,
			want: &quota.ExhaustedError{Scope: quota.Member, Endpoint: quota.AllEndpoints, Resets: midnight, Limit: 2, Used: 2, Source: quota.Configured},
			bobs: &quota.ExhaustedError{Scope: quota.Member, Endpoint: quota.AllEndpoints, Resets: midnight, Limit: 2, Used: 2, Source: quota.Configured},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			counters := new(quota.MemoryCounters)
			opts := &quota.Options{Limits: tt.limits, Now: clockAt(noon).now}
			adas, bobs := quota.NewLedger(counters, ada, opts), quota.NewLedger(counters, bob, opts)
			wantReserved(t, adas, tt.first)
			if tt.want != nil {
				wantExhausted(t, adas, tt.want)
				wantReserved(t, bobs, tt.then)
				wantExhausted(t, bobs, tt.bobs)
			}
		})
	}
}

// A refusal by one bucket leaves nothing behind in the others.
func TestRefusalCountsNothing(t *testing.T) {
	counters := new(quota.MemoryCounters)
	l := quota.NewLedger(counters, ada, &quota.Options{
		Now: clockAt(noon).now,
		Limits: []quota.Limit{
			{Scope: quota.Member, Endpoint: people, Calls: 1},
			{Scope: quota.Application, Endpoint: people, Calls: 10},
		},
	})
	wantReserved(t, l, 1)
	for range 5 {
		l.Reserve(t.Context(), people, quota.Interactive)
	}
	got, err := l.Usage(t.Context())
	if err != nil || len(got) != 2 || got[0].Used != 1 || got[1].Used != 1 {
		t.Errorf("Usage = %+v, %v; want one call in both", got, err)
	}
}

func TestReturn(t *testing.T) {
	clock := clockAt(noon)
	l := quota.NewLedger(new(quota.MemoryCounters), ada, &quota.Options{
		Now:    clock.now,
		Limits: []quota.Limit{{Scope: quota.Member, Endpoint: people, Calls: 1}},
	})
	unsent, err := l.Reserve(t.Context(), people, quota.Interactive)
	if err != nil {
		t.Fatal(err)
	}
	if err := unsent.Return(t.Context()); err != nil {
		t.Fatal(err)
	}
	late, err := l.Reserve(t.Context(), people, quota.Interactive)
	if err != nil {
		t.Fatalf("after giving back: %v", err)
	}
	clock.set(midnight)
	wantReserved(t, l, 1)
	late.Return(t.Context()) // yesterday's: today's budget gets nothing from it
	wantExhausted(t, l, &quota.ExhaustedError{Scope: quota.Member, Endpoint: people,
		Resets: midnight.AddDate(0, 0, 1), Limit: 1, Used: 1, Source: quota.Configured})
}

// No reservation is granted twice, whichever way clocks go: over midnight, a
// leap day, back by an hour, and two processes that disagree.
func TestDayNeverGoesBackwards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counters := new(quota.MemoryCounters)
		const limit = 3
		var clocks [2]*clock
		var ledgers [2]*quota.Ledger
		start := time.Date(2028, 2, 28, 22, 0, 0, 0, time.UTC)
		for i := range clocks {
			clocks[i] = clockAt(start)
			ledgers[i] = quota.NewLedger(counters, ada, &quota.Options{
				Now:    clocks[i].now,
				Limits: []quota.Limit{{Scope: quota.Member, Endpoint: people, Calls: limit}},
			})
		}
		granted := make(map[string]int)
		latest := ""
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			i := rapid.IntRange(0, 1).Draw(t, "process")
			clocks[i].set(start.Add(time.Duration(rapid.IntRange(0, 72*60).Draw(t, "minutes")) * time.Minute))
			latest = max(latest, clocks[i].now().Format(time.DateOnly))
			_, err := ledgers[i].Reserve(context.Background(), people, quota.Interactive)
			if err == nil {
				granted[latest]++
			}
			if granted[latest] > limit {
				t.Fatalf("%d granted on %s, limit %d", granted[latest], latest, limit)
			}
			if err != nil && granted[latest] < limit {
				t.Fatalf("refused on %s after %d of %d: %v", latest, granted[latest], limit, err)
			}
		}
	})
}

// A day that has begun for one endpoint, here or in another process, has begun
// for all.
func TestDayIsOneForAllEndpoints(t *testing.T) {
	for _, who := range []string{"the same process", "another process"} {
		t.Run(who, func(t *testing.T) {
			counters := new(quota.MemoryCounters)
			clock := clockAt(noon)
			opts := &quota.Options{Now: clock.now, Limits: []quota.Limit{{Scope: quota.Member, Endpoint: people, Calls: 1}}}
			l := quota.NewLedger(counters, ada, opts)
			wantReserved(t, l, 1)
			ahead := l
			if who == "another process" {
				ahead = quota.NewLedger(counters, ada, &quota.Options{Now: clockAt(midnight).now})
			}
			clock.set(midnight)
			if _, err := ahead.Reserve(t.Context(), "GET /v2/me", quota.Interactive); err != nil {
				t.Fatal(err)
			}
			clock.set(noon)
			if _, err := l.Reserve(t.Context(), "GET /v2/me", quota.Interactive); err != nil {
				t.Fatal(err)
			}
			wantReserved(t, l, 1)
		})
	}
}

func TestNeverOvershoots(t *testing.T) {
	const limit, callers, each = 500, 16, 100
	counters := new(quota.MemoryCounters)
	opts := &quota.Options{
		Now:    clockAt(noon).now,
		Limits: []quota.Limit{{Scope: quota.Application, Endpoint: people, Calls: limit}},
	}
	var granted atomic.Int64
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			l := quota.NewLedger(counters, quota.Account{ClientID: "78abc", Member: fmt.Sprint(i)}, opts)
			for range each {
				if _, err := l.Reserve(context.Background(), people, quota.Interactive); err == nil {
					granted.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if got := granted.Load(); got != limit {
		t.Errorf("%d granted, want exactly %d", got, limit)
	}
}

func TestNotice(t *testing.T) {
	counters := new(quota.MemoryCounters)
	var told []quota.Usage
	opts := &quota.Options{
		Now:    clockAt(noon).now,
		Limits: []quota.Limit{{Scope: quota.Application, Endpoint: people, Calls: 10}},
		Notice: func(_ context.Context, u quota.Usage) { told = append(told, u) },
	}
	adas, bobs := quota.NewLedger(counters, ada, opts), quota.NewLedger(counters, bob, opts)
	wantReserved(t, adas, 4)
	wantReserved(t, bobs, 6)
	want := []quota.Usage{{
		Scope: quota.Application, Endpoint: people, Used: 8, Limit: 10, Remaining: 2, ResetsAt: midnight, Source: quota.Configured,
	}}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told once, at the first call of 7.5 or more (-want +got):\n%s", diff)
	}
}

func TestNewLedgerPanicsOnNoLimit(t *testing.T) {
	for _, limit := range []quota.Limit{{}, {Scope: quota.Member, Endpoint: people}, {Scope: "team", Endpoint: people, Calls: 1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("NewLedger took %+v for a limit", limit)
				}
			}()
			quota.NewLedger(new(quota.MemoryCounters), ada, &quota.Options{Limits: []quota.Limit{limit}})
		}()
	}
}

// broken are counters whose store is gone.
type broken struct{ err error }

func (b broken) Add(context.Context, []quota.Add) (*quota.Result, error) { return nil, b.err }
func (b broken) List(context.Context, string) ([]quota.Count, error)     { return nil, b.err }

func TestCountersFail(t *testing.T) {
	gone := errors.New("store is gone")
	l := quota.NewLedger(broken{gone}, ada, nil)
	if _, err := l.Reserve(t.Context(), people, quota.Interactive); !errors.Is(err, gone) {
		t.Errorf("Reserve: %v, want the counters' error", err)
	}
	if _, err := l.Usage(t.Context()); !errors.Is(err, gone) {
		t.Errorf("Usage: %v, want the counters' error", err)
	}
}
