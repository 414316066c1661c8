package store

import (
	"context"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/linkstep/linkstep/plugin"
)

// Where a key comes from, as store_key records it.
const (
	fromFile    = "file"
	fromKeyring = "keyring"
	fromMemory  = "memory"
)

// KeyPlace is where the key of a store is kept.
type KeyPlace struct {
	Source string // "file", "keyring" or "memory"
	Name   string // the path of the file, or what the entries of the keyring begin with
}

// String words the place for a person.
func (p KeyPlace) String() string {
	switch p.Source {
	case fromFile:
		return p.Name
	case fromKeyring:
		return "the keyring (" + keyringService + " " + p.Name + ")"
	}
	return p.Source
}

// proof is what a database holds sealed, to tell its own key from another.
const proof = "linkstep"

// keyRecord is what a database says of its key, the only row of store_key.
type keyRecord struct {
	place        KeyPlace
	id, previous int64 // see dataKey
	proof        []byte
	made         int64 // microseconds since 1970; 0: nobody knows
}

func readKeyRecord(ctx context.Context, q queries) (*keyRecord, error) {
	r := &keyRecord{}
	err := q.row(ctx, "SELECT source, file, key_id, previous, proof, made FROM store_key", nil,
		&r.place.Source, &r.place.Name, &r.id, &r.previous, &r.proof, &r.made)
	return r, err
}

// keyFrom returns the key of the record out of a source, if it is there.
func (r *keyRecord) keyFrom(ctx context.Context, source keySource, database string) (*dataKey, *keyset.Handle, error) {
	handle, err := source.read(ctx, uint32(r.id), uint32(r.previous))
	if err != nil {
		return nil, nil, err
	}
	key, err := dataKeyOf(handle, uint32(r.id), uint32(r.previous))
	if err == nil {
		var plain []byte
		if plain, err = key.open(r.proof, "store_key", "proof", ""); err == nil && string(plain) == proof {
			return key, handle, nil
		}
	}
	return nil, nil, keyError(err, "the key in %s is not the one of the database %s, which was made with key %d in %s", source.place(), database, r.id, r.place)
}

// sealProof returns what tells a key from others.
func sealProof(key *dataKey) ([]byte, error) {
	return key.seal([]byte(proof), "store_key", "proof", "")
}

// record writes down which key a new database is encrypted with: the primary
// one of a keyset.
func record(ctx context.Context, w queries, place KeyPlace, handle *keyset.Handle) error {
	primary, err := handle.Primary()
	if err != nil {
		return err
	}
	key, err := dataKeyOf(handle, primary.KeyID(), 0)
	if err != nil {
		return err
	}
	sealed, err := sealProof(key)
	if err != nil {
		return err
	}
	_, err = w.exec(ctx, "INSERT INTO store_key (source, file, key_id, proof, made) VALUES ($1, $2, $3, $4, $5)",
		place.Source, place.Name, int64(key.id), sealed, time.Now().UnixMicro())
	return err
}

// keyFinder finds the key in a file that the caller names or, without one,
// where the database says that it is.
func keyFinder(file, database string) finder {
	return func(rec *keyRecord) (keySource, error) {
		place := rec.place
		if file != "" {
			place = KeyPlace{Source: fromFile, Name: file}
		}
		switch place.Source {
		case fromFile:
			return &keyFile{path: place.Name, database: database}, nil
		case fromKeyring:
			return &keyringKeys{name: place.Name, database: database}, nil
		}
		return nil, &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost,
			Message: fmt.Sprintf("the key of the database %s is in a %q, which this program does not know", database, place.Source),
			Hint:    "Install the newer linkstep, or set LINKSTEP_KEY_FILE to a file with the key."}
	}
}

// unlocked reads the key of a database.
func unlocked(ctx context.Context, d database, find finder) (*keys, error) {
	current, err := unlock(ctx, d, find)
	if err != nil {
		return nil, err
	}
	return &keys{find: find, current: current}, nil
}

// unlock reads the key and makes sure that it is the right one.
func unlock(ctx context.Context, d database, find finder) (*dataKey, error) {
	var rec *keyRecord
	err := d.read(ctx, func(ctx context.Context, r queries) (err error) {
		rec, err = readKeyRecord(ctx, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	source, err := find(rec)
	if err != nil {
		return nil, err
	}
	key, _, err := rec.keyFrom(ctx, source, d.name())
	return key, err
}
