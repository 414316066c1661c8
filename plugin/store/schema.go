package store

import (
	"context"
	"fmt"

	"github.com/linkstep/linkstep/plugin"
)

// applicationID marks our databases among all SQLite files: "LSTP".
const applicationID = 0x4c535450

// migrations lead from each version of the schema to the next; a new one is
// appended, none is ever changed. An empty database is version 0.
//
// They are in SQLite's words, which postgresTypes translates. On PostgreSQL the
// version is in the table linkstep_version.
var migrations = [...]string{
	// 1: values. A key's revision is drawn from one sequence, so that it grows
	// even when the key was deleted in between. store_key has one row.
	`CREATE TABLE entries (key TEXT PRIMARY KEY, revision BIGINT NOT NULL, value BLOB NOT NULL);
	 CREATE TABLE revision (last BIGINT NOT NULL);
	 INSERT INTO revision VALUES (0);
	 CREATE TABLE store_key (source TEXT NOT NULL, file TEXT NOT NULL, key_id BIGINT NOT NULL, proof BLOB NOT NULL);`,
	// 2: counters. day is YYYY-MM-DD.
	`CREATE TABLE counters (key TEXT PRIMARY KEY, day TEXT NOT NULL, used BIGINT NOT NULL) WITHOUT ROWID;`,
	// 3: leases. expires is in microseconds since 1970.
	`CREATE TABLE leases (key TEXT PRIMARY KEY, holder TEXT NOT NULL, expires BIGINT NOT NULL) WITHOUT ROWID;`,
	// 4: rotation. previous is the key that is being replaced, 0 for none.
	// revision.key_id is the key that values must be sealed with, 0 before the
	// first rotation; it stands there because every write of a value locks it.
	`ALTER TABLE store_key ADD COLUMN previous BIGINT NOT NULL DEFAULT 0;
	 ALTER TABLE revision ADD COLUMN key_id BIGINT NOT NULL DEFAULT 0;`,
	// 5: the audit trail. Times are in microseconds since 1970; subjects are
	// hashes with a space between; retired is 0 for the key in use.
	`CREATE TABLE audit (id INTEGER PRIMARY KEY, at BIGINT NOT NULL, host TEXT NOT NULL, connection TEXT NOT NULL,
		action TEXT NOT NULL, subjects TEXT NOT NULL, purpose TEXT NOT NULL, outcome TEXT NOT NULL);
	 CREATE INDEX audit_at ON audit (at);
	 CREATE TABLE audit_keys (id BIGINT PRIMARY KEY, retired BIGINT NOT NULL, secret BLOB NOT NULL);`,
	// 6: when the key was made, in microseconds since 1970, 0 when nobody knows.
	`ALTER TABLE store_key ADD COLUMN made BIGINT NOT NULL DEFAULT 0;`,
}

// migrate brings the schema up to date. Of several processes that start at
// once, one does it and the others find it done.
func (d *sqliteDB) migrate(ctx context.Context) error {
	var at int
	err := d.read(ctx, func(ctx context.Context, r queries) (err error) {
		at, err = d.version(ctx, r)
		return err
	})
	if err != nil || at == len(migrations) {
		return err
	}
	return d.write(ctx, durable, func(ctx context.Context, w queries) error {
		at, err := d.version(ctx, w)
		if err != nil {
			return err
		}
		return advance(ctx, w, at)
	})
}

// version returns the version of the schema, or an error for a database that
// is not ours or of a program newer than this one.
func (d *sqliteDB) version(ctx context.Context, s queries) (int, error) {
	var id, at int
	if err := s.row(ctx, "PRAGMA application_id", nil, &id); err != nil {
		return 0, err
	}
	if err := s.row(ctx, "PRAGMA user_version", nil, &at); err != nil {
		return 0, err
	}
	if id != applicationID {
		return 0, &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost,
			Message: d.path + " is the database of another program",
			Hint:    "Move it away, or set LINKSTEP_HOME to another folder."}
	}
	return at, checkNewer(d.path, at, "set LINKSTEP_HOME to another folder")
}

// checkNewer refuses a database of a program newer than this one.
func checkNewer(name string, at int, wayOut string) error {
	if at <= len(migrations) {
		return nil
	}
	return &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost,
		Message: fmt.Sprintf("the database %s was written by a newer linkstep: its version is %d, this program knows %d", name, at, len(migrations)),
		Hint:    "Install the newer linkstep, or " + wayOut + "."}
}

// advance runs the migrations from a version on, inside a transaction.
func advance(ctx context.Context, w queries, from int) error {
	for _, m := range migrations[from:] {
		if err := w.script(ctx, m); err != nil {
			return err
		}
	}
	return w.script(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(migrations)))
}
