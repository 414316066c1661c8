package oauth

import (
	"context"
	"errors"
)

// unsaved is a token that LinkedIn gave and the store did not take. It must
// not be used, nor lost: the refresh token before it may be dead by now.
type unsaved struct {
	token    *Token
	revision int64 // what it replaces
}

// renew finds or makes a token that need not be renewed. Each step may find
// that another process was faster.
func (s *Source) renew(ctx context.Context) (*Token, error) {
	tok, _, done, err := s.reload(ctx)
	if done || err != nil {
		return tok, err
	}
	if leaser, ok := s.store.(Leaser); ok {
		release, err := leaser.Lease(ctx, !s.serves(tok))
		if err != nil {
			return nil, &StoreError{Op: "lease", Err: err}
		}
		if release == nil {
			return tok, nil // another process renews it, or was killed at it
		}
		defer release()
	}
	// Again, as what was read before the lease may have been replaced.
	old, revision, done, err := s.reload(ctx)
	if done || err != nil {
		return old, err
	}
	if fresh := s.unsavedOver(revision); fresh != nil {
		return s.save(ctx, fresh, revision)
	}
	if cause := s.impossible(old); cause != nil {
		return s.end(ctx, old, revision, cause)
	}

	var fresh *Token
	if s.opts.ClientCredentials {
		fresh, err = s.config.ClientCredentials(ctx)
	} else {
		fresh, err = s.config.Refresh(ctx, old)
	}
	if err != nil {
		return s.refusal(ctx, old, revision, err)
	}
	return s.save(ctx, fresh, revision)
}

// reload reads the store and reports whether its token need not be renewed.
func (s *Source) reload(ctx context.Context) (tok *Token, revision int64, done bool, err error) {
	tok, revision, err = s.store.Load(ctx)
	if err != nil {
		return nil, 0, false, &StoreError{Op: "load", Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hold(tok)
	now := s.config.now()
	return tok, revision, s.usable(tok, now) && !s.wanted(tok, now), nil
}

// serves reports whether a token that is due can still sign requests.
func (s *Source) serves(tok *Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.usable(tok, s.config.now())
}

// impossible is the error for a token that cannot be renewed, else nil.
func (s *Source) impossible(tok *Token) *ReauthorizeError {
	s.mu.Lock()
	defer s.mu.Unlock()
	reason := s.hopeless(tok, s.config.now())
	if reason == "" {
		return nil
	}
	e := &ReauthorizeError{Reason: reason}
	if tok != nil {
		e.Expiry, e.At = tok.Expiry, tok.EndedAt
	}
	return e
}

// end puts into the store that LinkedIn has ended a login, in the place of its
// tokens, where the cause is LinkedIn's word and not a clock's. A token that
// another process has saved meanwhile stays, and is used.
func (s *Source) end(ctx context.Context, old *Token, revision int64, cause *ReauthorizeError) (*Token, error) {
	if cause.Reason != ReasonRevoked && cause.Reason != ReasonGrantDead {
		return nil, cause
	}
	if old.Ended == "" {
		over := &Token{Ended: cause.Reason, EndedAt: s.config.now()}
		_, err := s.store.Save(ctx, over, revision)
		if errors.Is(err, ErrConflict) {
			tok, _, done, loadErr := s.reload(ctx)
			if done || loadErr != nil {
				return tok, loadErr
			}
		}
		if err != nil {
			return nil, &StoreError{Op: "save", Err: err}
		}
		cause.At = over.EndedAt
		s.mu.Lock()
		s.hold(over)
		s.mu.Unlock()
	}
	if s.opts.Ended != nil {
		s.opts.Ended(ctx, cause)
	}
	return nil, cause
}

// refusal decides what a failed refresh means. A dead grant may only mean that
// another process has rotated it: then its token is in the store by now.
func (s *Source) refusal(ctx context.Context, old *Token, revision int64, err error) (*Token, error) {
	var refused *Error
	if s.opts.ClientCredentials || !errors.As(err, &refused) || !refused.DeadGrant() {
		return nil, err
	}
	tok, _, done, loadErr := s.reload(ctx)
	if done || loadErr != nil {
		return tok, loadErr
	}
	if tok != nil && tok.RefreshToken != old.RefreshToken {
		return nil, err // a grant that was not asked about: tried after the cooldown
	}
	cause := &ReauthorizeError{Reason: ReasonGrantDead, Expiry: old.Expiry, Err: refused}
	s.mu.Lock()
	s.dead = old.RefreshToken
	serves := s.usable(old, s.config.now())
	s.mu.Unlock()
	if serves { // to its end, which may be days away
		return nil, cause
	}
	return s.end(ctx, old, revision, cause)
}

// save stores a fresh token and holds it only then. Of two writers the first
// wins, and the other uses the winner's token.
func (s *Source) save(ctx context.Context, fresh *Token, revision int64) (*Token, error) {
	_, err := s.store.Save(ctx, fresh, revision)
	if errors.Is(err, ErrConflict) {
		s.keepUnsaved(nil)
		tok, _, done, loadErr := s.reload(ctx)
		if done || loadErr != nil {
			return tok, loadErr
		}
		return nil, &StoreError{Op: "save", Err: err}
	}
	if err != nil {
		s.keepUnsaved(&unsaved{token: fresh, revision: revision})
		return nil, &StoreError{Op: "save", Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsaved = nil
	s.hold(fresh)
	return fresh, nil
}

func (s *Source) keepUnsaved(u *unsaved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsaved = u
}

// unsavedOver returns the token that waits to replace a revision, if there is
// one. One that waits to replace another revision has lost to its writer.
func (s *Source) unsavedOver(revision int64) *Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unsaved == nil || s.unsaved.revision != revision {
		s.unsaved = nil
		return nil
	}
	return s.unsaved.token
}
