package store

import (
	"context"
	"database/sql"
	"time"
)

// counterLife is how long after its day a counter is kept, in days. A month
// also leaves the limits that a connector learns, which are counters too.
const counterLife = 30

// forgetCounters deletes counters whose day is long over, 1,000 at a time: the
// key of one may tell a member, as a hash. Long over is what is a month before
// today, and before the newest day of all counters: the days of a sandbox are
// those of its own clock, and this machine's clock may be wrong. What is younger
// keeps its day, which never goes backwards.
func (s *Store) forgetCounters(ctx context.Context) error {
	var newest, last string
	var old []string
	err := s.db.read(ctx, func(ctx context.Context, r queries) error {
		if err := r.row(ctx, "SELECT coalesce(max(day), '') FROM counters", nil, &newest); err != nil {
			return err
		}
		day, err := time.Parse(time.DateOnly, min(newest, time.Now().UTC().Format(time.DateOnly)))
		if err != nil {
			return nil // there is no counter
		}
		last = day.AddDate(0, 0, -counterLife).Format(time.DateOnly)
		return r.rows(ctx, "SELECT key FROM counters WHERE day < $1 ORDER BY key LIMIT $2", []any{last, int64(listLimit)}, func(rows *sql.Rows) error {
			var key string
			err := rows.Scan(&key)
			old = append(old, key)
			return err
		})
	})
	if err != nil || len(old) == 0 {
		return err
	}
	err = s.db.write(ctx, relaxed, func(ctx context.Context, w queries) error {
		for _, key := range old { // one by one, to lock them in the order that Count does
			if _, err := w.exec(ctx, "DELETE FROM counters WHERE key = $1 AND day < $2", key, last); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.db.shred(ctx)
	}
	return err
}
