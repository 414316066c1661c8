package retry_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/connector/retry"
)

// patient is a breaker that opens after three failures, and a transport that
// never retries behind it.
func patient(s *server) http.RoundTripper {
	return retry.Transport(s, &retry.Options{MaxAttempts: 1, Breaker: retry.NewBreaker(&retry.BreakerOptions{
		Failures: 3, Rest: 10 * time.Second, MaxRest: 25 * time.Second,
	})})
}

func TestBreakerOpens(t *testing.T) {
	tests := []struct {
		name, why string
		step      step
		opens     bool
	}{
		{"503", "LinkedIn fails", answer(503, ""), true},
		{"500", "LinkedIn fails", answer(500, ""), true},
		{"504", "LinkedIn does not answer itself", answer(504, ""), true},
		{"reset", "no answer came", reset, true},
		{"dial", "LinkedIn is not reached", undialed, true},
		{"200", "the usual case", answer(200, ""), false},
		{"404", "a refusal is an answer", answer(404, ""), false},
		{"401", "a refusal is an answer", answer(401, ""), false},
		{"429, burst", "a refusal is an answer; the budget slows the retries", answer(429, burstBody), false},
		{"429, day", "a refusal is an answer", answer(429, dayBody), false},
		{"inside", "LinkedIn was not asked", refused, false},
		{"final", "LinkedIn has answered", judged, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{steps: []step{tt.step}}
				rt := patient(s)
				for range 5 {
					rt.RoundTrip(request(t, "GET"))
				}
				want := 5
				if tt.opens {
					want = 3
				}
				if len(s.bodies) != want {
					t.Errorf("%s: %d of 5 calls were sent, want %d", tt.why, len(s.bodies), want)
				}
			})
		})
	}
}

// send tells how a call ends and how long the breaker rests, if it does.
func send(t *testing.T, rt http.RoundTripper) (string, time.Duration) {
	t.Helper()
	resp, err := rt.RoundTrip(request(t, "GET"))
	var wait *retry.WaitError
	if errors.As(err, &wait) {
		if wait.Reason != retry.Resting || wait.Attempts != 0 || wait.Written {
			t.Errorf("%#v, want one that says that nothing was sent", wait)
		}
		return "rests", time.Until(wait.RetryAt)
	}
	return outcome(resp, err), 0
}

func TestBreakerHalfOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{steps: []step{answer(503, "")}}
		rt := patient(s)
		for range 3 {
			send(t, rt)
		}
		for i, most := range []time.Duration{10, 20, 25, 25} { // seconds: doubled, up to the longest
			most *= time.Second
			got, rest := send(t, rt)
			if got != "rests" || rest < most/2 || rest > most {
				t.Fatalf("rest %d: %s for %v, want %v to %v", i+1, got, rest, most/2, most)
			}
			time.Sleep(rest)
			if got, _ := send(t, rt); got != "Service Unavailable" {
				t.Fatalf("after rest %d: %s, want one attempt", i+1, got)
			}
		}
		_, rest := send(t, rt)
		time.Sleep(rest)
		s.steps = []step{answer(200, ""), answer(503, "")}
		for i, want := range []string{"OK", "Service Unavailable", "Service Unavailable", "Service Unavailable", "rests"} {
			if got, _ := send(t, rt); got != want {
				t.Errorf("call %d after the answer: %s, want %s", i+1, got, want)
			}
		}
	})
}

func TestBreakerTriesOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{steps: []step{answer(503, "")}}
		rt := patient(s)
		for range 3 {
			send(t, rt)
		}
		_, rest := send(t, rt)
		time.Sleep(rest)
		ctx, cancel := context.WithCancel(t.Context())
		slow := func(req *http.Request) (*http.Response, error) {
			answer(0, "")(req)
			<-req.Context().Done()
			return nil, req.Context().Err()
		}
		s.steps = []step{slow, answer(200, "")}
		ended := make(chan bool)
		go func() {
			rt.RoundTrip(request(t, "GET").WithContext(ctx))
			close(ended)
		}()
		synctest.Wait()
		if got, _ := send(t, rt); got != "rests" {
			t.Errorf("a second call during the trial: %s, want rests", got)
		}
		cancel() // says nothing of LinkedIn: the next one tries
		<-ended
		if got, _ := send(t, rt); got != "OK" {
			t.Errorf("after a canceled trial: %s, want OK", got)
		}
	})
}

// What was on its way when the breaker opened does not make its rest longer,
// and an answer to it ends the rest.
func TestBreakerAndLateComers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		replies := make(chan step)
		late := func(req *http.Request) (*http.Response, error) { return (<-replies)(req) }
		s := &server{steps: []step{late}}
		rt := patient(s)
		for range 10 {
			go rt.RoundTrip(request(t, "GET"))
			synctest.Wait()
		}
		for range 9 {
			replies <- answer(503, "")
			synctest.Wait()
		}
		if got, rest := send(t, rt); got != "rests" || rest > 10*time.Second {
			t.Errorf("%s for %v, want the first rest", got, rest)
		}
		replies <- answer(200, "")
		synctest.Wait()
		s.steps = []step{answer(200, "")}
		if got, _ := send(t, rt); got != "OK" {
			t.Errorf("after a late answer: %s, want OK", got)
		}
	})
}

// A call whose own attempts open the breaker does not wait for it.
func TestBreakerEndsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{steps: []step{answer(503, "")}}
		rt := retry.Transport(s, &retry.Options{BaseDelay: 1, Breaker: retry.NewBreaker(&retry.BreakerOptions{Failures: 2})})
		begin := time.Now()
		_, err := rt.RoundTrip(request(t, "GET"))
		var wait *retry.WaitError
		if !errors.As(err, &wait) || wait.Attempts != 2 || wait.Status != 503 || wait.Reason != retry.Unavailable || time.Since(begin) > time.Second {
			t.Errorf("%#v after %v, want the second attempt's answer at once, and when to come back", err, time.Since(begin))
		}
	})
}
