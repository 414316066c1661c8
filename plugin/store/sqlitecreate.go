package store

import (
	"context"
	"errors"

	"github.com/linkstep/linkstep/plugin"
)

// keySource is where a key comes from, as store_key records it. There is one
// source today.
const keySource = "file"

// proof is what a database holds sealed, to tell its own key from another.
const proof = "linkstep"

// create makes the database at path, with its key file, if it is absent.
func create(ctx context.Context, path, keyFile string) error {
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
	if keyFile == "" {
		var err error
		if keyFile, err = DefaultKeyFile(); err != nil {
			return err
		}
	}
	if err := makeKeyFile(keyFile); err != nil {
		return err
	}
	key, err := readKeyFile(keyFile, path)
	if err != nil {
		return err
	}
	return publish(path, func(temp string) error { return build(ctx, temp, keyFile, key) })
}

// build makes a complete database for a key.
func build(ctx context.Context, path, keyFile string, key *dataKey) error {
	if err := writeSynced(path, nil); err != nil { // for the mode, which SQLite then keeps
		return err
	}
	db, err := connect(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(furnish(ctx, db, keyFile, key), db.close())
}

// furnish gives an empty database its form, its tables and its key.
func furnish(ctx context.Context, db *sqliteDB, keyFile string, key *dataKey) error {
	// A quarter of the usual page size: a counter's page is written to the WAL
	// with each change, so that less is written and waited for.
	if err := db.durable.script(ctx, "PRAGMA page_size = 1024"); err != nil {
		return err
	}
	err := db.write(ctx, durable, func(ctx context.Context, w queries) error {
		if err := advance(ctx, w, 0); err != nil {
			return err
		}
		return record(ctx, w, keyFile, key)
	})
	if err != nil {
		return err
	}
	// Last, so that nothing of the database is left in a WAL.
	return db.durable.script(ctx, "PRAGMA journal_mode = WAL")
}

// record writes down which key the database is encrypted with.
func record(ctx context.Context, w queries, keyFile string, key *dataKey) error {
	sealed, err := key.seal([]byte(proof), "store_key", "proof", "")
	if err != nil {
		return err
	}
	_, err = w.exec(ctx, "INSERT INTO store_key (source, file, key_id, proof) VALUES ($1, $2, $3, $4)",
		keySource, keyFile, int64(key.id), sealed)
	return err
}

// unlock reads the key file, by default the one recorded, and makes sure that
// it is the right one.
func (d *sqliteDB) unlock(ctx context.Context, keyFile string) (*dataKey, error) {
	var source, recorded string
	var id int64
	var sealed []byte
	err := d.read(ctx, func(ctx context.Context, r queries) error {
		return r.row(ctx, "SELECT source, file, key_id, proof FROM store_key", nil, &source, &recorded, &id, &sealed)
	})
	if err != nil {
		return nil, err
	}
	if keyFile == "" {
		keyFile = recorded
	}
	key, err := readKeyFile(keyFile, d.path)
	if err != nil {
		return nil, err
	}
	if plain, err := key.open(sealed, "store_key", "proof", ""); err != nil || string(plain) != proof {
		return nil, keyError(err, "the key in %s is not the one of the database %s, which was made with key %d in %s", keyFile, d.path, id, recorded)
	}
	return key, nil
}
