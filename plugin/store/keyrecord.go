package store

import (
	"context"

	"github.com/tink-crypto/tink-go/v2/keyset"
)

// Where a key comes from, as store_key records it.
const (
	fromFile   = "file"
	fromMemory = "memory"
)

// proof is what a database holds sealed, to tell its own key from another.
const proof = "linkstep"

// keyRecord is what a database says of its key, the only row of store_key.
type keyRecord struct {
	source, file string
	id, previous int64 // see dataKey
	proof        []byte
}

func readKeyRecord(ctx context.Context, q queries) (*keyRecord, error) {
	r := &keyRecord{}
	err := q.row(ctx, "SELECT source, file, key_id, previous, proof FROM store_key", nil, &r.source, &r.file, &r.id, &r.previous, &r.proof)
	return r, err
}

// record writes down which key a new database is encrypted with: the primary
// one of a keyset.
func record(ctx context.Context, w queries, source, file string, handle *keyset.Handle) error {
	primary, err := handle.Primary()
	if err != nil {
		return err
	}
	key, err := dataKeyOf(handle, primary.KeyID(), 0)
	if err != nil {
		return err
	}
	sealed, err := key.seal([]byte(proof), "store_key", "proof", "")
	if err != nil {
		return err
	}
	_, err = w.exec(ctx, "INSERT INTO store_key (source, file, key_id, proof) VALUES ($1, $2, $3, $4)", source, file, int64(key.id), sealed)
	return err
}

// unlockFile reads the key from a file, by default the one recorded.
func unlockFile(ctx context.Context, d database, file string) (*keys, error) {
	if file == "" {
		err := d.read(ctx, func(ctx context.Context, r queries) error {
			rec, err := readKeyRecord(ctx, r)
			file = rec.file
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return unlocked(ctx, d, &keyFile{path: file, database: d.name()})
}

// unlocked reads the key from a source.
func unlocked(ctx context.Context, d database, source keySource) (*keys, error) {
	current, err := unlock(ctx, d, source)
	if err != nil {
		return nil, err
	}
	return &keys{source: source, current: current}, nil
}

// unlock reads the key and makes sure that it is the right one.
func unlock(ctx context.Context, d database, source keySource) (*dataKey, error) {
	var rec *keyRecord
	err := d.read(ctx, func(ctx context.Context, r queries) (err error) {
		rec, err = readKeyRecord(ctx, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	handle, err := source.read()
	if err != nil {
		return nil, err
	}
	key, err := dataKeyOf(handle, uint32(rec.id), uint32(rec.previous))
	if err == nil {
		var plain []byte
		if plain, err = key.open(rec.proof, "store_key", "proof", ""); err == nil && string(plain) == proof {
			return key, nil
		}
	}
	return nil, keyError(err, "the key in %s is not the one of the database %s, which was made with key %d in %s", source.name(), d.name(), rec.id, rec.file)
}
