package oauth

import (
	"context"
	"errors"
	"time"
)

// SourceOptions says when a [Source] refreshes. The zero value is right for
// most.
type SourceOptions struct {
	// RefreshAt is the share of a token's life after which it is refreshed,
	// above 0 and below 1; 0: 0.9, which is day 54 of 60.
	RefreshAt float64
	// Jitter is the largest share of the life by which a refresh comes earlier,
	// so that many connections do not refresh at once; 0: 0.02, negative: none.
	Jitter float64
	// Timeout bounds one refresh with its saving; 0: 30 s.
	Timeout time.Duration
	// Cooldown is the least time between two tries after a failure that may
	// pass; 0: 30 s.
	Cooldown time.Duration
	// ClientCredentials renews with the application's own credentials instead
	// of a refresh token.
	ClientCredentials bool
	// Notify is told of a failed refresh that no caller sees, because the old
	// token still serves. nil: nobody is.
	Notify func(error)
}

// Source gives out one connection's access token and renews it. It is safe for
// concurrent use.
type Source struct{}

// NewSource returns a source over the token that store holds. It reads nothing
// before the first call of [Source.Token].
func NewSource(config *Config, store Store, opts *SourceOptions) *Source { return &Source{} }

// Token returns a token that is valid by its expiry and was not refused. One
// that is due is renewed first, once for all callers. While it is still valid
// a failure to renew it is not the caller's: the old token is returned.
//
// Errors are of type [*ReauthorizeError], [*Error] or [*StoreError], or ctx's.
func (s *Source) Token(ctx context.Context) (*Token, error) { return nil, errors.ErrUnsupported }

// Invalidate says that LinkedIn refused an access token: the next Token gives
// another one or fails. An access token that is no longer in use is ignored.
func (s *Source) Invalidate(accessToken string) {}

// Close waits for a renewal on its way, which ends within the timeout, and
// starts no further one.
func (s *Source) Close() {}
