package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/oauth"
)

const (
	invalidBody = `{"status":401,"serviceErrorCode":65600,"code":"INVALID_ACCESS_TOKEN","message":"Invalid access token"}`
	revokedBody = `{"status":401,"serviceErrorCode":65601,"code":"REVOKED_ACCESS_TOKEN","message":"The token used in the request has been revoked by the user"}`
	expiredBody = `{"status":401,"serviceErrorCode":65602,"code":"EXPIRED_ACCESS_TOKEN","message":"The token used in the request has expired"}`
	emptyBody   = `{"status":401,"serviceErrorCode":65604,"message":"Empty oauth2 access token"}`
)

// api accepts one access token from a moment on, and keeps what it was sent.
type api struct {
	accepts string
	from    time.Time
	refusal string
	seen    []string // token and body of each request
}

func (a *api) RoundTrip(req *http.Request) (*http.Response, error) {
	token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body.Close()
	}
	a.seen = append(a.seen, token+" "+string(body))
	if token != a.accepts || time.Now().Before(a.from) {
		return reply(401, a.refusal), nil
	}
	return reply(200, `{"sub":"782bbtaQ"}`), nil
}

func TestTransportOn401(t *testing.T) {
	const never = 1000 * time.Hour
	tests := []struct {
		name, why string
		refusal   string
		accepts   string
		age       time.Duration // of the first token
		knownIn   time.Duration // when the API begins to accept
		timeout   time.Duration // of the caller; 0: none
		body      string        // of a POST; empty: a GET
		stream    bool          // the body cannot be had again
		status    int
		seen      []string
		took      time.Duration // that was spent waiting, and told
	}{
		{name: "accepted", why: "the usual case", accepts: "AT1", age: day, status: 200, seen: []string{"AT1 "}},
		{name: "expired", why: "refreshed once, repeated once", refusal: expiredBody, accepts: "AT2", age: day, status: 200, seen: []string{"AT1 ", "AT2 "}},
		{name: "invalid", why: "the same", refusal: invalidBody, accepts: "AT2", age: day, status: 200, seen: []string{"AT1 ", "AT2 "}},
		{name: "revoked", why: "not believed before a refresh", refusal: revokedBody, accepts: "AT2", age: day, status: 200, seen: []string{"AT1 ", "AT2 "}},
		{name: "no code", why: "an edge's 401 is no worse", refusal: "<html>", accepts: "AT2", age: day, status: 200, seen: []string{"AT1 ", "AT2 "}},
		{name: "refused again", why: "one refresh, not more", refusal: expiredBody, accepts: "none", age: day, status: 401, seen: []string{"AT1 ", "AT2 "}},
		{name: "empty", why: "a missing header is not the token's fault", refusal: emptyBody, accepts: "AT2", age: day, status: 401, seen: []string{"AT1 "}},
		{name: "POST", why: "a 401 did nothing, and the body can be had again", refusal: expiredBody, accepts: "AT2", age: day, body: "hello", status: 200, seen: []string{"AT1 hello", "AT2 hello"}},
		{name: "stream", why: "the body is gone: the next request has the new token", refusal: expiredBody, accepts: "AT2", age: day, body: "hello", stream: true, status: 401, seen: []string{"AT1 hello"}},
		{
			name: "fresh", why: "LinkedIn needs some seconds to know a token",
			refusal: revokedBody, accepts: "AT1", knownIn: 5 * time.Second, status: 200,
			seen: []string{"AT1 ", "AT1 ", "AT1 ", "AT1 "}, // at 0, 1, 4, 10 s
			took: 10 * time.Second,
		},
		{
			name: "fresh, deadline near", why: "nothing is slept past the deadline",
			refusal: revokedBody, accepts: "AT1", knownIn: 5 * time.Second, timeout: 2 * time.Second, status: 401,
			seen: []string{"AT1 ", "AT1 "},
			took: time.Second,
		},
		{
			name: "fresh, invalid", why: "LinkedIn says only 65601 of a token that it does not know yet; any other refusal is meant",
			refusal: invalidBody, accepts: "AT2", status: 200, seen: []string{"AT1 ", "AT2 "},
		},
		{
			name: "never known", why: "revoked in its first seconds: it cost 32 s and 7 calls; the next request may find out",
			refusal: revokedBody, accepts: "none", knownIn: never, status: 401,
			seen: []string{"AT1 ", "AT1 ", "AT1 ", "AT1 "},
			took: 10 * time.Second,
		},
		{
			name: "never known, from its 25th second", why: "after 30 s it is refreshed, and the new token gets its time",
			refusal: revokedBody, accepts: "none", knownIn: never, age: 25 * time.Second, status: 401,
			seen: []string{"AT1 ", "AT1 ", "AT1 ", "AT1 ", "AT2 ", "AT2 ", "AT2 ", "AT2 "},
			took: 20 * time.Second,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := oauth.NewSource(configOn(&endpoint{issued: 1}), oauth.NewMemoryStore(firstToken()), nil)
				defer source.Close()
				time.Sleep(tt.age)
				server := &api{accepts: tt.accepts, from: time.Now().Add(tt.knownIn), refusal: tt.refusal}
				began, told := time.Now(), time.Duration(0)
				rt := oauth.Transport(server, source, mustURL(t, "https://api.example.com"), &oauth.TransportOptions{
					Notify: func(_ context.Context, until time.Time) { told += time.Until(until) },
				})

				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if tt.timeout > 0 {
					ctx, cancel = context.WithTimeout(ctx, tt.timeout)
				}
				defer cancel()
				req, _ := http.NewRequestWithContext(ctx, "GET", "https://api.example.com/v2/userinfo", nil)
				if tt.body != "" {
					req, _ = http.NewRequestWithContext(ctx, "POST", "https://api.example.com/v2/posts", strings.NewReader(tt.body))
				}
				if tt.stream {
					req.GetBody = nil
				}
				resp, err := rt.RoundTrip(req)
				if err != nil {
					t.Fatalf("%s: %v", tt.why, err)
				}
				if ctx.Err() != nil {
					t.Errorf("%s: answered only at the deadline", tt.why)
				}
				if took := time.Since(began); took != tt.took || told != tt.took {
					t.Errorf("%s: took %v, told of %v, want %v", tt.why, took, told, tt.took)
				}
				body, _ := io.ReadAll(resp.Body)
				if resp.StatusCode != tt.status {
					t.Errorf("%s: status %d, want %d", tt.why, resp.StatusCode, tt.status)
				}
				if resp.StatusCode == 401 && string(body) != tt.refusal {
					t.Errorf("%s: body %q, want the refusal as it came", tt.why, body)
				}
				if diff := cmp.Diff(tt.seen, server.seen); diff != "" {
					t.Errorf("%s, requests (-want +got):\n%s", tt.why, diff)
				}
				if got := req.Header.Get("Authorization"); got != "" {
					t.Errorf("the caller's request was changed: %q", got)
				}
			})
		})
	}
}

func TestTransportStreamGetsANewTokenNextTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := oauth.NewSource(configOn(&endpoint{issued: 1}), oauth.NewMemoryStore(firstToken()), nil)
		defer source.Close()
		time.Sleep(day)
		server := &api{accepts: "AT2", refusal: expiredBody}
		rt := oauth.Transport(server, source, mustURL(t, "https://api.example.com"), nil)
		for _, want := range []int{401, 200} {
			req, _ := http.NewRequestWithContext(t.Context(), "POST", "https://api.example.com/v2/posts", io.NopCloser(strings.NewReader("x")))
			resp, err := rt.RoundTrip(req)
			if err != nil || resp.StatusCode != want {
				t.Fatalf("%v, %v; want %d", resp, err, want)
			}
		}
	})
}

func TestTransportReauthorizes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tok := firstToken()
		tok.RefreshToken = ""
		source := oauth.NewSource(configOn(nil), oauth.NewMemoryStore(tok), nil)
		defer source.Close()
		time.Sleep(day)
		rt := oauth.Transport(&api{refusal: revokedBody}, source, mustURL(t, "https://api.example.com"), nil)
		req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://api.example.com/v2/me", nil)
		_, err := rt.RoundTrip(req)
		var got *oauth.ReauthorizeError
		if !errors.As(err, &got) || got.Reason != oauth.ReasonRevoked {
			t.Errorf("error %v, want the reason %q", err, oauth.ReasonRevoked)
		}
	})
}

func TestTransportKeepsTheTokenAtHome(t *testing.T) {
	source := oauth.NewSource(configOn(nil), oauth.NewMemoryStore(firstToken()), nil)
	defer source.Close()
	sent := 0
	base := roundTrip(func(req *http.Request) (*http.Response, error) {
		sent++
		resp := reply(302, "")
		resp.Header.Set("Location", "https://evil.example/steal")
		return resp, nil
	})
	client := &http.Client{Transport: oauth.Transport(base, source, mustURL(t, "https://api.example.com"), nil)}
	for _, to := range []string{
		"https://evil.example/", "http://api.example.com/", "https://api.example.com:8443/", "https://api.example.com.evil.example/",
		"https://api.example.com/redirected",
	} {
		_, err := client.Get(to)
		var foreign *oauth.HostError
		if !errors.As(err, &foreign) {
			t.Errorf("GET %s: %v, want *oauth.HostError", to, err)
		}
	}
	if sent != 1 {
		t.Errorf("%d requests sent, want 1: the redirect is not followed with the token", sent)
	}
}

func TestTransportCanceledWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := oauth.NewSource(configOn(nil), oauth.NewMemoryStore(firstToken()), nil)
		defer source.Close()
		rt := oauth.Transport(&api{refusal: revokedBody}, source, mustURL(t, "https://api.example.com"), nil)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		req, _ := http.NewRequestWithContext(ctx, "GET", "https://api.example.com/v2/me", nil)
		if _, err := rt.RoundTrip(req); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want the cancellation", err)
		}
	})
}

// Callers whose requests are refused together share one refresh.
func TestTransportRefreshesOnceForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &endpoint{issued: 1, latency: time.Second}
		source := oauth.NewSource(configOn(server), oauth.NewMemoryStore(firstToken()), nil)
		defer source.Close()
		time.Sleep(day)
		rt := oauth.Transport(roundTrip(func(req *http.Request) (*http.Response, error) {
			time.Sleep(100 * time.Millisecond)
			if req.Header.Get("Authorization") != "Bearer AT2" {
				return reply(401, expiredBody), nil
			}
			return reply(200, ""), nil
		}), source, mustURL(t, "https://api.example.com"), nil)
		failures := make(chan error, 32)
		for range cap(failures) {
			go func() {
				req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://api.example.com/v2/me", nil)
				resp, err := rt.RoundTrip(req)
				if err == nil && resp.StatusCode != 200 {
					err = fmt.Errorf("status %d", resp.StatusCode)
				}
				failures <- err
			}()
		}
		for range cap(failures) {
			if err := <-failures; err != nil {
				t.Error(err)
			}
		}
		wantCalls(t, server, 1)
	})
}
