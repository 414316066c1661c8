package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"net/url"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

const (
	readers      = 4                     // connections that read at the same time
	patience     = 10 * time.Second      // how long a call waits for another process's write
	shortestWait = 50 * time.Microsecond // about one transaction on counters
	longestWait  = 5 * time.Millisecond  // a sync of the disk
)

// inMemory stands for a path in messages.
const inMemory = "in memory"

// database is a SQLite database with its connections. One call writes at a
// time; reads go on meanwhile and see what was last committed.
type database struct {
	path string // as in messages
	db   *sql.DB
	pool *statements // for reads; nil in memory, where there is one connection for all

	turn    chan struct{} // held by the call that writes; guards what follows
	durable *statements   // a commit is on disk when it returns
	relaxed *statements   // a commit survives the process, not at once the loss of power
	conns   []*sql.Conn   // theirs

	closed atomic.Bool // set while holding the turn
}

// connect opens a database file that exists. It reads nothing yet, except
// that it is one.
func connect(ctx context.Context, path string) (*database, error) {
	d := &database{path: path, turn: make(chan struct{}, 1)}
	// query_only guards against a write outside of write. defensive and
	// trusted_schema keep a doctored file from running functions. A checkpoint
	// every 16,000 pages, 16 MiB, and a cache of 8 MB keep 100,000 counters
	// nearly as fast as ten.
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: "mode=rw&_defensive=1&_dqs=0&_error_rc=1" +
		"&_busy_timeout=10000&_query_only=1&_pragma=trusted_schema(0)&_pragma=wal_autocheckpoint(16000)"}
	var err error
	if d.db, err = sql.Open("sqlite", dsn.String()); err != nil {
		return nil, err
	}
	d.db.SetMaxOpenConns(readers + 2)
	d.db.SetMaxIdleConns(readers)
	d.pool = newStatements(d.db)
	if d.durable, err = d.writer(ctx, "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON"); err == nil {
		d.relaxed, err = d.writer(ctx, "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000")
	}
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// connectMemory opens an empty database that lives in memory.
func connectMemory(ctx context.Context) (*database, error) {
	d := &database{path: inMemory, turn: make(chan struct{}, 1)}
	var err error
	if d.db, err = sql.Open("sqlite", ":memory:"); err != nil {
		return nil, err
	}
	if d.durable, err = d.writer(ctx, "SELECT 1"); err != nil {
		return nil, errors.Join(err, d.close())
	}
	d.relaxed = d.durable
	return d, nil
}

// writer takes a connection out of the pool for good. It fails at once where
// another process holds the lock: write waits in its own way.
func (d *database) writer(ctx context.Context, setup string) (*statements, error) {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	d.conns = append(d.conns, conn)
	w := newStatements(conn)
	return w, w.script(ctx, "PRAGMA query_only = 0; "+setup+"; PRAGMA busy_timeout = 0")
}

// read runs do, which reads.
func (d *database) read(ctx context.Context, do func(*statements) error) error {
	if d.closed.Load() {
		return errClosed
	}
	if d.pool != nil {
		return do(d.pool)
	}
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.give()
	return do(d.durable)
}

// errUndo is returned by a function that write runs, to end without an error
// and without a trace.
var errUndo = errors.New("undo")

// write runs do in one transaction on w, which is d.durable or d.relaxed: all
// of it happens, or nothing when do returns an error. The context ends the
// wait for the lock; once that is taken, the rest is short and runs to its end,
// so that an error from the context means that nothing was written.
func (d *database) write(ctx context.Context, w *statements, do func(context.Context, *statements) error) error {
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

// take waits for this process's turn to write.
func (d *database) take(ctx context.Context) error {
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

func (d *database) give() { <-d.turn }

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

// close ends all connections, after the calls under way. The last process to
// close folds the WAL into the database.
func (d *database) close() error {
	d.turn <- struct{}{}
	defer d.give()
	if d.closed.Swap(true) {
		return nil
	}
	var errs []error
	for _, s := range []*statements{d.pool, d.durable, d.relaxed} {
		if s != nil {
			errs = append(errs, s.close())
		}
	}
	for _, conn := range d.conns {
		errs = append(errs, conn.Close())
	}
	return errors.Join(append(errs, d.db.Close())...)
}
