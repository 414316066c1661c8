package retry_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/retry"
)

func TestWaitsAreAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		var waits []retry.Wait
		s := &server{steps: []step{answer(503, ""), reset, undialed, answer(200, "hello")}}
		rt := retry.Transport(s, &retry.Options{Notify: func(ctx context.Context, w retry.Wait) {
			if ctx.Value(key{}) != "mine" {
				t.Error("not the context of the request")
			}
			if !w.Until.Before(time.Now().Add(4 * time.Second)) {
				t.Errorf("wait until %v, longer than the backoff", w.Until)
			}
			w.Until = time.Time{}
			waits = append(waits, w)
		}})
		req := request(t, "GET")
		resp, err := rt.RoundTrip(req.WithContext(context.WithValue(req.Context(), key{}, "mine")))
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("%v, %v; want 200", resp, err)
		}
		want := []retry.Wait{
			{Attempt: 1, Reason: retry.Unavailable, Status: 503},
			{Attempt: 2, Reason: retry.NoAnswer},
			{Attempt: 3, Reason: retry.NotSent},
		}
		if diff := cmp.Diff(want, waits); diff != "" {
			t.Errorf("waits (-want +got):\n%s", diff)
		}
	})
}

func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var longest [5]time.Duration
		for range 300 {
			rt := retry.Transport(&server{steps: []step{answer(503, "")}}, &retry.Options{
				MaxAttempts: 6, BaseDelay: time.Second, MaxDelay: 3 * time.Second,
				Notify: func(_ context.Context, w retry.Wait) {
					longest[w.Attempt-1] = max(longest[w.Attempt-1], time.Until(w.Until))
				},
			})
			rt.RoundTrip(request(t, "GET"))
		}
		for i, limit := range []time.Duration{1, 2, 3, 3, 3} {
			limit *= time.Second
			if longest[i] >= limit || longest[i] < limit/2 {
				t.Errorf("longest of 300 waits after attempt %d: %v, want nearly %v", i+1, longest[i], limit)
			}
		}
	})
}

func TestRetryAfter(t *testing.T) {
	tests := []struct {
		name, why string
		headers   []string
		timeout   time.Duration // of the caller; 0: none
		waited    time.Duration // at least; less than a second more
		outcome   string
	}{
		{"seconds", "honoured, though LinkedIn documents none", []string{"Retry-After", "7"}, 0, 7 * time.Second, "OK"},
		{"date", "by the server's clock", []string{"Retry-After", "Tue, 24 Nov 2026 12:00:09 GMT", "Date", "Tue, 24 Nov 2026 12:00:00 GMT"}, 0, 9 * time.Second, "OK"},
		{"date alone", "by our own clock", []string{"Retry-After", "Sat, 01 Jan 2000 00:00:05 GMT"}, 0, 5 * time.Second, "OK"},
		{"past", "a date that has passed asks for nothing", []string{"Retry-After", "Wed, 24 Nov 1999 12:00:09 GMT"}, 0, 0, "OK"},
		{"rubbish", "as if it were not there", []string{"Retry-After", "soon"}, 0, 0, "OK"},
		{"too long", "nobody waits an hour in a call", []string{"Retry-After", "3600"}, 0, 0, "wait"},
		{"deadline", "not slept past", []string{"Retry-After", "7"}, 7 * time.Second, 0, "wait"},
		{"deadline later", "there is time", []string{"Retry-After", "7"}, 9 * time.Second, 7 * time.Second, "OK"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				req := request(t, "GET")
				if tt.timeout > 0 {
					ctx, cancel := context.WithTimeout(req.Context(), tt.timeout)
					defer cancel()
					req = req.WithContext(ctx)
				}
				s := &server{steps: []step{answer(429, burstBody, tt.headers...), answer(200, "")}}
				start := time.Now()
				got := outcome(retry.Transport(s, nil).RoundTrip(req))
				if waited := time.Since(start); got != tt.outcome || waited < tt.waited || waited >= tt.waited+time.Second {
					t.Errorf("%s: %s after %v, want %s after %v", tt.why, got, waited, tt.outcome, tt.waited)
				}
			})
		})
	}
}

func TestWaitError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		body := &watched{Reader: strings.NewReader(burstBody)}
		s := &server{steps: []step{reset, func(req *http.Request) (*http.Response, error) {
			resp, err := answer(429, "", "Retry-After", "30", "X-Li-Uuid", "u1")(req)
			resp.Body = body
			return resp, err
		}}}
		_, err := retry.Transport(s, &retry.Options{BaseDelay: 1}).RoundTrip(request(t, "GET").WithContext(ctx))
		var got *retry.WaitError
		if !errors.As(err, &got) {
			t.Fatalf("error %v, want *retry.WaitError", err)
		}
		want := &retry.WaitError{
			RetryAt: time.Now().Add(30 * time.Second), Reason: retry.RateLimited, Attempts: 2, Written: true,
			Status: 429, Header: http.Header{"Retry-After": {"30"}, "X-Li-Uuid": {"u1"}}, Body: []byte(burstBody),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if !body.closed {
			t.Error("the reply's body is left open")
		}
		if ctx.Err() != nil {
			t.Error("answered only at the deadline")
		}
	})
}

func TestWaitErrorWithoutAReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 1)
		defer cancel()
		_, err := retry.Transport(&server{steps: []step{undialed}}, nil).RoundTrip(request(t, "POST").WithContext(ctx))
		var got *retry.WaitError
		if !errors.As(err, &got) || !errors.Is(err, errReset) || got.Written || got.Reason != retry.NotSent {
			t.Errorf("%#v, want a WaitError over the cause", err)
		}
	})
}

// watched is a body that tells whether it was read to its end and closed.
type watched struct {
	io.Reader
	ended, closed bool
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	w.ended = w.ended || err == io.EOF
	return n, err
}
func (w *watched) Close() error { w.closed = true; return nil }

func TestBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := &watched{Reader: strings.NewReader(strings.Repeat("x", 100<<10))}
		last := &watched{Reader: strings.NewReader(strings.Repeat("y", 100<<10))}
		with := func(body io.ReadCloser) step {
			return func(req *http.Request) (*http.Response, error) {
				resp, err := answer(503, "")(req)
				resp.Body = body
				return resp, err
			}
		}
		s := &server{steps: []step{with(first), with(last)}}
		resp, err := retry.Transport(s, &retry.Options{MaxAttempts: 2}).RoundTrip(request(t, "GET"))
		if err != nil {
			t.Fatal(err)
		}
		if !first.ended || !first.closed {
			t.Errorf("the first body: ended %t, closed %t; want drained and closed", first.ended, first.closed)
		}
		if last.ended || last.closed {
			t.Errorf("the last body: ended %t, closed %t; want it left to the caller", last.ended, last.closed)
		}
		if got, err := io.ReadAll(resp.Body); len(got) != 100<<10 || err != nil {
			t.Errorf("%d bytes, %v; want all that came", len(got), err)
		}
		if resp.Body.Close(); !last.closed {
			t.Error("closing the reply does not close its body")
		}
	})
}

// An error's body that breaks off is given as it came, break included.
func TestTruncatedErrorBody(t *testing.T) {
	s := &server{steps: []step{func(req *http.Request) (*http.Response, error) {
		resp, err := answer(404, "")(req)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("half"), failingReader{}))
		return resp, err
	}}}
	resp, err := retry.Transport(s, nil).RoundTrip(request(t, "GET"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(resp.Body); string(got) != "half" || !errors.Is(err, errReset) {
		t.Errorf("read %q, %v; want half and the break", got, err)
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errReset }

func TestStreamIsNotRepeated(t *testing.T) {
	s := &server{steps: []step{undialed}}
	req := request(t, "PUT")
	req.GetBody = nil
	if got := outcome(retry.Transport(s, nil).RoundTrip(req)); got != "error, not written" || len(s.bodies) != 1 {
		t.Errorf("%d attempts, %s; want 1: the body is gone", len(s.bodies), got)
	}
}

// An attempt that the deadline ends is no reason to come back at a time.
func TestDeadlineInAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s := &server{steps: []step{func(req *http.Request) (*http.Response, error) {
			answer(0, "")(req)
			<-req.Context().Done()
			return nil, req.Context().Err()
		}}}
		_, err := retry.Transport(s, &retry.Options{Notify: func(context.Context, retry.Wait) {
			t.Error("a wait was announced")
		}}).RoundTrip(request(t, "GET").WithContext(ctx))
		if got := outcome(nil, err); got != "error, written" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s, %v; want the deadline", got, err)
		}
	})
}

func TestCancel(t *testing.T) {
	whenever := func(context.CancelFunc) step { return answer(503, "") }
	tests := []struct {
		name, why string
		after     time.Duration
		first     func(cancel context.CancelFunc) step
		attempts  int
	}{
		{"before", "nothing is sent", 0, whenever, 0},
		{"in a wait", "the wait ends", time.Second, whenever, 1},
		{"in an attempt", "not repeated", time.Hour, func(cancel context.CancelFunc) step {
			return func(req *http.Request) (*http.Response, error) {
				answer(0, "")(req)
				cancel()
				return nil, req.Context().Err()
			}
		}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cause := errors.New("the step was stopped")
				ctx, cancel := context.WithCancelCause(t.Context())
				stop := func() { cancel(cause) }
				if tt.after == 0 {
					stop()
				}
				time.AfterFunc(tt.after, stop)
				s := &server{steps: []step{tt.first(stop)}}
				body := &watched{Reader: strings.NewReader("x")}
				req := request(t, "PUT").WithContext(ctx)
				req.Body, req.GetBody = body, func() (io.ReadCloser, error) { return body, nil }
				// A wait of an hour, all but surely longer than a second.
				rt := retry.Transport(s, &retry.Options{BaseDelay: 1000 * time.Hour, MaxDelay: 1000 * time.Hour, LongestWait: 1000 * time.Hour})
				_, err := rt.RoundTrip(req)
				var failed *retry.Error
				if !errors.As(err, &failed) || !errors.Is(err, context.Canceled) || failed.Attempts != tt.attempts {
					t.Errorf("%s: %#v, want a cancellation after %d attempts", tt.why, err, tt.attempts)
				}
				if !body.closed {
					t.Error("the request's body is left open")
				}
			})
		})
	}
}
