package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// Count adds to counters, all of them or none; one may be named twice. When it
// is refused, the counts are those that the adds met, so a counter of an
// earlier day stands at 0. What is given back for a day that is over is
// dropped: the new day's count knows nothing of it. A sum beyond 64 bits stays
// at the largest number.
func (s *Store) Count(ctx context.Context, req *plugin.CountRequest) (*plugin.CountResponse, error) {
	for _, add := range req.Adds {
		if err := checkKey("a counter's key", add.Key); err != nil {
			return nil, err
		}
		if _, err := time.Parse(time.DateOnly, add.Window); err != nil {
			return nil, misuse("a counter's window is %q, not a day as in 2026-11-24", add.Window)
		}
	}
	res := &plugin.CountResponse{Granted: true}
	if len(req.Adds) == 0 {
		return res, nil
	}
	err := s.db.write(ctx, relaxed, func(ctx context.Context, w queries) error {
		counts := make(map[string]plugin.Counter, len(req.Adds))
		for _, i := range byKey(req.Adds) {
			add := req.Adds[i]
			c, err := count(ctx, w, add)
			if err != nil {
				return err
			}
			if add.Limit != 0 && c.Used > add.Limit && (res.Granted || i < res.Refused) {
				res.Granted, res.Refused = false, i
			}
			counts[add.Key] = c
		}
		if !res.Granted {
			return errUndo
		}
		for _, add := range req.Adds {
			res.Counts = append(res.Counts, counts[add.Key])
		}
		return nil
	})
	if err == nil && !res.Granted {
		res.Counts, err = s.met(ctx, req.Adds)
	}
	if err != nil {
		return nil, s.db.fault(err)
	}
	return res, nil
}

// byKey returns the indexes of adds in the order of their keys, so that no two
// calls lock the same counters in different orders. Adds to one counter stay in
// the order they were given in.
func byKey(adds []plugin.CounterAdd) []int {
	order := make([]int, len(adds))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(adds[a].Key, adds[b].Key) })
	return order
}

// count adds to one counter and returns it as it then stands. It adds in one
// statement, so that two callers never read the same sum. No step of it leaves
// 64 bits, which PostgreSQL refuses.
func count(ctx context.Context, w queries, add plugin.CounterAdd) (plugin.Counter, error) {
	c := plugin.Counter{Key: add.Key}
	err := w.row(ctx, `INSERT INTO counters (key, day, used) VALUES ($1, $2, $3)
		ON CONFLICT (key) DO UPDATE SET
			day = CASE WHEN excluded.day > counters.day THEN excluded.day ELSE counters.day END,
			used = CASE
				WHEN excluded.day > counters.day THEN excluded.used
				WHEN excluded.day < counters.day AND CAST($4 AS BIGINT) < 0 THEN counters.used
				WHEN counters.used > 9223372036854775807 - excluded.used THEN 9223372036854775807
				WHEN counters.used + CAST($4 AS BIGINT) < 0 THEN 0
				ELSE counters.used + CAST($4 AS BIGINT) END
		RETURNING day, used`,
		[]any{add.Key, add.Window, max(add.N, 0), add.N}, &c.Window, &c.Used)
	return c, err
}

// met returns the counters as refused adds met them.
func (s *Store) met(ctx context.Context, adds []plugin.CounterAdd) ([]plugin.Counter, error) {
	counts := make([]plugin.Counter, len(adds))
	err := s.db.read(ctx, func(ctx context.Context, r queries) error {
		for i, add := range adds {
			c := plugin.Counter{Key: add.Key}
			err := r.row(ctx, "SELECT day, used FROM counters WHERE key = $1", []any{add.Key}, &c.Window, &c.Used)
			if err != nil && !absent(err) {
				return err
			}
			if add.Window > c.Window {
				c.Window, c.Used = add.Window, 0
			}
			counts[i] = c
		}
		return nil
	})
	return counts, err
}

// Counters lists counters in the order of their keys' bytes. An empty prefix
// lists all.
func (s *Store) Counters(ctx context.Context, req *plugin.CountersRequest) (*plugin.CountersResponse, error) {
	if err := checkPrefix("the prefix", req.Prefix); err != nil {
		return nil, err
	}
	res := &plugin.CountersResponse{}
	err := s.db.read(ctx, func(ctx context.Context, r queries) error {
		return r.rows(ctx, "SELECT key, day, used FROM counters WHERE key >= $1 AND key < $2 ORDER BY key",
			[]any{req.Prefix, prefixEnd(req.Prefix)}, func(rows *sql.Rows) error {
				var c plugin.Counter
				err := rows.Scan(&c.Key, &c.Window, &c.Used)
				res.Counters = append(res.Counters, c)
				return err
			})
	})
	if err != nil {
		return nil, s.db.fault(err)
	}
	return res, nil
}
