package retry_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/linkstep/linkstep/connector/retry"
)

// The rules rest on what http.Transport tells through httptrace, so they are
// tried on a real one.
func TestOnARealTransport(t *testing.T) {
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		requests.Add(1)
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}))
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()

	tests := []struct {
		name, why   string
		method, url string
		outcome     string
		attempts    int64
		served      int64
	}{
		{"undialed write", "nothing was written", "POST", closed, "error, not written", 3, 0},
		{"broken write", "it may have happened", "POST", server.URL, "error, written", 1, 1},
		{"broken read", "it may happen twice", "GET", server.URL, "error, written", 3, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base := &http.Transport{DisableKeepAlives: true}
			requests.Store(0)
			attempts := int64(0)
			counting := step(func(req *http.Request) (*http.Response, error) {
				attempts++
				return base.RoundTrip(req)
			})
			rt := retry.Transport(roundTrip(counting), &retry.Options{MaxAttempts: 3, BaseDelay: 1})
			req, err := http.NewRequestWithContext(t.Context(), tt.method, tt.url, strings.NewReader("hello"))
			if err != nil {
				t.Fatal(err)
			}
			if got := outcome(rt.RoundTrip(req)); got != tt.outcome || attempts != tt.attempts || requests.Load() != tt.served {
				t.Errorf("%s: %s, %d attempts, %d served; want %s, %d, %d", tt.why, got, attempts, requests.Load(), tt.outcome, tt.attempts, tt.served)
			}
		})
	}
}

// roundTrip is a step as a transport.
type roundTrip step

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
