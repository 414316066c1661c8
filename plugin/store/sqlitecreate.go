package store

import (
	"context"
	"errors"

	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/linkstep/linkstep/plugin"
)

// create makes the database at path, with its key file, if it is absent.
func create(ctx context.Context, path, file string) error {
	if there, err := exists(path); err != nil || there {
		return err
	}
	if orphan, err := exists(path + "-wal"); err != nil {
		return err
	} else if orphan {
		// Unless another process has made the database just now, the WAL is all
		// that is left of one; a new database would swallow it.
		if there, err := exists(path); err != nil || there {
			return err
		}
		return &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost,
			Message: "the database " + path + " is gone, but its log " + path + "-wal is still there",
			Hint:    "Restore the database from a backup, or move the log away to begin anew."}
	}
	if file == "" {
		var err error
		if file, err = DefaultKeyFile(); err != nil {
			return err
		}
	}
	if err := makeKeyFile(file); err != nil {
		return err
	}
	handle, err := (&keyFile{path: file, database: path}).read(ctx)
	if err != nil {
		return err
	}
	return publish(path, func(temp string) error { return build(ctx, temp, file, handle) })
}

// build makes a complete database for a key.
func build(ctx context.Context, path, file string, handle *keyset.Handle) error {
	if err := writeSynced(path, nil); err != nil { // for the mode, which SQLite then keeps
		return err
	}
	db, err := connect(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(furnish(ctx, db, file, handle), db.close())
}

// furnish gives an empty database its form, its tables and its key.
func furnish(ctx context.Context, db *sqliteDB, file string, handle *keyset.Handle) error {
	// A quarter of the usual page size: a counter's page is written to the WAL
	// with each change, so that less is written and waited for.
	if err := db.durable.script(ctx, "PRAGMA page_size = 1024"); err != nil {
		return err
	}
	err := db.write(ctx, durable, func(ctx context.Context, w queries) error {
		if err := advance(ctx, w, 0); err != nil {
			return err
		}
		return record(ctx, w, KeyPlace{Source: fromFile, Name: file}, handle)
	})
	if err != nil {
		return err
	}
	// Last, so that nothing of the database is left in a WAL.
	return db.durable.script(ctx, "PRAGMA journal_mode = WAL")
}
