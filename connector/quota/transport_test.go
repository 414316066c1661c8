package quota_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/quota"
)

const (
	applicationDay = `{"status":429,"serviceErrorCode":101,"code":"TOO_MANY_REQUESTS","message":"Resource level throttle APPLICATION DAY limit for calls to this resource is reached."}`
	memberDay      = `{"status":429,"serviceErrorCode":101,"code":"TOO_MANY_REQUESTS","message":"Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls to this resource is reached."}`
	burst          = `{"status":429,"code":"TOO_MANY_REQUESTS","message":"Resource level throttle limit for calls to this resource is reached."}`
	comments       = `{"status":429,"message":"Comment create throttled: creation rate limit exceeded for member"}`
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// linkedin answers once its headers are written.
func linkedin(status int, body string) roundTrip {
	return func(req *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(req.Context()).WroteHeaders()
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func get(t *testing.T, rt http.RoundTripper) (int, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "https://api.example.com/v2/people?ids=List((id:a))", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body), nil
}

func TestTransportOn429(t *testing.T) {
	exhausted := func(scope quota.Scope, limit, used int64) *quota.ExhaustedError {
		e := &quota.ExhaustedError{Scope: scope, Endpoint: people, Resets: midnight, Limit: limit, Used: used, Source: quota.Learned}
		if limit > 0 {
			e.LearnedOn = "2026-11-24"
		}
		return e
	}
	tests := []struct {
		name, why string
		before    int // good calls of Ada's
		body      string
		ada, bob  *quota.ExhaustedError // what each is told afterwards; nil: goes on
	}{
		{"application", "all members are refused, the limit is what went through", 3, applicationDay,
			exhausted(quota.Application, 3, 4), exhausted(quota.Application, 3, 4)},
		{"member", "another member goes on", 3, memberDay, exhausted(quota.Member, 3, 4), nil},
		{"first call", "others spent it: nothing is learned, the day is over all the same", 0, applicationDay,
			exhausted(quota.Application, 0, 1), exhausted(quota.Application, 0, 1)},
		{"no scope", "the least that fits", 3, `{"message":"the DAY limit is reached"}`, exhausted(quota.Member, 3, 4), nil},
		{"burst", "clears by itself", 3, burst, nil, nil},
		{"comments", "a limit a minute", 3, comments, nil, nil},
		{"no JSON", "an edge", 3, "<html>DAY</html>", nil, nil},
		{"in a word", "DAY is a word of its own", 3, `{"message":"MONDAY"}`, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			counters := new(quota.MemoryCounters)
			clock := clockAt(noon)
			opts := &quota.Options{Now: clock.now, OnError: func(_ context.Context, err error) { t.Error(err) }}
			adas, bobs := quota.NewLedger(counters, ada, opts), quota.NewLedger(counters, bob, opts)
			for range tt.before {
				get(t, quota.Transport(linkedin(200, "{}"), adas, nil))
			}
			status, body, err := get(t, quota.Transport(linkedin(429, tt.body), adas, nil))
			if status != 429 || body != tt.body || err != nil {
				t.Errorf("%s: reply %d %s, %v; want it as it came", tt.why, status, body, err)
			}
			// Another process knows it at once.
			adas = quota.NewLedger(counters, ada, opts)
			for who, c := range map[string]struct {
				ledger *quota.Ledger
				want   *quota.ExhaustedError
			}{"ada": {adas, tt.ada}, "bob": {bobs, tt.bob}} {
				_, _, err := get(t, quota.Transport(linkedin(200, "{}"), c.ledger, nil))
				var got *quota.ExhaustedError
				errors.As(err, &got)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: %s is told (-want +got):\n%s", tt.why, who, diff)
				}
			}
			clock.set(midnight)
			if _, _, err := get(t, quota.Transport(linkedin(200, "{}"), adas, nil)); err != nil {
				t.Errorf("%s: the next day: %v", tt.why, err)
			}
		})
	}
}

// Requests in flight when the day's limit is reached are all refused by
// LinkedIn. The first refusal teaches too high a limit if a later request was
// faster; the others lower it. One midnight undoes them all.
func TestManyDaily429s(t *testing.T) {
	clock := clockAt(noon)
	l := quota.NewLedger(new(quota.MemoryCounters), ada, &quota.Options{Now: clock.now})
	get(t, quota.Transport(linkedin(200, "{}"), l, nil))
	var nested func(n int) roundTrip
	nested = func(n int) roundTrip {
		return func(req *http.Request) (*http.Response, error) {
			if n > 0 {
				get(t, quota.Transport(nested(n-1), l, nil))
			}
			return linkedin(429, applicationDay)(req)
		}
	}
	get(t, quota.Transport(nested(5), l, nil))
	wantExhausted(t, l, &quota.ExhaustedError{Scope: quota.Application, Endpoint: people, Resets: midnight, Limit: 1, Used: 7, Source: quota.Learned, LearnedOn: "2026-11-24"})
	clock.set(midnight)
	wantReserved(t, l, 1)
}

// A 429 that arrives after midnight is about the day before.
func TestDaily429AfterMidnight(t *testing.T) {
	clock := clockAt(noon)
	l := quota.NewLedger(new(quota.MemoryCounters), ada, &quota.Options{Now: clock.now})
	slow := roundTrip(func(req *http.Request) (*http.Response, error) {
		clock.set(midnight)
		wantReserved(t, l, 1)
		return linkedin(429, applicationDay)(req)
	})
	get(t, quota.Transport(slow, l, nil))
	wantReserved(t, l, 1)
}

func TestTransportGivesBack(t *testing.T) {
	reset := errors.New("connection reset")
	tests := []struct {
		name, why string
		base      roundTrip
		used      int64
	}{
		{"dial", "nothing was sent", func(*http.Request) (*http.Response, error) { return nil, reset }, 0},
		{"reset", "LinkedIn may have counted it", func(req *http.Request) (*http.Response, error) {
			httptrace.ContextClientTrace(req.Context()).WroteHeaders()
			return nil, reset
		}, 1},
		{"5xx", "LinkedIn answered", linkedin(503, ""), 1},
		{"200", "the usual case", linkedin(200, ""), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := quota.NewLedger(new(quota.MemoryCounters), ada, &quota.Options{
				Now:    clockAt(noon).now,
				Limits: []quota.Limit{{Scope: quota.Member, Endpoint: people, Calls: 9}},
			})
			get(t, quota.Transport(tt.base, l, nil))
			usage, err := l.Usage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range usage {
				if u.Used != tt.used {
					t.Errorf("%s: %s has %d used, want %d", tt.why, u.Scope, u.Used, tt.used)
				}
			}
			if tt.used == 0 && len(usage) != 1 {
				t.Errorf("%s: %+v, want only the bucket with a limit", tt.why, usage)
			}
		})
	}
}

// A caller that is gone gives back as well.
func TestTransportGivesBackAfterCancel(t *testing.T) {
	l := quota.NewLedger(&strictCounters{}, ada, &quota.Options{
		OnError: func(_ context.Context, err error) { t.Error(err) },
	})
	ctx, cancel := context.WithCancel(t.Context())
	base := roundTrip(func(req *http.Request) (*http.Response, error) {
		cancel()
		return nil, ctx.Err()
	})
	req, _ := http.NewRequestWithContext(ctx, "GET", "https://api.example.com/v2/people", nil)
	quota.Transport(base, l, nil).RoundTrip(req)
	if usage, err := l.Usage(t.Context()); len(usage) != 0 || err != nil {
		t.Errorf("Usage = %+v, %v; want nothing", usage, err)
	}
}

// strictCounters do nothing for a context that has ended.
type strictCounters struct{ quota.MemoryCounters }

func (c *strictCounters) Add(ctx context.Context, adds []quota.Add) (*quota.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.MemoryCounters.Add(ctx, adds)
}

func TestTransportSendsNothingInVain(t *testing.T) {
	sent := 0
	base := roundTrip(func(req *http.Request) (*http.Response, error) {
		sent++
		return linkedin(200, "")(req)
	})
	l := quota.NewLedger(new(quota.MemoryCounters), ada, &quota.Options{
		Now:    clockAt(noon).now,
		Limits: []quota.Limit{{Scope: quota.Application, Endpoint: "everything", Calls: 1}},
	})
	rt := quota.Transport(base, l, &quota.TransportOptions{Endpoint: func(*http.Request) string { return "everything" }})
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	req, _ := http.NewRequestWithContext(canceled, "GET", "https://api.example.com/", nil)
	if _, err := rt.RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled before: %v, want the cancellation", err)
	}
	get(t, rt) // the canceled one took nothing
	body := &closed{Reader: strings.NewReader("x")}
	req, _ = http.NewRequestWithContext(t.Context(), "POST", "https://api.example.com/", body)
	var exhausted *quota.ExhaustedError
	if _, err := rt.RoundTrip(req); !errors.As(err, &exhausted) {
		t.Errorf("beyond the limit: %v, want *quota.ExhaustedError", err)
	}
	if sent != 1 || !body.closed {
		t.Errorf("%d sent, want 1; body closed: %t", sent, body.closed)
	}
}

type closed struct {
	io.Reader
	closed bool
}

func (c *closed) Close() error { c.closed = true; return nil }

// What the counters fail at after the reply does not take the reply away.
func TestTransportTellsOfFailures(t *testing.T) {
	flaky := &flakyCounters{}
	var told []error
	l := quota.NewLedger(flaky, ada, &quota.Options{OnError: func(_ context.Context, err error) { told = append(told, err) }})
	base := roundTrip(func(req *http.Request) (*http.Response, error) {
		flaky.fail = errors.New("store is gone")
		return linkedin(429, applicationDay)(req)
	})
	if status, _, err := get(t, quota.Transport(base, l, nil)); status != 429 || err != nil {
		t.Errorf("reply %d, %v; want 429", status, err)
	}
	if len(told) != 1 || !errors.Is(told[0], flaky.fail) {
		t.Errorf("told %v, want the counters' failure", told)
	}
}

type flakyCounters struct {
	quota.MemoryCounters
	fail error
}

func (c *flakyCounters) Add(ctx context.Context, adds []quota.Add) (*quota.Result, error) {
	if c.fail != nil {
		return nil, c.fail
	}
	return c.MemoryCounters.Add(ctx, adds)
}
