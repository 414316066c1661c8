package store

import (
	"context"
	"errors"
)

// Memory returns an empty store that lives in memory and ends with Close, for
// tests and for hosts that keep nothing. It behaves like one that Open returns.
func Memory() (*Store, error) {
	ctx := context.Background() // nothing here waits
	db, err := connectMemory(ctx)
	if err != nil {
		return nil, fileFault(inMemory, err)
	}
	s := &Store{db: db}
	if err = advance(ctx, db.durable, 0); err == nil {
		s.keys, err = ownKeys(ctx, db)
	}
	if err != nil {
		return nil, fileFault(inMemory, errors.Join(err, db.close()))
	}
	return s, nil
}

// ownKeys gives a new database a key that is kept nowhere.
func ownKeys(ctx context.Context, db *sqliteDB) (*keys, error) {
	handle, err := newKeyset()
	if err != nil {
		return nil, err
	}
	source := &memoryKeys{handle: handle}
	if err := record(ctx, db.durable, KeyPlace{Source: fromMemory}, handle); err != nil {
		return nil, err
	}
	return unlocked(ctx, db, func(*keyRecord) (keySource, error) { return source, nil })
}
