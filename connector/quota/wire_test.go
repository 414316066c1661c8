package quota_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/linkstep/linkstep/connector/quota"
)

// Giving back rests on what http.Transport tells through httptrace, so it is
// tried on a real one.
func TestOnARealTransport(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}))
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()

	for _, tt := range []struct {
		why, url string
		used     int
	}{
		{"nothing was sent", closed, 0},
		{"LinkedIn may have counted it", server.URL, 1},
	} {
		l := quota.NewLedger(new(quota.MemoryCounters), quota.Account{ClientID: "78abc"}, nil)
		client := &http.Client{Transport: quota.Transport(&http.Transport{DisableKeepAlives: true}, l, nil)}
		if _, err := client.Get(tt.url); err == nil {
			t.Fatalf("%s: no error", tt.why)
		}
		if usage, err := l.Usage(t.Context()); len(usage) != tt.used || err != nil {
			t.Errorf("%s: %+v, %v; want %d buckets touched", tt.why, usage, err, tt.used)
		}
	}
}
