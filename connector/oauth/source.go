package oauth

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
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
	// pass; 0: 30 s. It does not keep a token that has ended from the store, once
	// that is back.
	Cooldown time.Duration
	// ClientCredentials renews with the application's own credentials instead
	// of a refresh token.
	ClientCredentials bool
	// Notify is told of a failed refresh that no caller sees, because the old
	// token still serves. nil: nobody is.
	Notify func(error)
	// Ended is told of a login that LinkedIn has ended for good, once that is in
	// the store, whichever process found it out. It may be told again of the
	// same. nil: nobody is.
	Ended func(context.Context, *ReauthorizeError)
}

// patience is how long a caller whose token is still valid waits for a better
// one.
const patience = 5 * time.Second

// ErrClosed is given by a closed [Source] whose token would have to be renewed.
var ErrClosed = errors.New("token source is closed")

// Source gives out one connection's access token and renews it. It is safe for
// concurrent use.
type Source struct {
	config *Config
	store  Store
	opts   SourceOptions

	renewals singleflight.Group // one renewal for all callers
	running  sync.WaitGroup     // the renewal on its way

	mu         sync.Mutex // guards the fields below
	closed     bool
	held       *Token    // as last loaded or saved; nil before that, and when the store has none
	due        time.Time // when held is to be renewed
	refused    string    // the access token that LinkedIn last refused
	revoked    bool      // LinkedIn called it revoked
	dead       string    // the refresh token that LinkedIn last refused
	unsaved    *unsaved  // what LinkedIn gave and the store did not take
	quietUntil time.Time // no try before, after a failure that may pass
	failure    error     // that failure
}

// NewSource returns a source over the token that store holds. It reads nothing
// before the first call of [Source.Token].
func NewSource(config *Config, store Store, opts *SourceOptions) *Source {
	s := &Source{config: config, store: store}
	if opts != nil {
		s.opts = *opts
	}
	if s.opts.RefreshAt == 0 {
		s.opts.RefreshAt = 0.9
	}
	if s.opts.Jitter == 0 {
		s.opts.Jitter = 0.02
	}
	if s.opts.Timeout == 0 {
		s.opts.Timeout = 30 * time.Second
	}
	if s.opts.Cooldown == 0 {
		s.opts.Cooldown = 30 * time.Second
	}
	return s
}

// Token returns a token that is valid by its expiry and was not refused. One
// that is due is renewed first, once for all callers. While it is still valid
// a failure to renew it is not the caller's: the old token is returned.
//
// Errors are of type [*ReauthorizeError], [*Error] or [*StoreError], or
// [ErrClosed], or ctx's.
func (s *Source) Token(ctx context.Context) (*Token, error) {
	if tok, settled, err := s.current(); settled {
		return tok, err
	}
	renewal := s.renewals.DoChan("", func() (any, error) { return s.renewDetached(ctx) })
	enough := time.NewTimer(patience)
	defer enough.Stop()
	for {
		select {
		case r := <-renewal:
			if r.Err != nil {
				return nil, r.Err
			}
			tok := r.Val.(*Token)
			if s.isRefused(tok) { // while it was on its way to us
				return s.Token(ctx)
			}
			return tok, nil
		case <-enough.C:
			if tok, _, _ := s.current(); tok != nil {
				return tok, nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Invalidate says that LinkedIn refused an access token, and whether it called
// it revoked: the next Token gives another one or fails. An access token that
// is no longer in use is ignored.
func (s *Source) Invalidate(accessToken string, revoked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil && s.held.AccessToken == accessToken {
		s.refused, s.revoked = accessToken, revoked
	}
}

func (s *Source) isRefused(tok *Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return tok.AccessToken == s.refused
}

// Close waits for a renewal on its way, which ends within the timeout, and
// starts no further one.
func (s *Source) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.running.Wait()
}

// current returns the held token if it is usable, and whether that, or the
// error, is the answer: then there is nothing to renew now.
func (s *Source) current() (tok *Token, settled bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.now()
	quiet := now.Before(s.quietUntil)
	if s.usable(s.held, now) {
		return s.held, quiet || s.closed || !s.wanted(s.held, now), nil
	}
	var ours *StoreError
	if quiet && !errors.As(s.failure, &ours) { // the cooldown spares LinkedIn, the store is ours to ask
		return nil, true, s.failure
	}
	return nil, false, nil
}

// hold makes tok the token that is given out. Called with mu held.
func (s *Source) hold(tok *Token) {
	if tok != nil && (s.held == nil || s.held.AccessToken != tok.AccessToken) {
		early := s.opts.RefreshAt - max(s.opts.Jitter, 0)*rand.Float64()
		life := lifeOf(tok)
		s.due = tok.Expiry.Add(-life).Add(time.Duration(early * float64(life)))
	}
	s.held = tok
}

// renewDetached renews without the caller's end: others wait for it too, and
// what LinkedIn rotated must be saved.
func (s *Source) renewDetached(ctx context.Context) (*Token, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, ErrClosed
	}
	s.running.Add(1) // under mu, so that Close cannot miss it
	s.mu.Unlock()
	defer s.running.Done()

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opts.Timeout)
	defer cancel()
	tok, err := s.renew(ctx)
	if err == nil {
		return tok, nil
	}
	return s.settle(err)
}

// settle decides what a failed renewal means to the callers.
func (s *Source) settle(err error) (*Token, error) {
	s.mu.Lock()
	now := s.config.now()
	var reauthorize *ReauthorizeError
	if !errors.As(err, &reauthorize) {
		s.failure, s.quietUntil = err, now.Add(s.opts.Cooldown)
		var refusal *Error
		if errors.As(err, &refusal) {
			if refusal.RetryAt.After(s.quietUntil) {
				s.quietUntil = refusal.RetryAt
			}
			if refusal.Temporary() {
				told := *refusal
				told.RetryAt = s.quietUntil
				err, s.failure = &told, &told
			}
		}
	}
	old, usable := s.held, s.usable(s.held, now)
	s.mu.Unlock()
	if !usable {
		return nil, err
	}
	if s.opts.Notify != nil {
		s.opts.Notify(err)
	}
	return old, nil
}
