package oauth_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
)

// roundTrip is an HTTP server as a function: synctest does not wait for
// sockets.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func reply(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(body)),
	}
}

// endpoint is a token endpoint that rotates: each refresh token works once.
// Its tokens are AT1 with RT1, AT2 with RT2 and so on.
type endpoint struct {
	latency time.Duration

	mu       sync.Mutex // guards the fields below
	issued   int        // the number in the newest tokens
	calls    int
	failures []func() (*http.Response, error) // answers to the next calls
}

func (e *endpoint) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case <-time.After(e.latency):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	if err := req.ParseForm(); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	if len(e.failures) > 0 {
		fail := e.failures[0]
		e.failures = e.failures[1:]
		return fail()
	}
	if req.Form.Get("grant_type") == "refresh_token" && req.Form.Get("refresh_token") != fmt.Sprintf("RT%d", e.issued) {
		return reply(400, deadGrantBody), nil
	}
	e.issued++
	return reply(200, fmt.Sprintf(`{"access_token":"AT%d","expires_in":5184000,"refresh_token":"RT%d","refresh_token_expires_in":31536000}`, e.issued, e.issued)), nil
}

func (e *endpoint) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.calls
}

const (
	deadGrantBody = `{"error":"invalid_request","error_description":"The provided authorization grant or refresh token is invalid, expired or revoked"}`
	missingBody   = `{"error":"invalid_request","error_description":"A required parameter \"refresh_token\" is missing"}`
	day           = 24 * time.Hour
)

func configOn(rt http.RoundTripper) *oauth.Config {
	return &oauth.Config{
		ClientID:      "78abc",
		ClientSecret:  "s3cret-s3cret",
		AuthorizeURL:  "https://www.example.com/oauth/v2/authorization",
		TokenURL:      "https://www.example.com/oauth/v2/accessToken",
		IntrospectURL: "https://www.example.com/oauth/v2/introspectToken",
		RedirectURL:   "http://localhost:8918/callback",
		Scopes:        []string{"openid", "profile"},
		HTTPClient:    &http.Client{Transport: rt},
	}
}

// firstToken is what the endpoint issued before the test began.
func firstToken() *oauth.Token {
	now := time.Now().Round(0)
	return &oauth.Token{
		AccessToken:   "AT1",
		RefreshToken:  "RT1",
		IssuedAt:      now,
		Expiry:        now.Add(60 * day),
		RefreshExpiry: now.Add(365 * day),
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
