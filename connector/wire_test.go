package connector

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// roundTrip makes a transport of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// answering is a transport that writes its headers and answers so.
func answering(status int, body io.Reader) roundTrip {
	return func(req *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(req.Context()).WroteHeaders()
		return &http.Response{StatusCode: status, Header: http.Header{"X-Li-Uuid": {"u1"}}, Body: io.NopCloser(body)}, nil
	}
}

// broken is a body that ends in an error.
type broken struct{ text string }

func (b *broken) Read(p []byte) (int, error) {
	if b.text == "" {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, b.text)
	b.text = b.text[n:]
	return n, nil
}

// newWire returns a wire to https://api.linkedin.com over base.
func newWire(base http.RoundTripper) *wire {
	return &wire{
		base: base, host: &url.URL{Scheme: "https", Host: apiHost}, timeout: time.Second,
		clock: &clock{state: &state{}, log: slog.New(slog.DiscardHandler), vendor: true},
	}
}

func TestWire(t *testing.T) {
	const ours = "https://" + apiHost + "/v2/me"
	for _, tt := range []struct {
		name, why string
		address   string
		base      http.RoundTripper
		body      string
		bodyErr   bool
		err       bool
		attempts  int
	}{
		{"answer", "it is read whole", ours, answering(200, strings.NewReader("ok")), "ok", false, false, 1},
		{"answer that breaks off", "it counts as an attempt that failed, so that it is repeated", ours, answering(200, &broken{"hal"}), "", false, true, 1},
		{"refusal that breaks off", "its status is an answer already", ours, answering(503, &broken{"hal"}), "hal", true, false, 1},
		{"refusal that is long", "64 KiB and one byte are enough to see it", ours, answering(500, strings.NewReader(strings.Repeat("x", 1<<20))), strings.Repeat("x", 64<<10+1), false, false, 1},
		{"redirect", "it is an answer, and nobody follows it", ours, answering(302, strings.NewReader("")), "", false, false, 1},
		{"another host", "the token must not reach it", "https://example.com/v2/me", answering(200, strings.NewReader("ok")), "", false, true, 0},
		{"another scheme", "the token would go in the clear", "http://" + apiHost + "/v2/me", answering(200, strings.NewReader("ok")), "", false, true, 0},
		{"another port", "it is another server", "https://" + apiHost + ":8443/v2/me", answering(200, strings.NewReader("ok")), "", false, true, 0},
		{"not sent", "nothing was written, so nothing is counted", ours, roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("refused") }), "", false, true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := &meter{}
			req := httptest.NewRequestWithContext(context.WithValue(t.Context(), meterKey{}, m), "GET", tt.address, strings.NewReader("in"))
			resp, err := newWire(tt.base).RoundTrip(req)
			if (err != nil) != tt.err || m.spent() != tt.attempts {
				t.Fatalf("error %v, %d attempts; want error %t, %d, as %s", err, m.spent(), tt.err, tt.attempts, tt.why)
			}
			if err != nil {
				return
			}
			body, err := io.ReadAll(resp.Body)
			if string(body) != tt.body || (err != nil) != tt.bodyErr {
				t.Errorf("body of %d bytes, error %v; as %s", len(body), err, tt.why)
			}
			meta, _ := m.finish()
			if diff := cmp.Diff([]string{"u1"}, meta.RequestIDs); diff != "" {
				t.Errorf("request ids (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWireBodyLimit(t *testing.T) {
	for size, tooLarge := range map[int]bool{longestBody: false, longestBody + 1: true} {
		resp, err := newWire(answering(200, strings.NewReader(strings.Repeat("x", size)))).
			RoundTrip(httptest.NewRequestWithContext(t.Context(), "GET", "https://"+apiHost+"/", nil))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, resp.Body) // by WriteTo
		if errors.Is(err, errTooLarge) != tooLarge {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestWireTimeLimit(t *testing.T) {
	hang := roundTrip(func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	})
	for _, tt := range []struct {
		name     string
		patience time.Duration // of the caller
		late     bool          // it is the attempt that was too slow
	}{
		{"attempt", time.Hour, true},
		{"caller", 100 * time.Millisecond, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), tt.patience)
			defer cancel()
			_, err := newWire(hang).RoundTrip(httptest.NewRequestWithContext(ctx, "GET", "https://"+apiHost+"/", nil))
			var late *timeoutError
			if errors.As(err, &late) != tt.late || errors.Is(err, context.DeadlineExceeded) == tt.late {
				t.Errorf("%s: error %v", tt.name, err)
			}
		})
	}
}

func TestClock(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		vendor    bool
		date      func(now time.Time) string
		want      time.Duration
	}{
		{"no date", "nothing is learnt", true, func(time.Time) string { return "" }, 0},
		{"nonsense", "nothing is learnt", true, func(time.Time) string { return "soon" }, 0},
		{"a second", "the header has whole seconds", true, ahead(time.Second), 0},
		{"an hour ahead", "the machine's clock is wrong", true, ahead(time.Hour), time.Hour},
		{"an hour behind", "the machine's clock is wrong", true, ahead(-time.Hour), -time.Hour},
		{"three days, from LinkedIn", "nobody's clock is so wrong", true, ahead(72 * time.Hour), 0},
		{"a year, from the sandbox", "its clock is set on purpose", false, ahead(365 * 24 * time.Hour), 365 * 24 * time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &state{}
			c, err := newClock(t.Context(), s, slog.New(slog.DiscardHandler), "host")
			if err != nil {
				t.Fatal(err)
			}
			c.vendor = tt.vendor
			c.observe(t.Context(), http.Header{"Date": {tt.date(time.Now())}})
			if got := time.Until(c.now()); (got - tt.want).Abs() > time.Second {
				t.Errorf("%s: off by %s, want %s, as %s", tt.name, got, tt.want, tt.why)
			}
			again, err := newClock(t.Context(), s, slog.New(slog.DiscardHandler), "host")
			if err != nil {
				t.Fatal(err)
			}
			if again.offset.Round(time.Second) != c.offset.Round(time.Second) {
				t.Errorf("%s: the next process begins with %s, want %s", tt.name, again.offset, c.offset)
			}
			c.observe(t.Context(), http.Header{"Date": {ahead(0)(time.Now())}})
			if got := time.Until(c.now()); got.Abs() > time.Second {
				t.Errorf("%s: after the clocks agree again it is off by %s", tt.name, got)
			}
		})
	}
}

// ahead writes a date that is so far ahead of now.
func ahead(d time.Duration) func(time.Time) string {
	return func(now time.Time) string { return now.Add(d).UTC().Format(http.TimeFormat) }
}
