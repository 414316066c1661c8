package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// batch is how many values are encrypted anew in one transaction.
const batch = 32

// Rotation tells what RotateKey did.
type Rotation struct {
	Values     int64 // encrypted anew
	Unreadable int64 // left as they were, because they did not open before either
	Resumed    bool  // a rotation that was interrupted before was finished, with the key made then
}

// RotateKey makes a new key and encrypts all values with it, while other
// processes read and write: they load the key again when they meet the new one.
// The audit trail hashes with a new key from then on, and keeps the old one.
// Until all is done, the old key opens values too; afterwards it opens nothing
// in this database any more. It stays in the key file or in the keyring,
// unused, for other databases with the same file and for backups made before.
//
// Where hosts have copies of the key file, one of them rotates and the file
// must then be copied to the others, whose calls are StoreUnavailable until it
// is there.
//
// It may be interrupted at any point, and called again to go on from there.
func (s *Store) RotateKey(ctx context.Context) (*Rotation, error) {
	res := &Rotation{}
	err := s.beginRotation(ctx, res)
	if err == nil {
		key := s.keys.get()
		if err = s.sealAnew(ctx, key, res); err == nil {
			err = s.endRotation(ctx, key)
		}
		s.db.shred(ctx)
	}
	if err != nil {
		return nil, s.db.fault(err)
	}
	return res, nil
}

// beginRotation makes a new key, unless a rotation is under way, and makes it
// the one that seals. The key is kept before the database names it, and from
// the moment that the database names it no process can seal with another.
//
// It begins again when another process has rotated or moved the key meanwhile.
func (s *Store) beginRotation(ctx context.Context, res *Rotation) error {
	for begun := false; !begun; {
		rec, err := s.keyRecord(ctx)
		if err != nil {
			return err
		}
		if rec.previous != 0 {
			res.Resumed = true
			break
		}
		if begun, err = s.nextKey(ctx, rec); err != nil {
			return err
		}
	}
	return s.refresh(ctx)
}

// nextKey makes a new key and has it follow the one of a record, unless the
// record has changed meanwhile. It also records where the new key is: there is
// no other place that has it.
func (s *Store) nextKey(ctx context.Context, rec *keyRecord) (begun bool, err error) {
	source, err := s.keys.find(rec)
	if err != nil {
		return false, err
	}
	id, err := source.extend(ctx)
	if err != nil {
		return false, err
	}
	handle, err := source.read(ctx, id, uint32(rec.id))
	if err != nil {
		return false, err
	}
	next, err := dataKeyOf(handle, id, uint32(rec.id))
	if err != nil {
		return false, err
	}
	sealed, err := sealProof(next)
	if err != nil {
		return false, err
	}
	place := source.place()
	err = s.db.write(ctx, durable, func(ctx context.Context, w queries) error {
		if _, err := w.exec(ctx, lockValues); err != nil {
			return err
		}
		changed, err := w.exec(ctx, `UPDATE store_key SET key_id = $1, previous = $2, proof = $3, source = $4, file = $5, made = $6
			WHERE key_id = $2 AND previous = 0 AND source = $7 AND file = $8`,
			int64(id), rec.id, sealed, place.Source, place.Name, time.Now().UnixMicro(), rec.place.Source, rec.place.Name)
		if err != nil {
			return err
		}
		if changed == 0 {
			return errUndo
		}
		begun = true
		if _, err := w.exec(ctx, "UPDATE revision SET key_id = $1", int64(id)); err != nil {
			return err
		}
		return rotateAuditKeys(ctx, w, next)
	})
	return begun && err == nil, err
}

// sealAnew encrypts what the key before has sealed, batch by batch. It stops
// when another process has done it and has already made the next key.
func (s *Store) sealAnew(ctx context.Context, key *dataKey, res *Rotation) error {
	for after, more := "", true; more; {
		err := s.db.write(ctx, durable, func(ctx context.Context, w queries) error {
			if err := lockFor(ctx, w, key); err != nil {
				return err
			}
			found, err := sealedBefore(ctx, w, key, after)
			if err != nil {
				return err
			}
			more = len(found) == batch
			for _, e := range found {
				after = e.key
				if err := e.sealAnew(ctx, w, key, res); err != nil {
					return err
				}
			}
			return nil
		})
		if errors.Is(err, errStaleKey) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// entry is a value as it is stored.
type entry struct {
	key   string
	value []byte
}

// sealAnew encrypts the value with a key. One that does not open stays.
func (e entry) sealAnew(ctx context.Context, w queries, key *dataKey, res *Rotation) error {
	plain, err := key.open(e.value, "entries", "value", e.key)
	if err != nil {
		res.Unreadable++
		return nil
	}
	sealed, err := key.seal(plain, "entries", "value", e.key)
	if err != nil {
		return err
	}
	_, err = w.exec(ctx, "UPDATE entries SET value = $1 WHERE key = $2", sealed, e.key)
	res.Values++
	return err
}

// sealedBefore returns a batch of what was not sealed with a key.
func sealedBefore(ctx context.Context, w queries, key *dataKey, after string) ([]entry, error) {
	var found []entry
	err := w.rows(ctx, "SELECT key, value FROM entries WHERE key > $1 AND substr(value, 1, 5) <> $2 ORDER BY key LIMIT $3",
		[]any{after, key.mark(), int64(batch)}, func(rows *sql.Rows) error {
			var e entry
			err := rows.Scan(&e.key, &e.value)
			found = append(found, e)
			return err
		})
	return found, err
}

// endRotation ends the use of the key before, unless the next rotation has
// already begun.
func (s *Store) endRotation(ctx context.Context, key *dataKey) error {
	err := s.db.write(ctx, durable, func(ctx context.Context, w queries) error {
		_, err := w.exec(ctx, "UPDATE store_key SET previous = 0 WHERE key_id = $1", int64(key.id))
		return err
	})
	if err != nil {
		return err
	}
	return s.refresh(ctx)
}

// refresh loads the key that the database names now.
func (s *Store) refresh(ctx context.Context) error {
	_, err := s.keys.reload(ctx, s.db, s.keys.get())
	return err
}

func (s *Store) keyRecord(ctx context.Context) (rec *keyRecord, err error) {
	err = s.db.read(ctx, func(ctx context.Context, r queries) error {
		rec, err = readKeyRecord(ctx, r)
		return err
	})
	return rec, err
}
