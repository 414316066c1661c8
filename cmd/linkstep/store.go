package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"

	"github.com/linkstep/linkstep/plugin/store"
)

// home is the folder that state lives in.
func home() (string, error) {
	if dir := os.Getenv("LINKSTEP_HOME"); dir != "" {
		return filepath.Abs(dir)
	}
	return store.DefaultDir()
}

// openStore opens the store: the database that --store or LINKSTEP_STORE_URL
// names, else the one in the home folder.
func (a *app) openStore(ctx context.Context) (*store.Store, error) {
	opts := &store.Options{KeyFile: os.Getenv("LINKSTEP_KEY_FILE"), URL: os.Getenv("LINKSTEP_STORE_URL")}
	if a.store != "" {
		if err := withoutPassword(a.store); err != nil {
			return nil, err
		}
		opts.URL = a.store
	}
	if opts.URL != "" {
		return store.Open(ctx, "", opts)
	}
	dir, err := home()
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, dir, opts)
}

// withoutPassword refuses a URL with a password: arguments are seen by every
// program on the machine. What the URL says is not repeated.
func withoutPassword(arg string) error {
	u, err := url.Parse(arg)
	if err != nil {
		return usagef("--store: it is no URL; write it like postgres://user@db.example.org/linkstep")
	}
	_, inUser := u.User.Password()
	if q := u.Query(); inUser || q.Has("password") || q.Has("sslpassword") {
		return usagef("--store: a password does not belong on the command line, where other programs can read it; use LINKSTEP_STORE_URL or PGPASSFILE")
	}
	return nil
}
