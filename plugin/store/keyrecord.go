package store

import (
	"context"
)

// keySource is where a key comes from, as store_key records it. There is one
// source today.
const keySource = "file"

// proof is what a database holds sealed, to tell its own key from another.
const proof = "linkstep"

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
func unlock(ctx context.Context, d database, keyFile string) (*dataKey, error) {
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
	key, err := readKeyFile(keyFile, d.name())
	if err != nil {
		return nil, err
	}
	if plain, err := key.open(sealed, "store_key", "proof", ""); err != nil || string(plain) != proof {
		return nil, keyError(err, "the key in %s is not the one of the database %s, which was made with key %d in %s", keyFile, d.name(), id, recorded)
	}
	return key, nil
}
