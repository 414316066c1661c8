package store_test

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

const (
	monday  = "2026-11-23"
	tuesday = "2026-11-24"
)

func TestCount(t *testing.T) { onStores(t, count) }

func count(t *testing.T, empty func(testing.TB) *store.Store) {
	// Each case begins with a at 5 on Tuesday.
	start := plugin.Counter{Key: "q/a", Window: tuesday, Used: 5}
	tests := []struct {
		name   string
		adds   []plugin.CounterAdd
		want   plugin.CountResponse
		stands []plugin.Counter // afterwards, when not Counts
		why    string
	}{
		{"nothing", nil, plugin.CountResponse{Granted: true}, []plugin.Counter{start}, "no add, no refusal"},
		{"to the limit", []plugin.CounterAdd{{Key: "q/a", Window: tuesday, N: 3, Limit: 8}},
			granted(plugin.Counter{Key: "q/a", Window: tuesday, Used: 8}), nil, "the limit itself may be used up"},
		{"over the limit", []plugin.CounterAdd{{Key: "q/a", Window: tuesday, N: 4, Limit: 8}},
			refused(0, start), nil, "the sum would be above it"},
		{"no limit", []plugin.CounterAdd{{Key: "q/a", Window: tuesday, N: 1e12}},
			granted(plugin.Counter{Key: "q/a", Window: tuesday, Used: 1e12 + 5}), nil, "0 is no limit"},
		{"new counter over its limit", []plugin.CounterAdd{{Key: "q/b", Window: tuesday, N: 2, Limit: 1}},
			refused(0, plugin.Counter{Key: "q/b", Window: tuesday}), []plugin.Counter{start}, "a refused add makes no counter"},
		{"all or none", []plugin.CounterAdd{{Key: "q/b", Window: tuesday, N: 1}, {Key: "q/a", Window: tuesday, N: 1, Limit: 5}},
			refused(1, plugin.Counter{Key: "q/b", Window: tuesday}, start), []plugin.Counter{start}, "the second is refused, so the first is undone"},
		{"the same twice", []plugin.CounterAdd{{Key: "q/a", Window: tuesday, N: 2}, {Key: "q/a", Window: tuesday, N: 1}},
			granted(plugin.Counter{Key: "q/a", Window: tuesday, Used: 8}, plugin.Counter{Key: "q/a", Window: tuesday, Used: 8}),
			[]plugin.Counter{{Key: "q/a", Window: tuesday, Used: 8}}, "both adds count, and both see the end"},
		{"the same twice over the limit", []plugin.CounterAdd{{Key: "q/a", Window: tuesday, N: 2, Limit: 8}, {Key: "q/a", Window: tuesday, N: 2, Limit: 8}},
			refused(1, start, start), []plugin.Counter{start}, "the second sees the first"},
		{"give back", []plugin.CounterAdd{{Key: "q/a", Window: tuesday, N: -2}},
			granted(plugin.Counter{Key: "q/a", Window: tuesday, Used: 3}), nil, "negative numbers give back"},
		{"give back too much", []plugin.CounterAdd{{Key: "q/a", Window: tuesday, N: -9}},
			granted(plugin.Counter{Key: "q/a", Window: tuesday}), nil, "never below 0"},
		{"give back to nothing", []plugin.CounterAdd{{Key: "q/b", Window: tuesday, N: -1}},
			granted(plugin.Counter{Key: "q/b", Window: tuesday}), []plugin.Counter{start, {Key: "q/b", Window: tuesday}}, "never below 0"},
		{"next day", []plugin.CounterAdd{{Key: "q/a", Window: "2026-11-25", N: 2, Limit: 5}},
			granted(plugin.Counter{Key: "q/a", Window: "2026-11-25", Used: 2}), nil, "a later day starts at 0"},
		{"next day refused", []plugin.CounterAdd{{Key: "q/a", Window: "2026-11-25", N: 6, Limit: 5}},
			refused(0, plugin.Counter{Key: "q/a", Window: "2026-11-25"}), []plugin.Counter{start}, "the add met the new day at 0, but did not begin it"},
		{"day before", []plugin.CounterAdd{{Key: "q/a", Window: monday, N: 1, Limit: 6}},
			granted(plugin.Counter{Key: "q/a", Window: tuesday, Used: 6}), nil, "a clock that went back counts in the counter's day"},
		{"day before refused", []plugin.CounterAdd{{Key: "q/a", Window: monday, N: 2, Limit: 6}},
			refused(0, start), nil, "and cannot be used to spend twice"},
		{"give back for the day before", []plugin.CounterAdd{{Key: "q/a", Window: monday, N: -1}},
			granted(start), nil, "what was spent on Monday is not in Tuesday's count"},
		{"year's end", []plugin.CounterAdd{{Key: "q/a", Window: "2027-01-01", N: 1}},
			granted(plugin.Counter{Key: "q/a", Window: "2027-01-01", Used: 1}), nil, "days are ordered over years"},
		{"more than 64 bits", []plugin.CounterAdd{{Key: "q/a", Window: tuesday, N: math.MaxInt64}},
			granted(plugin.Counter{Key: "q/a", Window: tuesday, Used: math.MaxInt64}), nil, "stays at the largest number"},
		{"less than 64 bits", []plugin.CounterAdd{{Key: "q/a", Window: tuesday, N: math.MinInt64}},
			granted(plugin.Counter{Key: "q/a", Window: tuesday}), nil, "never below 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := empty(t)
			if _, err := s.Count(t.Context(), &plugin.CountRequest{Adds: []plugin.CounterAdd{{Key: "q/a", Window: tuesday, N: 5}}}); err != nil {
				t.Fatal(err)
			}
			got, err := s.Count(t.Context(), &plugin.CountRequest{Adds: tt.adds})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("%s: Count(%+v) (-want +got):\n%s", tt.why, tt.adds, diff)
			}
			if tt.stands == nil {
				tt.stands = tt.want.Counts
			}
			all, err := s.Counters(t.Context(), &plugin.CountersRequest{Prefix: "q/"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.stands, all.Counters); diff != "" {
				t.Errorf("%s: Counters after Count(%+v) (-want +got):\n%s", tt.why, tt.adds, diff)
			}
		})
	}
}

func granted(counts ...plugin.Counter) plugin.CountResponse {
	return plugin.CountResponse{Granted: true, Counts: counts}
}

func refused(by int, counts ...plugin.Counter) plugin.CountResponse {
	return plugin.CountResponse{Refused: by, Counts: counts}
}

func TestCountersOfAPrefix(t *testing.T) { onStores(t, countersOfAPrefix) }

func countersOfAPrefix(t *testing.T, empty func(testing.TB) *store.Store) {
	s := empty(t)
	var adds []plugin.CounterAdd
	for _, key := range []string{"q/b", "q/a", "r/a", "q0"} {
		adds = append(adds, plugin.CounterAdd{Key: key, Window: tuesday, N: 1})
	}
	if _, err := s.Count(t.Context(), &plugin.CountRequest{Adds: adds}); err != nil {
		t.Fatal(err)
	}
	// Disconnecting deletes what a connection kept, but not what it spent.
	if _, err := s.Delete(t.Context(), &plugin.DeleteRequest{Prefix: "q"}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Counters(t.Context(), &plugin.CountersRequest{Prefix: "q/"})
	if err != nil {
		t.Fatal(err)
	}
	want := []plugin.Counter{{Key: "q/a", Window: tuesday, Used: 1}, {Key: "q/b", Window: tuesday, Used: 1}}
	if diff := cmp.Diff(want, got.Counters); diff != "" {
		t.Errorf("Counters(q/) (-want +got):\n%s", diff)
	}
}

// Many callers reserve at once, some give back: the limit is reached exactly.
func TestLimitHolds(t *testing.T) { onStores(t, limitHolds) }

func limitHolds(t *testing.T, empty func(testing.TB) *store.Store) {
	s := empty(t)
	const callers, each, limit = 16, 50, 500
	var got atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range each {
				res, err := s.Count(context.Background(), &plugin.CountRequest{Adds: []plugin.CounterAdd{
					{Key: "q/app", Window: tuesday, N: 1, Limit: limit}, {Key: "q/member", Window: tuesday, N: 1}}})
				if err != nil {
					t.Error(err)
					return
				}
				if res.Granted && got.Add(1) > limit {
					t.Errorf("granted more than %d", limit)
				}
			}
		})
	}
	wg.Wait()
	all, err := s.Counters(t.Context(), &plugin.CountersRequest{})
	if err != nil {
		t.Fatal(err)
	}
	want := []plugin.Counter{{Key: "q/app", Window: tuesday, Used: limit}, {Key: "q/member", Window: tuesday, Used: limit}}
	if diff := cmp.Diff(want, all.Counters); diff != "" || got.Load() != limit {
		t.Errorf("%d granted of a limit of %d; counters (-want +got):\n%s", got.Load(), limit, diff)
	}
}

// Counters of past days stayed for ever, and a key of one may tell a member.
func TestOldCountersGo(t *testing.T) { onPlaces(t, oldCountersGo) }

func oldCountersGo(t *testing.T, newPlace func(testing.TB) place) {
	day := func(ago int) string { return time.Now().UTC().AddDate(0, 0, -ago).Format(time.DateOnly) }
	for _, tt := range []struct {
		name      string
		days      []string // of counters, in the order of their keys
		stay, why string
	}{
		{"over", []string{day(0), day(1), day(29), day(31), day(400), "0001-01-01"}, "abc", "a month after its day a counter goes"},
		{"another clock", []string{day(400), day(420), day(440)}, "ab", "in a sandbox whose clock is behind, its day is today"},
		{"a clock ahead", []string{day(-400), day(1), day(40)}, "ab", "today's counters stay, whatever another clock says"},
		{"none", nil, "", "there is nothing to do"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			s := p.open(t)
			count := func(key, window string) *plugin.CountResponse {
				t.Helper()
				res, err := s.Count(t.Context(), &plugin.CountRequest{Adds: []plugin.CounterAdd{{Key: key, Window: window, N: 1}}})
				if err != nil {
					t.Fatal(err)
				}
				return res
			}
			for i, window := range tt.days {
				count(string(rune('a'+i)), window)
			}
			if err := trail(t, s, nil).Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			all, err := s.Counters(t.Context(), &plugin.CountersRequest{})
			if err != nil {
				t.Fatal(err)
			}
			var stay string
			for _, c := range all.Counters {
				stay += c.Key
			}
			if stay != tt.stay {
				t.Errorf("%s: of counters on %v stay %q, want %q", tt.why, tt.days, stay, tt.stay)
			}
			if len(tt.days) > 1 {
				if got := count("b", "2000-01-01").Counts[0]; got.Window != tt.days[1] || got.Used != 2 {
					t.Errorf("a counter that stayed has gone back: %+v", got)
				}
			}
		})
	}
}
