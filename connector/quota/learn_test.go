package quota_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/quota"
)

// The learned limit outlives the day, feeds the notice, refuses nothing, and
// grows when LinkedIn allows more.
func TestLearnedLimit(t *testing.T) {
	counters := new(quota.MemoryCounters)
	clock := clockAt(noon)
	var told []int64
	opts := &quota.Options{Now: clock.now, Notice: func(_ context.Context, u quota.Usage) {
		if u.Scope == quota.Member {
			told = append(told, u.Used)
		}
	}}
	monday := quota.NewLedger(counters, ada, opts)
	for range 4 {
		get(t, quota.Transport(linkedin(200, "{}"), monday, nil))
	}
	get(t, quota.Transport(linkedin(429, memberDay), monday, nil))

	clock.set(midnight.Add(time.Hour))
	tuesday := quota.NewLedger(counters, ada, opts)
	for range 6 {
		if _, _, err := get(t, quota.Transport(linkedin(200, "{}"), tuesday, nil)); err != nil {
			t.Fatalf("a learned limit refused: %v", err)
		}
	}
	if diff := cmp.Diff([]int64{3}, told); diff != "" {
		t.Errorf("told at (-want +got):\n%s", diff)
	}
	got, err := quota.NewLedger(counters, ada, opts).Usage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tomorrow := midnight.AddDate(0, 0, 1)
	want := []quota.Usage{
		{Scope: quota.Application, Endpoint: people, Used: 6, ResetsAt: tomorrow, Source: quota.None},
		{Scope: quota.Member, Endpoint: people, Used: 6, Limit: 6, ResetsAt: tomorrow, Source: quota.Learned, LearnedOn: "2026-11-25"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Usage (-want +got):\n%s", diff)
	}
}

// A day whose first call is refused teaches no number, and unlearns none.
func TestLearnedLimitSurvivesAnEmptyDay(t *testing.T) {
	counters := new(quota.MemoryCounters)
	clock := clockAt(noon)
	l := quota.NewLedger(counters, ada, &quota.Options{Now: clock.now})
	get(t, quota.Transport(linkedin(200, "{}"), l, nil))
	get(t, quota.Transport(linkedin(429, applicationDay), l, nil))
	clock.set(midnight)
	get(t, quota.Transport(linkedin(429, applicationDay), l, nil))
	wantExhausted(t, l, &quota.ExhaustedError{Scope: quota.Application, Endpoint: people,
		Resets: midnight.AddDate(0, 0, 1), Limit: 1, Used: 1, Source: quota.Learned, LearnedOn: "2026-11-24"})
	wantExhausted(t, quota.NewLedger(counters, ada, &quota.Options{Now: clock.now}), &quota.ExhaustedError{Scope: quota.Application, Endpoint: people,
		Resets: midnight.AddDate(0, 0, 1), Limit: 1, Used: 1, Source: quota.Learned, LearnedOn: "2026-11-24"})
}

// A default that LinkedIn does not keep is forgotten.
func TestDefaultIsRaised(t *testing.T) {
	l := quota.NewLedger(new(quota.MemoryCounters), ada, &quota.Options{Now: clockAt(noon).now})
	rt := quota.Transport(linkedin(201, ""), l, &quota.TransportOptions{
		Endpoint: func(*http.Request) string { return "POST /rest/posts" },
	})
	for range 152 { // the default is 150; 151 is within a hundredth of it
		get(t, rt)
	}
	got, err := l.Usage(t.Context())
	want := []quota.Usage{
		{Scope: quota.Application, Endpoint: "POST /rest/posts", Used: 152, Limit: 100_000, Remaining: 99_848, ResetsAt: midnight, Source: quota.Default},
		{Scope: quota.Member, Endpoint: "POST /rest/posts", Used: 152, Limit: 152, ResetsAt: midnight, Source: quota.Learned, LearnedOn: "2026-11-24"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Usage, error %v (-want +got):\n%s", err, diff)
	}
}

// LinkedIn may refuse before a configured limit is reached.
func TestRefusedBelowAConfiguredLimit(t *testing.T) {
	l := quota.NewLedger(new(quota.MemoryCounters), quota.Account{ClientID: "78abc"}, &quota.Options{
		Now: clockAt(noon).now, Limits: []quota.Limit{{Scope: quota.Application, Endpoint: people, Calls: 100}},
	})
	get(t, quota.Transport(linkedin(429, applicationDay), l, nil))
	got, err := l.Usage(t.Context())
	want := []quota.Usage{{
		Scope: quota.Application, Endpoint: people, Used: 1, Limit: 100, ResetsAt: midnight, Source: quota.Configured, Refusing: true,
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Usage, error %v (-want +got):\n%s", err, diff)
	}
}

// Calls that are on their way together are not answered in their order. A late
// success does not raise what a refusal has just taught, and an early refusal
// lowers it.
func TestLearningOutOfOrder(t *testing.T) {
	counters, clock := new(quota.MemoryCounters), clockAt(noon)
	opts := &quota.Options{Now: clock.now}
	l := quota.NewLedger(counters, ada, opts)
	for range 3 {
		get(t, quota.Transport(linkedin(200, "{}"), l, nil))
	}
	fourth, fifth, sixth := start(t, l), start(t, l), start(t, l)
	sixth(429, memberDay)
	fourth(429, memberDay)
	fifth(200, "{}")
	for who, l := range map[string]*quota.Ledger{"here": l, "another process": quota.NewLedger(counters, ada, opts)} {
		usage, err := l.Usage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if member := usage[1]; member.Limit != 3 || member.Source != quota.Learned {
			t.Errorf("%s: %+v, want a learned limit of 3", who, member)
		}
	}
}

// A limit that was too high yesterday is lowered by the refusal of today.
func TestLearnedLimitIsLowered(t *testing.T) {
	counters, clock := new(quota.MemoryCounters), clockAt(noon)
	l := quota.NewLedger(counters, ada, &quota.Options{Now: clock.now})
	for _, calls := range []int64{8, 2} {
		for range calls {
			get(t, quota.Transport(linkedin(200, "{}"), l, nil))
		}
		get(t, quota.Transport(linkedin(429, memberDay), l, nil))
		usage, err := l.Usage(t.Context())
		if err != nil || usage[1].Limit != calls {
			t.Errorf("%+v, %v; want a learned limit of %d", usage[1], err, calls)
		}
		clock.set(midnight)
	}
}

// Another process has raised the limit since this one looked.
func TestLearningTogether(t *testing.T) {
	counters, clock := new(quota.MemoryCounters), clockAt(noon)
	opts := &quota.Options{Now: clock.now}
	here := quota.NewLedger(counters, ada, opts)
	get(t, quota.Transport(linkedin(200, "{}"), here, nil))
	get(t, quota.Transport(linkedin(429, memberDay), here, nil))
	clock.set(midnight)
	there := quota.NewLedger(counters, ada, opts)
	get(t, quota.Transport(linkedin(200, "{}"), here, nil)) // both know a limit of 1 call
	for range 3 {
		get(t, quota.Transport(linkedin(200, "{}"), there, nil))
	}
	get(t, quota.Transport(linkedin(200, "{}"), here, nil))
	usage, err := here.Usage(t.Context())
	if err != nil || usage[1].Limit != 5 || usage[1].Used != 5 {
		t.Errorf("%+v, %v; want 5 calls and a limit raised to as many", usage[1], err)
	}
}

// start sends a call and returns what answers it.
func start(t *testing.T, l *quota.Ledger) (answer func(status int, body string)) {
	sent, answers, done := make(chan bool), make(chan roundTrip), make(chan bool)
	go func() {
		defer close(done)
		get(t, quota.Transport(roundTrip(func(req *http.Request) (*http.Response, error) {
			close(sent)
			return (<-answers)(req)
		}), l, nil))
	}()
	<-sent
	return func(status int, body string) {
		answers <- linkedin(status, body)
		<-done
	}
}

// Beyond a limit not every success writes a new one.
func TestLimitIsRaisedInSteps(t *testing.T) {
	counters := &listless{t: t}
	l := quota.NewLedger(counters, ada, &quota.Options{Now: clockAt(noon).now})
	rt := quota.Transport(linkedin(200, "{}"), l, &quota.TransportOptions{
		Endpoint: func(*http.Request) string { return "GET /v2/userinfo" }, // 500 a day by default
	})
	const calls = 512
	for range calls {
		get(t, rt)
	}
	if raised := counters.calls - calls; raised != 2 {
		t.Errorf("raised %d times in 12 calls beyond 500, want at 506 and at 512", raised)
	}
}
