package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	patience     = 10 * time.Second      // how long a call waits for another process's write
	shortestWait = 50 * time.Microsecond // about one transaction on counters
	longestWait  = 5 * time.Millisecond  // about one wait for the disk

	shredPatience = 200 * time.Millisecond // for those who read, and who write in other processes
)

// read runs do beside whatever is being written.
func (d *sqliteDB) read(ctx context.Context, do func(context.Context, queries) error) error {
	if d.closed.Load() {
		return errClosed
	}
	if d.pool != nil {
		return do(ctx, d.pool)
	}
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.give()
	return do(ctx, d.durable)
}

// write runs do in one transaction. The context ends the wait for the lock;
// once that is taken, the rest is short and runs to its end.
func (d *sqliteDB) write(ctx context.Context, how durability, do func(context.Context, queries) error) error {
	w := d.durable
	if how == relaxed {
		w = d.relaxed
	}
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.give()
	if err := begin(ctx, w); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	err := do(ctx, w)
	if err == nil {
		if _, err = w.exec(ctx, "COMMIT"); err == nil {
			return nil
		}
	}
	// SQLite has already rolled back after some errors and then refuses to.
	w.exec(ctx, "ROLLBACK")
	if errors.Is(err, errUndo) {
		return nil
	}
	return err
}

// shred folds the WAL, which has the pages of before, into the database and
// empties it. In the database itself secure_delete has overwritten what was
// deleted. A process that is reading just now gets some time to end.
func (d *sqliteDB) shred(ctx context.Context) {
	ctx = context.WithoutCancel(ctx) // the caller's may have ended since
	patient, cancel := context.WithTimeout(ctx, shredPatience)
	defer cancel()
	if d.pool == nil || d.take(patient) != nil {
		return
	}
	defer d.give()
	for patient.Err() == nil {
		var busy, frames, moved int
		err := d.durable.row(ctx, "PRAGMA wal_checkpoint(TRUNCATE)", nil, &busy, &frames, &moved)
		if err == nil && busy == 0 {
			return
		}
		select {
		case <-time.After(longestWait):
		case <-patient.Done():
		}
	}
}

// take waits for this process's turn to write.
func (d *sqliteDB) take(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if d.closed.Load() {
		d.give()
		return errClosed
	}
	return nil
}

func (d *sqliteDB) give() { <-d.turn }

// begin takes the write lock among all processes. SQLite's own way of waiting
// backs off to 100 ms and starves the unlucky; this one asks again soon.
func begin(ctx context.Context, w *statements) error {
	for start, wait := time.Now(), shortestWait; ; wait = min(2*wait, longestWait) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := w.exec(context.WithoutCancel(ctx), "BEGIN IMMEDIATE"); !isBusy(err) {
			return err
		}
		if time.Since(start) > patience {
			return errBusy
		}
		timer := time.NewTimer(shortestWait + rand.N(wait))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}
