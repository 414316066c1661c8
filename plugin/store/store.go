package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/linkstep/linkstep/plugin"
)

// databaseName is the name of the database in its folder.
const databaseName = "linkstep.db"

// Options of [Open]. A nil pointer is the zero value.
type Options struct {
	// KeyFile holds the key that encrypts values. Empty: where the database
	// says that its key is, for a new database [DefaultKeyFile].
	KeyFile string

	// URL is that of a PostgreSQL database which several hosts share, as in
	// postgres://user@db.example.org/linkstep. Empty: SQLite in the folder.
	// The variables that PostgreSQL's own programs know, such as PGPASSFILE,
	// fill in what it leaves out. A new database then needs KeyFile, and every
	// host a copy of that file.
	URL string
}

// Store is a [plugin.Store] in a database. All methods may be called
// concurrently, and from several processes on the same database.
type Store struct {
	db   database
	keys *keys
}

var _ plugin.Store = (*Store)(nil)

// Open opens the store in a folder, which is $LINKSTEP_HOME or [DefaultDir].
// What is absent is made: the folder (0700), the database linkstep.db (0600)
// and, together with a new database only, the key file (0600). A folder that
// exists keeps its mode; a key file that others can read is refused. Several
// processes may do this at once and get the same store. Call Close at the end.
//
// With [Options.URL] the store is in PostgreSQL and the folder is not used. The
// server may go away and come back: calls meanwhile are StoreUnavailable.
//
// Errors are of kind StoreUnavailable and name the file: a folder or a file
// that cannot be made or written, a damaged database, one of a newer version,
// a key that is missing or belongs to another database, a locked keyring.
func Open(ctx context.Context, dir string, opts *Options) (*Store, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.KeyFile != "" {
		var err error
		if o.KeyFile, err = absolute(o.KeyFile, "LINKSTEP_KEY_FILE"); err != nil {
			return nil, err
		}
	}
	if o.URL != "" {
		return openPostgres(ctx, o.URL, o.KeyFile)
	}
	path, err := absolute(dir, "LINKSTEP_HOME", databaseName)
	if err != nil {
		return nil, err
	}
	if err := makeFolder(filepath.Dir(path), "LINKSTEP_HOME"); err != nil {
		return nil, err
	}
	sweep(path, passingLife)
	if err := create(ctx, path, o.KeyFile); err != nil {
		return nil, fileFault(path, err)
	}
	s, err := openExisting(ctx, path, o.KeyFile)
	if err != nil {
		return nil, fileFault(path, err)
	}
	return s, nil
}

// openExisting opens a database file that exists.
func openExisting(ctx context.Context, path, keyFile string) (*Store, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if info.Size() == 0 {
		return nil, errDamaged // SQLite would take it for a new one
	} else if info.Mode().Perm()&0o200 == 0 {
		return nil, fs.ErrPermission // before SQLite leaves files beside it
	}
	db, err := connect(ctx, path)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db}
	if err = db.checkDamage(ctx); err == nil {
		if err = db.migrate(ctx); err == nil {
			s.keys, err = unlocked(ctx, db, keyFinder(keyFile, db.name()))
		}
	}
	if err != nil {
		return nil, errors.Join(err, db.close())
	}
	return s, nil
}

// Close ends the calls under way and gives the files free. Later calls get an
// error of kind StoreUnavailable; closing again does nothing.
func (s *Store) Close() error {
	return s.db.fault(s.db.close())
}

// absolute joins a path that a variable names and makes it absolute.
func absolute(path, variable string, more ...string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil || path == "" {
		return "", &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Err: err,
			Message: "the path " + path + " leads nowhere", Hint: "Set " + variable + " to an absolute path."}
	}
	return filepath.Join(append([]string{abs}, more...)...), nil
}

// exists reports whether there is something under a path.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
