package store

import (
	"context"
	"errors"
	"sync"

	"github.com/tink-crypto/tink-go/v2/keyset"
)

// keySource is where keys are kept. It may hold more of them than one database
// needs; none is ever removed from it.
type keySource interface {
	// read returns a keyset with the keys of these ids, and maybe with others,
	// or an error that says how to get them back. 0 is no id.
	read(ctx context.Context, ids ...uint32) (*keyset.Handle, error)

	// extend adds a random key, which is kept when extend returns, and returns
	// its id. Two processes may do this at once.
	extend(ctx context.Context) (uint32, error)

	// keep adds the keys of a keyset.
	keep(ctx context.Context, handle *keyset.Handle) error

	place() KeyPlace
}

// finder returns the source of the keys of a database, by what that records.
type finder func(rec *keyRecord) (keySource, error)

// keys is what this process knows of the key of its database.
type keys struct {
	find finder

	mu      sync.Mutex // guards what follows
	current *dataKey
}

func (k *keys) get() *dataKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.current
}

// errStaleKey says that the key opens something no more, or may not seal any
// more. Most likely another process has rotated it meanwhile.
var errStaleKey = errors.New("the key is not the one in use")

// reload reads the key again because stale does not open something, or may not
// seal any more. It reports whether there is another one now.
func (k *keys) reload(ctx context.Context, db database, stale *dataKey) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.current != stale {
		return true, nil // someone else has just done it
	}
	fresh, err := unlock(ctx, db, k.find)
	if err != nil {
		return false, err
	}
	changed := fresh.id != stale.id || fresh.previous != stale.previous
	if changed {
		k.current = fresh
	}
	return changed, nil
}

// withKey runs do with the key, and again with the next one when do returns
// errStaleKey and another process has rotated the key meanwhile.
func (s *Store) withKey(ctx context.Context, do func(*dataKey) error) error {
	for {
		key := s.keys.get()
		err := do(key)
		if !errors.Is(err, errStaleKey) {
			return err
		}
		newer, reloadErr := s.keys.reload(ctx, s.db, key)
		if reloadErr != nil {
			return reloadErr
		}
		if !newer {
			return err
		}
	}
}

// lockFor takes the turn to write values, see lockValues, or returns
// errStaleKey for a key that may not seal any more.
func lockFor(ctx context.Context, w queries, key *dataKey) error {
	var id int64
	if err := w.row(ctx, lockValues+" RETURNING key_id", nil, &id); err != nil {
		return err
	}
	if id != 0 && id != int64(key.id) {
		return errStaleKey
	}
	return nil
}

// memoryKeys is the source of a store that keeps nothing.
type memoryKeys struct {
	mu     sync.Mutex // guards handle
	handle *keyset.Handle
}

func (m *memoryKeys) read(context.Context, ...uint32) (*keyset.Handle, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.handle, nil
}

func (m *memoryKeys) extend(context.Context) (uint32, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	more, id, err := addKey(m.handle)
	if err == nil {
		m.handle = more
	}
	return id, err
}

func (m *memoryKeys) keep(context.Context, *keyset.Handle) error { return nil }

func (m *memoryKeys) place() KeyPlace { return KeyPlace{Source: fromMemory} }
