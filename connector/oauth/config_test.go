package oauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/oauth"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestAuthorizationURL(t *testing.T) {
	config := configOn(nil)
	config.Scopes = []string{"openid", "profile"}
	got := config.AuthorizationURL("a+b", "")
	want := "https://www.example.com/oauth/v2/authorization?client_id=78abc" +
		"&redirect_uri=http%3A%2F%2Flocalhost%3A8918%2Fcallback&response_type=code&scope=openid%20profile&state=a%2Bb"
	if got != want {
		t.Errorf("AuthorizationURL:\n got %s\nwant %s", got, want)
	}
}

func TestNativeLogin(t *testing.T) {
	verifier := oauth.NewVerifier()
	var form url.Values
	config := configOn(roundTrip(func(req *http.Request) (*http.Response, error) {
		req.ParseForm()
		form = req.PostForm
		return reply(200, `{"access_token":"AQX","expires_in":5184000}`), nil
	}))
	config.ClientSecret = ""
	page, err := url.Parse(config.AuthorizationURL("s", verifier))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(verifier))
	want := base64.RawURLEncoding.EncodeToString(sum[:])
	if q := page.Query(); q.Get("code_challenge") != want || q.Get("code_challenge_method") != "S256" || q.Has("code_verifier") {
		t.Errorf("authorization %s", page)
	}
	if _, err := config.Exchange(t.Context(), "AQcode", verifier); err != nil {
		t.Fatal(err)
	}
	sent := url.Values{"grant_type": {"authorization_code"}, "code": {"AQcode"}, "client_id": {"78abc"}, "redirect_uri": {"http://localhost:8918/callback"}, "code_verifier": {verifier}}
	if diff := cmp.Diff(sent, form); diff != "" {
		t.Errorf("exchange (-want +got): a native application has no secret\n%s", diff)
	}
}

func TestTokenAnswers(t *testing.T) {
	old := &oauth.Token{
		AccessToken: "AT1", RefreshToken: "RT1", Scopes: []string{"r_ads"},
		RefreshExpiry: noon.Add(300 * day),
	}
	tests := []struct {
		name, why string
		call      func(context.Context, *oauth.Config) (*oauth.Token, error)
		body      string
		form      url.Values
		want      *oauth.Token
	}{
		{
			name: "code", why: "a self-serve answer: commas, 5183999, no refresh token",
			call: func(ctx context.Context, c *oauth.Config) (*oauth.Token, error) { return c.Exchange(ctx, "AQcode", "") },
			body: `{"access_token":"AQX","expires_in":5183999,"scope":"email,openid,profile","token_type":"Bearer","id_token":"e.y.J"}`,
			form: url.Values{"grant_type": {"authorization_code"}, "code": {"AQcode"}, "redirect_uri": {"http://localhost:8918/callback"}},
			want: &oauth.Token{
				AccessToken: "AQX", IDToken: "e.y.J", IssuedAt: noon, Expiry: noon.Add(5183999 * time.Second),
				Scopes: []string{"email", "openid", "profile"},
			},
		},
		{
			name: "refresh", why: "the same refresh token and scopes stay when the answer names none",
			call: func(ctx context.Context, c *oauth.Config) (*oauth.Token, error) { return c.Refresh(ctx, old) },
			body: `{"access_token":"AT2","expires_in":86400}`,
			form: url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"RT1"}},
			want: &oauth.Token{
				AccessToken: "AT2", RefreshToken: "RT1", IssuedAt: noon, Expiry: noon.Add(day),
				RefreshExpiry: noon.Add(300 * day), Scopes: []string{"r_ads"},
			},
		},
		{
			name: "rotation", why: "what comes back is what is kept, spaces in the scope too",
			call: func(ctx context.Context, c *oauth.Config) (*oauth.Token, error) { return c.Refresh(ctx, old) },
			body: `{"access_token":"AT2","expires_in":86400,"refresh_token":"RT2","refresh_token_expires_in":172800,"scope":"r_ads w_x"}`,
			form: url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"RT1"}},
			want: &oauth.Token{
				AccessToken: "AT2", RefreshToken: "RT2", IssuedAt: noon, Expiry: noon.Add(day),
				RefreshExpiry: noon.Add(2 * day), Scopes: []string{"r_ads", "w_x"},
			},
		},
		{
			name: "client credentials", why: "expires_in is a string there",
			call: func(ctx context.Context, c *oauth.Config) (*oauth.Token, error) { return c.ClientCredentials(ctx) },
			body: `{"access_token":"AQV","expires_in":"1800"}`,
			form: url.Values{"grant_type": {"client_credentials"}},
			want: &oauth.Token{AccessToken: "AQV", IssuedAt: noon, Expiry: noon.Add(30 * time.Minute)},
		},
		{
			name: "no expiry", why: "60 days are assumed, and marked",
			call: func(ctx context.Context, c *oauth.Config) (*oauth.Token, error) { return c.Exchange(ctx, "AQcode", "") },
			body: `{"access_token":"AQX"}`,
			form: url.Values{"grant_type": {"authorization_code"}, "code": {"AQcode"}, "redirect_uri": {"http://localhost:8918/callback"}},
			want: &oauth.Token{AccessToken: "AQX", IssuedAt: noon, Expiry: noon.Add(60 * day), Assumed: true},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var form url.Values
			config := configOn(roundTrip(func(req *http.Request) (*http.Response, error) {
				if _, _, basic := req.BasicAuth(); basic || req.Method != http.MethodPost {
					t.Errorf("%s with basic auth %t, want POST without", req.Method, basic)
				}
				req.ParseForm()
				form = req.PostForm
				return reply(200, tt.body), nil
			}))
			config.Now = func() time.Time { return noon }
			got, err := tt.call(t.Context(), config)
			if err != nil {
				t.Fatalf("%s: %v", tt.why, err)
			}
			if diff := cmp.Diff(plain(tt.want), plain(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.why, diff)
			}
			tt.form.Set("client_id", "78abc")
			tt.form.Set("client_secret", "s3cret-s3cret")
			if diff := cmp.Diff(tt.form, form); diff != "" {
				t.Errorf("form (-want +got):\n%s", diff)
			}
		})
	}
}

// plain is a token that cmp may look into and print.
func plain(t *oauth.Token) any {
	type plain oauth.Token
	return (*plain)(t)
}

func TestTokenErrors(t *testing.T) {
	tests := []struct {
		name, why       string
		answer          func() (*http.Response, error)
		want            oauth.Error
		dead, temporary bool
	}{
		{
			name: "dead grant", why: "LinkedIn's sentence for a refresh token that has ended",
			answer: answering(400, deadGrantBody),
			want: oauth.Error{Op: "refresh", Status: 400, Code: "invalid_request",
				Description: "The provided authorization grant or refresh token is invalid, expired or revoked"},
			dead: true,
		},
		{
			name: "invalid_grant", why: "seen elsewhere for the same",
			answer: answering(400, `{"error":"invalid_grant"}`),
			want:   oauth.Error{Op: "refresh", Status: 400, Code: "invalid_grant"},
			dead:   true,
		},
		{
			name: "missing parameter", why: "invalid_request too, but our own fault: no login is lost over it",
			answer: answering(400, missingBody),
			want: oauth.Error{Op: "refresh", Status: 400, Code: "invalid_request",
				Description: `A required parameter "refresh_token" is missing`},
		},
		{
			name: "wrong secret", why: "the configuration is wrong, not the grant",
			answer: answering(401, `{"error":"invalid_client","error_description":"Client authentication failed"}`),
			want:   oauth.Error{Op: "refresh", Status: 401, Code: "invalid_client", Description: "Client authentication failed"},
		},
		{
			name: "429", why: "the token endpoint throttles too",
			answer:    answering(429, `{"message":"slow"}`),
			want:      oauth.Error{Op: "refresh", Status: 429, RequestID: "uuid", RetryAt: noon.Add(7 * time.Second)},
			temporary: true,
		},
		{
			name: "503", why: "an edge answers in HTML",
			answer:    answering(503, `<html>`),
			want:      oauth.Error{Op: "refresh", Status: 503},
			temporary: true,
		},
		{
			name: "redirect", why: "a redirect would carry the secret along, so it is an answer",
			answer: func() (*http.Response, error) {
				r := reply(307, "")
				r.Header.Set("Location", "https://elsewhere.example/")
				return r, nil
			},
			want: oauth.Error{Op: "refresh", Status: 307},
		},
		{
			name: "echo", why: "whatever LinkedIn repeats, no secret gets into an error",
			answer: answering(400, `{"error":"x","error_description":"s3cret-s3cret and RT1 of &quot;you&quot;\u001b[2J"}`),
			want:   oauth.Error{Op: "refresh", Status: 400, Code: "x", Description: `REDACTED and REDACTED of "you" [2J`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			config := configOn(roundTrip(func(req *http.Request) (*http.Response, error) {
				calls++
				r, err := tt.answer()
				if err == nil && r.StatusCode == 429 {
					r.Header.Set("Retry-After", "7")
					r.Header.Set("X-Li-Uuid", "uuid")
				}
				return r, err
			}))
			config.Now = func() time.Time { return noon }
			_, err := config.Refresh(t.Context(), &oauth.Token{RefreshToken: "RT1"})
			var got *oauth.Error
			if !errors.As(err, &got) {
				t.Fatalf("%s: error %v, want *oauth.Error", tt.why, err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.why, diff)
			}
			if got.DeadGrant() != tt.dead || got.Temporary() != tt.temporary {
				t.Errorf("%s: dead %t, temporary %t; want %t, %t", tt.why, got.DeadGrant(), got.Temporary(), tt.dead, tt.temporary)
			}
			if calls != 1 {
				t.Errorf("%d calls, want 1", calls)
			}
		})
	}
}

func answering(status int, body string) func() (*http.Response, error) {
	return func() (*http.Response, error) { return reply(status, body), nil }
}

func TestTokenErrorsWithoutAnAnswer(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name, why string
		ctx       context.Context
		answer    func(*http.Request) (*http.Response, error)
		is        error
		status    int
		temporary bool
	}{
		{"reset", "nobody knows what happened", t.Context(),
			func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, io.ErrUnexpectedEOF, 0, true},
		{"canceled", "a cancellation stays one", canceled,
			func(req *http.Request) (*http.Response, error) { return nil, req.Context().Err() }, context.Canceled, 0, false},
		{"not JSON", "a portal answers in LinkedIn's place", t.Context(),
			func(*http.Request) (*http.Response, error) { return reply(200, "<html>"), nil }, nil, 200, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := configOn(roundTrip(tt.answer)).Exchange(tt.ctx, "AQcode", "")
			var got *oauth.Error
			if !errors.As(err, &got) || got.Status != tt.status || got.Temporary() != tt.temporary {
				t.Errorf("%s: %#v, want status %d, temporary %t", tt.why, err, tt.status, tt.temporary)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%s: %v is not %v", tt.why, err, tt.is)
			}
		})
	}
}

// An API call's httptrace tells its caller whether anything was written. A
// refresh on the way to it must not be taken for that.
func TestCallersTraceDoesNotSeeTheTokenCall(t *testing.T) {
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		WroteHeaders: func() { t.Error("the trace saw the token request") },
	})
	config := configOn(roundTrip(func(req *http.Request) (*http.Response, error) {
		if trace := httptrace.ContextClientTrace(req.Context()); trace != nil {
			trace.WroteHeaders()
		}
		return reply(200, `{"access_token":"AT2"}`), nil
	}))
	if _, err := config.Refresh(ctx, &oauth.Token{RefreshToken: "RT1"}); err != nil {
		t.Fatal(err)
	}
}
