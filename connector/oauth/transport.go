package oauth

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// TokenSource gives access tokens, as [Source] does.
type TokenSource interface {
	Token(ctx context.Context) (*Token, error)
	Invalidate(accessToken string, revoked bool)
}

var _ TokenSource = (*Source)(nil)

// TransportOptions are what a transport needs of its surroundings.
type TransportOptions struct {
	// Now is the clock that IssuedAt was set by. nil: time.Now.
	Now func() time.Time
	// Notify is told of each wait for LinkedIn to know a fresh token before it
	// begins, with the context of the request. nil: nobody is.
	Notify func(ctx context.Context, until time.Time)
}

const (
	// freshFor is how long after issue LinkedIn may still not know a token:
	// logins needed 5 to 10 s.
	// github.com/decioferreira/omniauth-linkedin-oauth2/issues/17, 2026-11-24.
	freshFor = 30 * time.Second
)

// freshWaits are the waits for a fresh token: the last attempt is 10 s after
// the first, as no login was seen to need more, and each costs a call.
var freshWaits = [...]time.Duration{time.Second, 3 * time.Second, 6 * time.Second}

// Transport signs requests to one host with the tokens of source. A request to
// another scheme, host or port fails with [*HostError] and is not sent.
//
// On 401 it asks source for another token and repeats the request once, if its
// body can be had again. LinkedIn may refuse a fresh token for some seconds
// (65601): within 30 s of issue the request is repeated with the same token, 3
// times in 10 s, never past ctx's deadline. The reply that it cannot improve is
// returned as it came.
func Transport(base http.RoundTripper, source TokenSource, api *url.URL, opts *TransportOptions) http.RoundTripper {
	s := &signer{base: base, source: source, scheme: api.Scheme, host: api.Host}
	if opts != nil {
		s.opts = *opts
	}
	if s.opts.Now == nil {
		s.opts.Now = time.Now
	}
	return s
}

type signer struct {
	base         http.RoundTripper
	source       TokenSource
	scheme, host string
	opts         TransportOptions
}

func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != s.scheme || req.URL.Host != s.host {
		closeBody(req)
		return nil, &HostError{URL: req.URL.Scheme + "://" + req.URL.Host}
	}
	tok, err := s.source.Token(req.Context())
	if err != nil {
		closeBody(req)
		return nil, &TokenError{Err: err}
	}
	resp, err := s.base.RoundTrip(signed(req, tok))
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	resp, err = s.awaitFresh(req, tok, resp)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	return s.renewed(req, tok, resp)
}

// awaitFresh repeats a request whose token LinkedIn may not know yet. refused
// is the reply so far.
func (s *signer) awaitFresh(req *http.Request, tok *Token, refused *http.Response) (*http.Response, error) {
	for _, wait := range freshWaits {
		if refused.StatusCode != http.StatusUnauthorized || serviceErrorCode(refused) != revokedToken ||
			!replayable(req) || !s.fresh(tok) || !timeFor(req.Context(), wait) {
			return refused, nil
		}
		if s.opts.Notify != nil {
			s.opts.Notify(req.Context(), time.Now().Add(wait))
		}
		if err := pause(req.Context(), wait); err != nil {
			discard(refused)
			return nil, err
		}
		again, err := replay(req)
		if err != nil {
			return refused, nil
		}
		discard(refused)
		refused, err = s.base.RoundTrip(signed(again, tok))
		if err != nil {
			return nil, err
		}
	}
	return refused, nil
}

// renewed repeats a refused request once with another token. A fresh token
// that LinkedIn does not know yet is not given up: another one would be as
// fresh, and no better.
func (s *signer) renewed(req *http.Request, tok *Token, refused *http.Response) (*http.Response, error) {
	code := serviceErrorCode(refused)
	if code == emptyToken || code == revokedToken && s.fresh(tok) {
		return refused, nil
	}
	s.source.Invalidate(tok.AccessToken, code == revokedToken)
	if !replayable(req) {
		return refused, nil
	}
	next, err := s.source.Token(req.Context())
	if err != nil {
		discard(refused)
		return nil, &TokenError{Err: err}
	}
	again, err := replay(req)
	if err != nil || next.AccessToken == tok.AccessToken {
		return refused, nil
	}
	discard(refused)
	resp, err := s.base.RoundTrip(signed(again, next))
	if err != nil {
		return nil, err
	}
	return s.awaitFresh(req, next, resp)
}

func (s *signer) fresh(tok *Token) bool {
	return s.opts.Now().Before(tok.IssuedAt.Add(freshFor))
}

// TokenError says that the source gives no token for a request, which was not
// sent, or was refused with the token before.
type TokenError struct{ Err error } // as the source gave it

// Error is the source's.
func (e *TokenError) Error() string { return e.Err.Error() }

// Unwrap gives the source's error.
func (e *TokenError) Unwrap() error { return e.Err }

// Final tells who repeats requests not to repeat this one: the source itself
// knows when another try is worth it.
func (e *TokenError) Final() bool { return true }

// HostError says that a request was about to carry the token elsewhere.
type HostError struct {
	URL string // scheme and host it was meant for
}

// Error names the host.
func (e *HostError) Error() string { return fmt.Sprintf("%s is not the API's host", e.URL) }

// signed is a copy of req with the token, as a RoundTripper must not change
// what it is given.
func signed(req *http.Request, tok *Token) *http.Request {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+tok.AccessToken)
	return req
}

// replayable reports whether a request can be sent again.
func replayable(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

// replay is a copy of req with its body from the start.
func replay(req *http.Request) (*http.Request, error) {
	if req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Body = body
	return req, nil
}

// timeFor reports whether ctx leaves time for something after a wait.
func timeFor(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > wait
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// discard ends a reply so that its connection can be used again.
func discard(resp *http.Response) {
	io.CopyN(io.Discard, resp.Body, longestBody)
	resp.Body.Close()
}
