package connector_test

import (
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// The day of a limit is that of LinkedIn's clock, and never comes back.
func TestDayOfLimits(t *testing.T) {
	t.Parallel()
	for _, scope := range []string{"member", "application"} {
		t.Run(scope, func(t *testing.T) { dayOfLimits(t, scope) })
	}
}

func dayOfLimits(t *testing.T, scope string) {
	b := newBench(t, sandbox.PartnerClient, map[string]any{"limits": []any{
		map[string]any{"endpoint": "GET /v2/userinfo", "scope": scope, "calls_per_day": 3},
	}})
	at := func(text string) time.Time {
		moment, err := time.Parse(time.DateTime, text)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	b.srv.SetClock(at("2028-02-28 23:30:00"))
	b.logIn(0) // spends one
	for _, tt := range []struct {
		why, clock string
		restart    bool // the process begins anew
		granted    int
		resets     string
	}{
		{"the day of the login", "2028-02-28 23:40:00", false, 2, "2028-02-29 00:00:00"},
		{"the last second of it", "2028-02-28 23:59:55", false, 0, "2028-02-29 00:00:00"},
		{"a leap day begins at midnight UTC", "2028-02-29 00:00:05", false, 3, "2028-03-01 00:00:00"},
		{"an hour back is the day before, which is over", "2028-02-28 23:00:05", false, 0, "2028-03-01 00:00:00"},
		{"so it is to who has not seen midnight", "2028-02-28 23:10:05", true, 0, "2028-03-01 00:00:00"},
		{"and again the leap day, whose calls are spent", "2028-02-29 00:30:00", false, 0, "2028-03-01 00:00:00"},
		{"its last second", "2028-02-29 23:59:55", false, 0, "2028-03-01 00:00:00"},
		{"March", "2028-03-01 00:00:05", true, 3, "2028-03-02 00:00:00"},
		{"an hour back from March", "2028-02-29 23:00:05", false, 0, "2028-03-02 00:00:00"},
	} {
		if tt.restart {
			b.open()
		}
		b.srv.SetClock(at(tt.clock))
		b.invoke("search_people", `{"keywords":"engineer","max_age_seconds":0}`, nil) // lets the clock be seen
		b.srv.ResetRequests()
		granted, tries := 0, 0
		var err error
		for ; err == nil && tries < 9; tries++ {
			if _, err = b.try("get_profile", `{"max_age_seconds":0}`); err == nil {
				granted++
			}
		}
		e, resets := plugin.AsError(err), at(tt.resets)
		b.wantRetryAfter(e, resets)
		if u := b.usage()["GET /v2/userinfo "+scope]; u.Used != 3 || !u.ResetsAt.Equal(resets) {
			t.Errorf("%s, %s: used %d until %s, want 3 until %s", tt.clock, tt.why, u.Used, u.ResetsAt, tt.resets)
		}
		if granted != tt.granted || len(b.paths()) != tt.granted || e.Kind != plugin.QuotaExhausted {
			t.Errorf("%s, %s: %d granted, %d sent, then %s; want %d", tt.clock, tt.why, granted, len(b.paths()), detailed(err), tt.granted)
		}
	}
}

// Eight hosts that share a store never send more than the limit, and all of
// it. That processes share one as well, and survive being killed, is tried on
// the store.
func TestHostsShareALimit(t *testing.T) {
	each, limit := 30, 150
	if os.Getenv("LINKSTEP_SOAK") != "" {
		each, limit = 10_000, 50_000
	}
	b := login(t, sandbox.PartnerClient, map[string]any{"limits": []any{
		map[string]any{"endpoint": "GET /v2/userinfo", "scope": "application", "calls_per_day": limit + 1}, // the login spends one
	}})
	var granted, refused atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		b.open()
		p := b.plugin
		wg.Go(func() {
			for range each {
				_, err := p.Invoke(t.Context(), b.conn, &plugin.InvokeRequest{Action: "get_profile", Input: []byte(`{"max_age_seconds":0}`)}, nil)
				switch plugin.KindOf(err) {
				case plugin.QuotaExhausted:
					refused.Add(1)
				default:
					if granted.Add(1); err != nil {
						t.Error(detailed(err))
					}
				}
			}
		})
	}
	wg.Wait()
	if g, r, sent := granted.Load(), refused.Load(), len(b.paths()); g != int64(limit) || r != int64(8*each-limit) || sent != limit && limit < 1000 {
		t.Errorf("%d granted, %d refused, %d sent; want %d, %d", g, r, sent, limit, 8*each-limit)
	}
}
