package retry_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/connector/retry"
)

// All who share a budget together retry as often as it says.
func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget := retry.NewBudget(5, time.Minute)
		attempts := func(calls int) (n int) {
			for range calls {
				s := &server{steps: []step{answer(503, "")}}
				resp, err := retry.Transport(s, &retry.Options{Budget: budget, BaseDelay: 1}).RoundTrip(request(t, "GET"))
				if got := outcome(resp, err); got != "Service Unavailable" {
					t.Errorf("ended in %s, want the last answer as it came", got)
				}
				n += len(s.bodies)
			}
			return n
		}
		for _, tt := range []struct {
			why   string
			sleep time.Duration
			want  int // attempts of ten calls
		}{
			{"five retries for ten calls", 0, 15},
			{"none is left", 0, 10},
			{"one is added a minute", 2 * time.Minute, 12},
			{"never more than five", time.Hour, 15},
		} {
			time.Sleep(tt.sleep)
			if got := attempts(10); got != tt.want {
				t.Errorf("%s: %d attempts, want %d", tt.why, got, tt.want)
			}
		}
	})
}

// A wait that would come too late costs the others nothing.
func TestBudgetIsNotSpentInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget := retry.NewBudget(1, time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), 1)
		defer cancel()
		s := &server{steps: []step{answer(503, "")}}
		if got := outcome(retry.Transport(s, &retry.Options{Budget: budget}).RoundTrip(request(t, "GET").WithContext(ctx))); got != "wait" {
			t.Errorf("ended in %s, want wait", got)
		}
		s = &server{steps: []step{answer(503, ""), answer(200, "")}}
		if got := outcome(retry.Transport(s, &retry.Options{Budget: budget}).RoundTrip(request(t, "GET"))); got != "OK" {
			t.Errorf("ended in %s, want the retry that was left", got)
		}
	})
}

func TestAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{steps: []step{answer(503, "")}}
		rt := retry.Transport(s, &retry.Options{
			Again:  func(context.Context) bool { return len(s.bodies) < 2 },
			Notify: func(_ context.Context, w retry.Wait) { t.Logf("waits after attempt %d", w.Attempt) },
		})
		if got := outcome(rt.RoundTrip(request(t, "GET"))); got != "Service Unavailable" || len(s.bodies) != 2 {
			t.Errorf("%d attempts, %s; want 2, and the last answer", len(s.bodies), got)
		}
	})
}
