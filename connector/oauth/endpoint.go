package oauth

import (
	"context"
	"errors"
	"html"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/oauth2"
)

const (
	// callTimeout bounds one call to the token endpoint whose client sets none.
	callTimeout = 30 * time.Second
	// longestLife guards against an expires_in that overflows a Duration.
	longestLife = 10 * 365 * 24 * time.Hour
	// longestDescription is what is kept of an error_description, in bytes.
	longestDescription = 500
)

// token makes one call to the token endpoint. old lends what the answer leaves
// out; secret is struck from what LinkedIn says, besides the client's own.
func (c *Config) token(ctx context.Context, op string, old *Token, secret string, ask func(context.Context) (*oauth2.Token, error)) (*Token, error) {
	client, seen := c.client()
	answer, err := ask(context.WithValue(valueless{ctx}, oauth2.HTTPClient, client))
	if err == nil {
		return c.read(answer, old), nil
	}

	e := &Error{Op: op, Err: err}
	seen.describe(e, c.now())
	var refusal *oauth2.RetrieveError
	if errors.As(err, &refusal) {
		e.Err = nil // it holds the whole reply, which is not for logs
		e.Code = refusal.ErrorCode
		e.Description = clean(refusal.ErrorDescription, c.ClientSecret, secret)
	}
	return nil, e
}

// read turns the endpoint's answer into a Token.
func (c *Config) read(answer *oauth2.Token, old *Token) *Token {
	tok := &Token{
		AccessToken:  answer.AccessToken,
		RefreshToken: answer.RefreshToken,
		IssuedAt:     c.now(),
	}
	if old != nil {
		tok.RefreshExpiry = old.RefreshExpiry
		tok.Scopes = old.Scopes
	}
	tok.IDToken, _ = answer.Extra("id_token").(string)
	if scope, ok := answer.Extra("scope").(string); ok {
		tok.Scopes = splitScopes(scope)
	}
	life := seconds(answer.Extra("expires_in"))
	if life == 0 {
		life, tok.Assumed = AssumedLife, true
	}
	tok.Expiry = tok.IssuedAt.Add(life)
	if life := seconds(answer.Extra("refresh_token_expires_in")); life > 0 {
		tok.RefreshExpiry = tok.IssuedAt.Add(life)
	}
	return tok
}

// client returns the client for one call and what will be seen of its reply.
func (c *Config) client() (*http.Client, *sight) {
	var client http.Client
	if c.HTTPClient != nil {
		client = *c.HTTPClient
	}
	if client.Timeout == 0 {
		client.Timeout = callTimeout
	}
	if client.Transport == nil {
		client.Transport = http.DefaultTransport
	}
	seen := &sight{base: client.Transport}
	client.Transport = seen
	client.Jar = nil
	// A redirect would carry the client secret with it.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client, seen
}

// sight remembers the reply of one call, also where x/oauth2 tells only an
// error's text.
type sight struct {
	base   http.RoundTripper
	status int
	header http.Header
}

func (s *sight) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.base.RoundTrip(req)
	if err == nil {
		s.status, s.header = resp.StatusCode, resp.Header
	}
	return resp, err
}

func (s *sight) describe(e *Error, now time.Time) {
	e.Status = s.status
	e.RequestID = s.header.Get("X-Li-Uuid")
	if e.RequestID == "" {
		e.RequestID = s.header.Get("X-Li-Request-Id")
	}
	if wait := seconds(s.header.Get("Retry-After")); wait > 0 {
		e.RetryAt = now.Add(wait)
	}
}

// valueless keeps a context's end and hides its values: the httptrace hooks of
// an API call must not take a token request for their own.
type valueless struct{ context.Context }

func (valueless) Value(any) any { return nil }

// seconds is a life in seconds; what is not positive is 0.
func seconds(v any) time.Duration {
	n := min(number(v), longestLife.Seconds())
	return time.Duration(max(n, 0)) * time.Second
}

// number reads a number, which LinkedIn also writes as a string; what is none
// is 0.
func number(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case int64:
		return float64(v)
	case string:
		if n, err := strconv.ParseFloat(v, 64); err == nil && !math.IsNaN(n) {
			return n
		}
	}
	return 0
}

// splitScopes accepts spaces as documented and commas as seen.
func splitScopes(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// clean makes a text of LinkedIn's fit for a log: entities undone, one line,
// no secret, not long.
func clean(text string, secrets ...string) string {
	text = html.UnescapeString(text)
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, redacted)
		}
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if len(text) > longestDescription {
		text = strings.ToValidUTF8(text[:longestDescription], "") + "..."
	}
	return text
}
