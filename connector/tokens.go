package connector

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// tokenStore keeps one connection's token in the state.
type tokenStore struct {
	state *state
	key   string
}

var (
	_ oauth.Store  = (*tokenStore)(nil)
	_ oauth.Leaser = (*tokenStore)(nil)
)

// Load implements [oauth.Store].
func (s *tokenStore) Load(ctx context.Context) (*oauth.Token, int64, error) {
	value, revision, err := s.state.get(ctx, s.key)
	if err != nil || revision == 0 {
		return nil, 0, err
	}
	tok, err := oauth.DecodeToken(value)
	if err != nil {
		return nil, 0, err
	}
	return tok, revision, nil
}

// Save implements [oauth.Store].
func (s *tokenStore) Save(ctx context.Context, tok *oauth.Token, revision int64) (int64, error) {
	value, err := tok.Encode()
	if err != nil {
		return 0, err
	}
	swapped, now, err := s.state.swap(ctx, s.key, value, revision)
	if err != nil {
		return 0, err
	}
	if !swapped {
		return 0, oauth.ErrConflict
	}
	return now, nil
}

// replace writes a token over whatever there is: a person has logged in.
func (s *tokenStore) replace(ctx context.Context, tok *oauth.Token) error {
	value, err := tok.Encode()
	if err != nil {
		return err
	}
	return s.state.put(ctx, s.key, value)
}

const (
	// leaseTTL outlasts a refresh, which gives up after 30 s, and its saving.
	leaseTTL = 45 * time.Second
	// leasePause is how long a process waits before it asks for a lease again.
	leasePause = 50 * time.Millisecond
)

// Lease implements [oauth.Leaser]. Without a store there is no other process
// to keep away.
func (s *tokenStore) Lease(ctx context.Context) (func(), error) {
	store := s.state.store
	if store == nil {
		return func() {}, nil
	}
	req := &plugin.LeaseRequest{Key: s.key, Holder: rand.Text(), TTL: leaseTTL}
	for {
		lease, err := store.Lease(ctx, req)
		if err != nil {
			return nil, err
		}
		if lease.Held {
			return func() { s.release(ctx, req.Holder) }, nil
		}
		timer := time.NewTimer(leasePause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		}
	}
}

// release gives a lease back. One that cannot be given back runs out.
func (s *tokenStore) release(ctx context.Context, holder string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_, _ = s.state.store.Lease(ctx, &plugin.LeaseRequest{Key: s.key, Holder: holder})
}
