package retry_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/connector/retry"
)

const (
	dayBody   = `{"status":429,"serviceErrorCode":101,"code":"TOO_MANY_REQUESTS","message":"Resource level throttle APPLICATION DAY limit for calls to this resource is reached."}`
	burstBody = `{"status":429,"code":"TOO_MANY_REQUESTS","message":"Resource level throttle limit for calls to this resource is reached."}`
)

var errReset = errors.New("connection reset by peer")

// step is how one attempt ends.
type step func(*http.Request) (*http.Response, error)

// answer is a reply after the request was written.
func answer(status int, body string, headers ...string) step {
	return func(req *http.Request) (*http.Response, error) {
		trace := httptrace.ContextClientTrace(req.Context())
		trace.GetConn("api.example.com:443")
		trace.WroteHeaders()
		header := http.Header{}
		for i := 0; i+1 < len(headers); i += 2 {
			header.Set(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

// refused is a wrapper inside, such as an empty budget.
func refused(*http.Request) (*http.Response, error) { return nil, errReset }

// judged is an error, after an answer came, that is final.
func judged(req *http.Request) (*http.Response, error) {
	answer(0, "")(req)
	return nil, fmt.Errorf("signing: %w", finalError{})
}

type finalError struct{}

func (finalError) Error() string { return "the login has ended" }
func (finalError) Final() bool   { return true }

// undialed is a connection that did not come about.
func undialed(req *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(req.Context()).GetConn("api.example.com:443")
	return nil, errReset
}

// reset is a connection that broke after the request was written.
func reset(req *http.Request) (*http.Response, error) {
	answer(0, "")(req)
	return nil, errReset
}

// server plays steps, the last one for ever, and keeps the bodies it was sent.
type server struct {
	steps  []step
	bodies []string
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	body := ""
	if req.Body != nil {
		b, _ := io.ReadAll(req.Body)
		req.Body.Close()
		body = string(b)
	}
	s.bodies = append(s.bodies, body)
	next := s.steps[0]
	if len(s.steps) > 1 {
		s.steps = s.steps[1:]
	}
	return next(req)
}

// request is a request of one of the kinds that rules tell apart.
func request(t *testing.T, kind string) *http.Request {
	t.Helper()
	method, body := kind, io.Reader(nil)
	switch kind {
	case "tunnelled GET", "keyed POST":
		method, body = "POST", strings.NewReader("hello")
	case "POST", "PATCH", "PUT":
		body = strings.NewReader("hello")
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "https://api.example.com/v2/people", body)
	if err != nil {
		t.Fatal(err)
	}
	switch kind {
	case "tunnelled GET":
		req.Header.Set("X-HTTP-Method-Override", "GET")
	case "keyed POST":
		req.Header.Set("Idempotency-Key", "k1")
	}
	return req
}

// outcome is what a call ended in, as one line.
func outcome(resp *http.Response, err error) string {
	var wait *retry.WaitError
	var failed *retry.Error
	switch {
	case errors.As(err, &wait):
		return "wait"
	case errors.As(err, &failed) && failed.Written:
		return "error, written"
	case errors.As(err, &failed):
		return "error, not written"
	case err != nil:
		return "another error: " + err.Error()
	}
	return http.StatusText(resp.StatusCode)
}
