package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// postgresTypes turns a migration into PostgreSQL's words. Names are compared
// by their bytes, as SQLite does it.
var postgresTypes = strings.NewReplacer(
	" TEXT", ` TEXT COLLATE "C"`,
	" BLOB", " BYTEA",
	" WITHOUT ROWID", "",
	"INTEGER PRIMARY KEY", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
)

// openPostgres opens the store at a URL and makes it where there is none.
func openPostgres(ctx context.Context, url, keyFile string) (*Store, error) {
	db, err := connectPostgres(url)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db}
	if err = db.migrate(ctx, keyFile); err == nil {
		if s.keys, err = unlocked(ctx, db, keyFinder(keyFile, db.name())); err != nil {
			err = atOtherHosts(err)
		}
	}
	if err != nil {
		err = db.fault(err)
		db.close()
		return nil, err
	}
	return s, nil
}

// atOtherHosts gives the error of a key file that is missing or wrong the way
// out of hosts that share a database.
func atOtherHosts(err error) error {
	if e, ok := errors.AsType[*plugin.Error](err); ok {
		e.Hint = "Copy the key file from a host that uses this database, or set LINKSTEP_KEY_FILE to where it is. If no host has it, drop the schema and connect the accounts again."
	}
	return err
}

// migrate makes the tables, together with the key of a new database, or brings
// them up to date. Of several hosts that start at once, one does it and the
// others wait and find it done.
func (d *postgresDB) migrate(ctx context.Context, keyFile string) error {
	var at int
	err := d.read(ctx, func(ctx context.Context, r queries) (err error) {
		at, err = d.version(ctx, r)
		return err
	})
	if err != nil || at == len(migrations) {
		return err
	}
	return d.write(ctx, durable, func(ctx context.Context, w queries) error {
		if err := w.script(ctx, fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", applicationID)); err != nil {
			return err
		}
		at, err := d.version(ctx, w)
		if err != nil {
			return err
		}
		if at == 0 {
			return d.furnish(ctx, w, keyFile)
		}
		return d.advance(ctx, w, at)
	})
}

// version returns the version of the tables, 0 when there are none.
func (d *postgresDB) version(ctx context.Context, q queries) (int, error) {
	// Not with to_regclass: it does not see what another host made in the
	// transaction that this one has waited for.
	var there bool
	err := q.row(ctx, "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'linkstep_version')", []any{d.schema}, &there)
	if err != nil || !there {
		return 0, err
	}
	var at int
	if err := q.row(ctx, "SELECT version FROM linkstep_version", nil, &at); err != nil {
		return 0, err
	}
	return at, checkNewer(d.label, at, "name another schema with search_path in LINKSTEP_STORE_URL")
}

// furnish gives an empty schema its tables and its key. The key file is made
// under the lock: a host that comes second must be told to fetch the first
// one's, not make another.
func (d *postgresDB) furnish(ctx context.Context, w queries, file string) error {
	if file == "" {
		return &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost,
			Message: "the database " + d.label + " is new, and no key file is named for it",
			Hint:    "Set LINKSTEP_KEY_FILE on every host that uses the database, to copies of the same file. The first host makes it."}
	}
	if err := w.script(ctx, "CREATE SCHEMA IF NOT EXISTS "+d.schema+"; CREATE TABLE linkstep_version (version BIGINT NOT NULL); INSERT INTO linkstep_version VALUES (0)"); err != nil {
		return err
	}
	if err := d.advance(ctx, w, 0); err != nil {
		return err
	}
	if err := makeKeyFile(file); err != nil {
		return err
	}
	handle, err := (&keyFile{path: file, database: d.label}).read(ctx)
	if err != nil {
		return err
	}
	return record(ctx, w, KeyPlace{Source: fromFile, Name: file}, handle)
}

// advance runs the migrations from a version on.
func (d *postgresDB) advance(ctx context.Context, w queries, from int) error {
	for _, m := range migrations[from:] {
		if err := w.script(ctx, postgresTypes.Replace(m)); err != nil {
			return err
		}
	}
	return w.script(ctx, fmt.Sprintf("UPDATE linkstep_version SET version = %d", len(migrations)))
}
