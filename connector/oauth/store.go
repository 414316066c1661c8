package oauth

import (
	"context"
	"errors"
	"sync"
)

// ErrConflict says that another writer was first. A [Store] wraps or returns it.
var ErrConflict = errors.New("token was changed by another writer")

// Store keeps one connection's token. All methods may be called concurrently.
type Store interface {
	// Load returns the token and its revision; a nil token and revision 0 when
	// there is none.
	Load(ctx context.Context) (tok *Token, revision int64, err error)
	// Save writes the token if its revision is still the one given, and returns
	// the new revision; else the error is [ErrConflict]. The token is durable
	// when Save returns.
	Save(ctx context.Context, tok *Token, revision int64) (int64, error)
}

// Leaser is a [Store] that several processes share. A source holds the lease
// while it refreshes, so that only one of them asks LinkedIn.
type Leaser interface {
	// Lease waits until this process alone may refresh. Without wait it returns
	// nil at once if another process may. The release function does not fail: a
	// lease that is not given back, because its process was killed, runs out.
	Lease(ctx context.Context, wait bool) (release func(), err error)
}

// StoreError is a failure of the [Store], not of LinkedIn.
type StoreError struct {
	Op  string // "load", "save", "lease"
	Err error
}

// Error gives the operation and its cause.
func (e *StoreError) Error() string { return e.Op + " token: " + e.Err.Error() }

// Unwrap gives the cause.
func (e *StoreError) Unwrap() error { return e.Err }

// MemoryStore is a [Store] that dies with the process. The zero value is
// empty and ready to use.
type MemoryStore struct {
	mu       sync.Mutex // guards the fields below
	token    *Token
	revision int64
}

var _ Store = (*MemoryStore)(nil)

// NewMemoryStore returns a store that holds a token.
func NewMemoryStore(tok *Token) *MemoryStore { return &MemoryStore{token: tok, revision: 1} }

// Load implements [Store].
func (s *MemoryStore) Load(context.Context) (*Token, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token, s.revision, nil
}

// Save implements [Store].
func (s *MemoryStore) Save(_ context.Context, tok *Token, revision int64) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if revision != s.revision {
		return 0, ErrConflict
	}
	s.token = tok
	s.revision++
	return s.revision, nil
}
