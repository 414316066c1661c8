package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// auditKey turns members into hashes. Each is sealed in the database. The one
// that was made last hashes; those before it serve to find the rows of their
// time, as long as there can be any.
type auditKey struct {
	id     int64
	secret []byte
}

// newAuditKey returns a random key, 256 bits as the hash has.
func newAuditKey(id int64) auditKey {
	k := auditKey{id: id, secret: make([]byte, sha256.Size)}
	rand.Read(k.secret) // it never fails
	return k
}

// hash returns the first 128 bits of the keyed hash of a member, in hex.
func (k auditKey) hash(subject string) string {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write([]byte(subject))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// keep writes a key down.
func (k auditKey) keep(ctx context.Context, w queries, key *dataKey) error {
	sealed, err := key.seal(k.secret, "audit_keys", "secret", strconv.FormatInt(k.id, 10))
	if err != nil {
		return err
	}
	_, err = w.exec(ctx, "INSERT INTO audit_keys (id, retired, secret) VALUES ($1, 0, $2) ON CONFLICT (id) DO UPDATE SET secret = excluded.secret", k.id, sealed)
	return err
}

// readAuditKeys returns all keys, the last one first.
func readAuditKeys(ctx context.Context, q queries, key *dataKey) ([]auditKey, error) {
	var all []auditKey
	err := q.rows(ctx, "SELECT id, secret FROM audit_keys ORDER BY id DESC", nil, func(rows *sql.Rows) error {
		var k auditKey
		var sealed []byte
		err := rows.Scan(&k.id, &sealed)
		if err != nil {
			return err
		}
		if k.secret, err = key.open(sealed, "audit_keys", "secret", strconv.FormatInt(k.id, 10)); err != nil {
			return fmt.Errorf("%w: %w", errStaleKey, err)
		}
		all = append(all, k)
		return nil
	})
	return all, err
}

// auditKeys returns all keys, the last one first. It makes the first one.
func (s *Store) auditKeys(ctx context.Context) (all []auditKey, err error) {
	err = s.withKey(ctx, func(key *dataKey) error {
		err := s.db.read(ctx, func(ctx context.Context, r queries) (err error) {
			all, err = readAuditKeys(ctx, r, key)
			return err
		})
		if err != nil || len(all) > 0 {
			return err
		}
		return s.db.write(ctx, durable, func(ctx context.Context, w queries) (err error) {
			if err = lockFor(ctx, w, key); err != nil {
				return err
			}
			if all, err = readAuditKeys(ctx, w, key); err != nil || len(all) > 0 {
				return err
			}
			all = []auditKey{newAuditKey(1)}
			return all[0].keep(ctx, w, key)
		})
	})
	return all, err
}

// rotateAuditKeys makes the next key, if there is any yet, and seals all anew,
// in the transaction that makes next the key of the database.
func rotateAuditKeys(ctx context.Context, w queries, next *dataKey) error {
	all, err := readAuditKeys(ctx, w, next)
	if err != nil || len(all) == 0 {
		return err
	}
	if _, err := w.exec(ctx, "UPDATE audit_keys SET retired = $1 WHERE retired = 0", time.Now().UnixMicro()); err != nil {
		return err
	}
	for _, k := range append(all, newAuditKey(all[0].id+1)) {
		if err := k.keep(ctx, w, next); err != nil {
			return err
		}
	}
	return nil
}
