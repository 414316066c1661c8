package quota_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/quota"
)

func TestReserveKeptFromBackground(t *testing.T) {
	tests := []struct {
		name, why         string
		limit             int64
		share             float64
		background, after int // calls that each then gets
	}{
		{"ten", "10 % by default", 10, 0, 9, 1},
		{"rounded", "up: a part of a call is a call", 15, 0, 13, 2},
		{"one", "one call is left to the background", 1, 0, 1, 0},
		{"half", "as configured", 10, 0.5, 5, 5},
		{"all", "again, one is left", 10, 1, 1, 9},
		{"none", "negative switches it off", 10, -1, 10, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := quota.NewLedger(new(quota.MemoryCounters), quota.Account{ClientID: "78abc"}, &quota.Options{
				Now: clockAt(noon).now, Reserve: tt.share,
				Limits: []quota.Limit{{Scope: quota.Application, Endpoint: people, Calls: tt.limit}},
			})
			granted := func(p quota.Priority) (n int, refusal *quota.ExhaustedError) {
				for {
					_, err := l.Reserve(t.Context(), people, p)
					if errors.As(err, &refusal) {
						return n, refusal
					}
					if n++; err != nil || n > 100 {
						t.Fatalf("%s: call %d: %v", tt.why, n, err)
					}
				}
			}
			background, refusal := granted(quota.Background)
			want := &quota.ExhaustedError{
				Scope: quota.Application, Endpoint: people, Resets: midnight, Limit: tt.limit,
				Used: int64(tt.background), Source: quota.Configured, Reserved: tt.after > 0,
			}
			if diff := cmp.Diff(want, refusal); diff != "" {
				t.Errorf("%s: the background is told (-want +got):\n%s", tt.why, diff)
			}
			after, refusal := granted(quota.Interactive)
			if background != tt.background || after != tt.after || refusal.Reserved {
				t.Errorf("%s: %d and then %d calls, want %d and %d; refusal %+v", tt.why, background, after, tt.background, tt.after, refusal)
			}
		})
	}
}

// The reserve is one of configured limits: others refuse nobody.
func TestBackgroundBeyondALearnedLimit(t *testing.T) {
	counters, clock := new(quota.MemoryCounters), clockAt(noon)
	l := quota.NewLedger(counters, ada, &quota.Options{Now: clock.now})
	for range 4 {
		get(t, quota.Transport(linkedin(200, "{}"), l, nil))
	}
	get(t, quota.Transport(linkedin(429, memberDay), l, nil))
	clock.set(midnight)
	for i := range 8 {
		if _, err := l.Reserve(t.Context(), people, quota.Background); err != nil {
			t.Fatalf("background call %d: %v", i+1, err)
		}
	}
}

func TestTransportPriority(t *testing.T) {
	type key struct{}
	l := quota.NewLedger(new(quota.MemoryCounters), quota.Account{ClientID: "78abc"}, &quota.Options{
		Now: clockAt(noon).now, Limits: []quota.Limit{{Scope: quota.Application, Endpoint: people, Calls: 2}},
	})
	rt := quota.Transport(linkedin(200, "{}"), l, &quota.TransportOptions{Priority: func(req *http.Request) quota.Priority {
		p, _ := req.Context().Value(key{}).(quota.Priority)
		return p
	}})
	for i, want := range []bool{true, false} {
		req, _ := http.NewRequestWithContext(context.WithValue(t.Context(), key{}, quota.Background), "GET", "https://api.example.com/v2/people", nil)
		if _, err := rt.RoundTrip(req); (err == nil) != want {
			t.Errorf("background call %d: error %v", i+1, err)
		}
	}
	if _, _, err := get(t, rt); err != nil {
		t.Errorf("the call that was kept: %v", err)
	}
}
