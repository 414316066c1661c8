package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/linkstep/linkstep/plugin"
)

// maxValue is the largest value, in bytes before encryption.
const maxValue = 1 << 20

// listLimit is how many keys List returns at most when it is not told.
const listLimit = 1000

// Get returns a value. One that does not open with the store's key, because
// it was changed or moved, is StoreUnavailable.
func (s *Store) Get(ctx context.Context, req *plugin.GetRequest) (*plugin.GetResponse, error) {
	if err := checkKey("the key", req.Key); err != nil {
		return nil, err
	}
	var res *plugin.GetResponse
	err := s.withKey(ctx, func(key *dataKey) (err error) {
		res, err = s.getWith(ctx, key, req)
		return err
	})
	if errors.Is(err, errStaleKey) {
		err = &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Detail: err.Error(), Err: err,
			Message: fmt.Sprintf("the value of %s in %s does not open: it was changed or moved", req.Key, s.db.name()),
			Hint:    "Restore the database from a backup, or connect the account again."}
	}
	if err != nil {
		return nil, s.db.fault(err)
	}
	return res, nil
}

// getWith is Get with a key, or errStaleKey when that does not open the value.
func (s *Store) getWith(ctx context.Context, key *dataKey, req *plugin.GetRequest) (*plugin.GetResponse, error) {
	var sealed []byte
	res := &plugin.GetResponse{}
	err := s.db.read(ctx, func(ctx context.Context, r queries) error {
		return r.row(ctx, "SELECT revision, value FROM entries WHERE key = $1", []any{req.Key}, &res.Revision, &sealed)
	})
	if absent(err) {
		return res, nil
	}
	if err != nil {
		return nil, err
	}
	if res.Value, err = key.open(sealed, "entries", "value", req.Key); err != nil {
		return nil, fmt.Errorf("%w: %w", errStaleKey, err)
	}
	return res, nil
}

// Swap writes a value if nobody else has written since the revision given. A
// value over 1 MiB is TooLarge.
func (s *Store) Swap(ctx context.Context, req *plugin.SwapRequest) (*plugin.SwapResponse, error) {
	if err := checkKey("the key", req.Key); err != nil {
		return nil, err
	}
	if len(req.Value) > maxValue {
		return nil, &plugin.Error{Kind: plugin.TooLarge, Source: plugin.SourceConnector,
			Message: fmt.Sprintf("the value of %s is %d bytes, the store takes at most 1 MiB", req.Key, len(req.Value)),
			Hint:    "Keep less, or keep it in several values."}
	}
	var res *plugin.SwapResponse
	err := s.withKey(ctx, func(key *dataKey) (err error) {
		res, err = s.swapWith(ctx, key, req)
		return err
	})
	if err != nil {
		return nil, s.db.fault(err)
	}
	return res, nil
}

// swapWith is Swap with a key, or errStaleKey.
func (s *Store) swapWith(ctx context.Context, key *dataKey, req *plugin.SwapRequest) (*plugin.SwapResponse, error) {
	sealed, err := key.seal(req.Value, "entries", "value", req.Key)
	if err != nil {
		return nil, err
	}
	res := &plugin.SwapResponse{}
	err = s.db.write(ctx, durable, func(ctx context.Context, w queries) (err error) {
		*res, err = swap(ctx, w, req, key, sealed)
		if err == nil && !res.Swapped {
			return errUndo
		}
		return err
	})
	return res, err
}

// lockValues makes those who write values take turns. Whoever may change
// several rows begins with it, so that no two wait for each other.
const lockValues = "UPDATE revision SET last = last"

// swap is Swap inside a transaction. It draws a revision even when it then
// finds that it is late: the caller undoes that.
func swap(ctx context.Context, w queries, req *plugin.SwapRequest, key *dataKey, sealed []byte) (plugin.SwapResponse, error) {
	var next, keyID, standing int64
	if err := w.row(ctx, "UPDATE revision SET last = last + 1 RETURNING last, key_id", nil, &next, &keyID); err != nil {
		return plugin.SwapResponse{}, err
	}
	if keyID != 0 && keyID != int64(key.id) {
		return plugin.SwapResponse{}, errStaleKey
	}
	query, args := "UPDATE entries SET revision = $1, value = $2 WHERE key = $3 AND revision = $4", []any{next, sealed, req.Key, req.Revision}
	if req.Revision == 0 {
		query, args = "INSERT INTO entries (revision, value, key) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING", args[:3]
	}
	changed, err := w.exec(ctx, query, args...)
	if err != nil {
		return plugin.SwapResponse{}, err
	}
	if changed == 1 {
		return plugin.SwapResponse{Swapped: true, Revision: next}, nil
	}
	err = w.row(ctx, "SELECT revision FROM entries WHERE key = $1", []any{req.Key}, &standing)
	if absent(err) {
		err = nil
	}
	return plugin.SwapResponse{Revision: standing}, err
}

// Delete removes a key, or all keys with a prefix; counters and leases of the
// same name stay. It is on disk when Delete returns, and what was deleted is in
// no file of a SQLite database any more, also in its encrypted form, unless
// another process was reading all the while.
func (s *Store) Delete(ctx context.Context, req *plugin.DeleteRequest) (*plugin.DeleteResponse, error) {
	query, args := "DELETE FROM entries WHERE key = $1", []any{req.Key}
	var err error
	switch {
	case (req.Key == "") == (req.Prefix == ""):
		err = misuse("exactly one of a key and a prefix is to be deleted")
	case req.Key != "":
		err = checkKey("the key", req.Key)
	default:
		query, args = "DELETE FROM entries WHERE key >= $1 AND key < $2", []any{req.Prefix, prefixEnd(req.Prefix)}
		err = checkPrefix("the prefix", req.Prefix)
	}
	if err != nil {
		return nil, err
	}
	res := &plugin.DeleteResponse{}
	err = s.db.write(ctx, durable, func(ctx context.Context, w queries) (err error) {
		if _, err := w.exec(ctx, lockValues); err != nil {
			return err
		}
		res.Deleted, err = w.exec(ctx, query, args...)
		return err
	})
	if err != nil {
		return nil, s.db.fault(err)
	}
	if res.Deleted > 0 {
		s.db.shred(ctx)
	}
	return res, nil
}

// List returns keys of values, in the order of their bytes. An empty prefix
// lists all.
func (s *Store) List(ctx context.Context, req *plugin.ListRequest) (*plugin.ListResponse, error) {
	if err := checkPrefix("the prefix", req.Prefix); err != nil {
		return nil, err
	}
	if err := checkPrefix("after", req.After); err != nil {
		return nil, err
	}
	limit := req.Limit
	if limit < 0 {
		return nil, misuse("at most %d keys are to be listed", limit)
	}
	if limit == 0 {
		limit = listLimit
	}
	// One more than asked for, because After itself may be among them.
	res := &plugin.ListResponse{}
	err := s.db.read(ctx, func(ctx context.Context, r queries) error {
		return r.rows(ctx, "SELECT key FROM entries WHERE key >= $1 AND key < $2 ORDER BY key LIMIT $3",
			[]any{max(req.Prefix, req.After), prefixEnd(req.Prefix), int64(min(limit, math.MaxInt32)) + 1}, func(rows *sql.Rows) error {
				var key string
				err := rows.Scan(&key)
				if key > req.After && len(res.Keys) < limit {
					res.Keys = append(res.Keys, key)
				}
				return err
			})
	})
	if err != nil {
		return nil, s.db.fault(err)
	}
	return res, nil
}
