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
	state  *state
	key    string
	holder string        // of the lease: the same each time, so that one which a failure of the store left behind is no obstacle
	turn   chan struct{} // holds one while somebody in this process has the lease or waits for it
}

func newTokenStore(s *state, key string) *tokenStore {
	return &tokenStore{state: s, key: key, holder: rand.Text(), turn: make(chan struct{}, 1)}
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

// login returns the token of a login, or why there is none.
func (s *tokenStore) login(ctx context.Context) (*oauth.Token, *oauth.ReauthorizeError, error) {
	tok, _, err := s.Load(ctx)
	switch {
	case err != nil:
		return nil, nil, &oauth.StoreError{Op: "load", Err: err}
	case tok == nil:
		return nil, &oauth.ReauthorizeError{Reason: oauth.ReasonNoToken}, nil
	case tok.Ended != "":
		return nil, &oauth.ReauthorizeError{Reason: tok.Ended, At: tok.EndedAt}, nil
	}
	return tok, nil, nil
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
	// leaseTTL is how long a killed process keeps the others waiting.
	leaseTTL = 5 * time.Second
	// leaseBeat is how often a process that lives extends its lease.
	leaseBeat = time.Second
	// leasePause is how long a process waits before it asks for a lease again.
	leasePause = 50 * time.Millisecond
	// leaseCall is how long extending it or giving it back may take.
	leaseCall = 2 * time.Second
)

// Lease implements [oauth.Leaser]. Without a store there is no other process
// to keep away.
func (s *tokenStore) Lease(ctx context.Context, wait bool) (func(), error) {
	if s.state.store == nil {
		return func() {}, nil
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	held, err := s.take(ctx, wait)
	if !held {
		<-s.turn
		return nil, err
	}
	return s.hold(ctx), nil
}

// take asks for the lease, with wait until it is there or ctx ends.
func (s *tokenStore) take(ctx context.Context, wait bool) (held bool, err error) {
	for {
		lease, err := s.state.store.Lease(ctx, s.request(leaseTTL))
		if err != nil {
			return false, err
		}
		if lease.Held || !wait {
			return lease.Held, nil
		}
		timer := time.NewTimer(leasePause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false, ctx.Err()
		}
	}
}

func (s *tokenStore) request(ttl time.Duration) *plugin.LeaseRequest {
	return &plugin.LeaseRequest{Key: s.key, Holder: s.holder, TTL: ttl}
}

// hold extends a lease until it is given back. One that cannot be extended runs
// out; then the token's revision decides between two that refresh.
func (s *tokenStore) hold(ctx context.Context) (release func()) {
	ctx = context.WithoutCancel(ctx)
	ask := func(ttl time.Duration) {
		ctx, cancel := context.WithTimeout(ctx, leaseCall)
		defer cancel()
		_, _ = s.state.store.Lease(ctx, s.request(ttl))
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		beat := time.NewTicker(leaseBeat)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				ask(leaseTTL)
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended // an extension that came after the end would take the lease anew
		ask(0)
		<-s.turn
	}
}
