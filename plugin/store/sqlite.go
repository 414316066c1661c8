package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// readers is how many connections read at the same time.
const readers = 4

// inMemory stands for a path in messages.
const inMemory = "in memory"

// sqliteDB is a SQLite database with its connections. One call writes at a
// time; reads go on meanwhile and see what was last committed.
type sqliteDB struct {
	path string // inMemory for one without a file
	db   *sql.DB
	pool *statements // for reads; nil in memory, where there is one connection for all

	turn    chan struct{} // held by the call that writes; guards what follows
	durable *statements   // a commit is on disk when it returns
	relaxed *statements   // a commit survives the process, not at once the loss of power
	conns   []*sql.Conn   // theirs

	closed atomic.Bool // set while holding the turn
}

var _ database = (*sqliteDB)(nil)

// connect opens a database file that exists. What is wrong with it may show
// only when it is used.
func connect(ctx context.Context, path string) (*sqliteDB, error) {
	d := &sqliteDB{path: path, turn: make(chan struct{}, 1)}
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
	// What is deleted is overwritten, so that no token outlives its connection.
	if d.durable, err = d.writer(ctx, "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON"); err == nil {
		d.relaxed, err = d.writer(ctx, "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000")
	}
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// connectMemory opens an empty database that lives in memory.
func connectMemory(ctx context.Context) (*sqliteDB, error) {
	d := &sqliteDB{path: inMemory, turn: make(chan struct{}, 1)}
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
func (d *sqliteDB) writer(ctx context.Context, setup string) (*statements, error) {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	d.conns = append(d.conns, conn)
	w := newStatements(conn)
	return w, w.script(ctx, "PRAGMA query_only = 0; "+setup+"; PRAGMA busy_timeout = 0")
}

func (d *sqliteDB) name() string { return d.path }

// now is the machine's clock, which all processes on the file share.
func (d *sqliteDB) now(context.Context, queries) (time.Time, error) { return time.Now(), nil }

// close ends all connections, after the calls under way. The last process to
// close folds the WAL into the database.
func (d *sqliteDB) close() error {
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
