package store

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// Key tells of the key of a store what may be told.
type Key struct {
	Database string    // as in messages: its path, or its name and server
	ID       uint32    // of the key in use
	Place    KeyPlace  // where this process has it from
	Recorded KeyPlace  // where the store says that it is; another one when Options.KeyFile differs
	Made     time.Time // when it was made; zero when the store is older than that is noted
	Rotating bool      // a rotation was begun and has not ended
}

// KeyMove tells what UseKeyring and UseKeyFile did.
type KeyMove struct {
	From, To KeyPlace
	Moved    bool // false: the key was there already
}

// Key describes the key that values are encrypted with.
func (s *Store) Key(ctx context.Context) (*Key, error) {
	rec, err := s.keyRecord(ctx)
	if err != nil {
		return nil, s.db.fault(err)
	}
	source, err := s.keys.find(rec)
	if err != nil {
		return nil, err
	}
	k := &Key{Database: s.db.name(), ID: uint32(rec.id), Place: source.place(), Recorded: rec.place, Rotating: rec.previous != 0}
	if rec.made != 0 {
		k.Made = time.UnixMicro(rec.made).UTC()
	}
	return k, nil
}

// UseKeyring moves the key of a store into the keyring of the user's desktop:
// on Linux what answers to org.freedesktop.secrets, on macOS the keychain, of
// which only the former was tried. A keyring that does not answer within 3
// seconds, or that would have to ask for a password, is StoreUnavailable.
//
// It is first written to its new place, read back from there, and then
// recorded, so that the store opens whenever this is interrupted. The key also
// stays where it was, for other stores and for backups: to remove it from there
// is for the one who knows that there are none. Processes that have the store
// open go on.
//
// A store on a server is InvalidInput: a keyring is of one desktop.
func (s *Store) UseKeyring(ctx context.Context) (*KeyMove, error) {
	if _, ok := s.db.(*postgresDB); ok {
		return nil, &plugin.Error{Kind: plugin.InvalidInput, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
			Message: "the key of the database " + s.db.name() + " cannot be in a keyring: a keyring is of one desktop, the database may be used by many hosts",
			Hint:    "Keep the key in a file, and a copy of it on every host that uses the database."}
	}
	fresh := rand.Text()
	return s.moveKey(ctx, func(rec *keyRecord) keySource {
		if rec.place.Source == fromKeyring {
			return &keyringKeys{name: rec.place.Name, database: s.db.name()}
		}
		return &keyringKeys{name: fresh, database: s.db.name()}
	})
}

// UseKeyFile is UseKeyring for the way into a file, by default
// [DefaultKeyFile]. To a file with keys of other stores it adds this one's.
func (s *Store) UseKeyFile(ctx context.Context, path string) (*KeyMove, error) {
	var err error
	if path == "" {
		path, err = DefaultKeyFile()
	} else {
		path, err = absolute(path, "LINKSTEP_KEY_FILE")
	}
	if err != nil {
		return nil, err
	}
	return s.moveKey(ctx, func(*keyRecord) keySource { return &keyFile{path: path, database: s.db.name()} })
}

// moveKey copies the key to another source and records that one. It begins
// again when the key is rotated or moved by another process meanwhile.
func (s *Store) moveKey(ctx context.Context, choice func(*keyRecord) keySource) (*KeyMove, error) {
	for {
		rec, err := s.keyRecord(ctx)
		if err != nil {
			return nil, s.db.fault(err)
		}
		if rec.place.Source == fromMemory {
			return nil, misuse("the key of a store in memory is to be kept")
		}
		from, err := s.keys.find(rec)
		if err != nil {
			return nil, err
		}
		to := choice(rec)
		move := &KeyMove{From: from.place(), To: to.place(), Moved: rec.place != to.place()}
		if err := s.copyKey(ctx, rec, from, to); err != nil {
			return nil, s.db.fault(err)
		}
		changed, err := s.recordPlace(ctx, rec, to.place())
		if err != nil {
			return nil, s.db.fault(err)
		}
		if changed {
			return move, nil
		}
	}
}

// copyKey writes the key of a record to another source and reads it back.
func (s *Store) copyKey(ctx context.Context, rec *keyRecord, from, to keySource) error {
	_, handle, err := rec.keyFrom(ctx, from, s.db.name())
	if err != nil {
		return err
	}
	own, err := choose(handle, uint32(rec.id), uint32(rec.previous))
	if err != nil {
		return err
	}
	if from.place() != to.place() {
		if err := to.keep(ctx, own); err != nil {
			return err
		}
	}
	_, _, err = rec.keyFrom(ctx, to, s.db.name())
	return err
}

// recordPlace writes down where the key is, if the record is still the same.
func (s *Store) recordPlace(ctx context.Context, rec *keyRecord, place KeyPlace) (bool, error) {
	var changed int64
	err := s.db.write(ctx, durable, func(ctx context.Context, w queries) (err error) {
		changed, err = w.exec(ctx, "UPDATE store_key SET source = $1, file = $2 WHERE source = $3 AND file = $4 AND key_id = $5 AND previous = $6",
			place.Source, place.Name, rec.place.Source, rec.place.Name, rec.id, rec.previous)
		return err
	})
	return changed > 0, err
}
