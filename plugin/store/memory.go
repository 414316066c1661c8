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
		s.key, err = newDataKey()
	}
	if err != nil {
		return nil, fileFault(inMemory, errors.Join(err, db.close()))
	}
	return s, nil
}
