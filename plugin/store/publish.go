package store

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// passing is in the name of a file until it is complete.
const passing = ".new-"

// passingLife is how long a file may be in the making. Older ones were left
// behind by a process that was killed.
const passingLife = time.Hour

// publish makes a file that is complete from the moment that it exists: build
// writes it under another name in the same folder, then it is given its own.
// When two processes do this at once, the first one's file stands and neither
// gets an error.
func publish(path string, build func(temp string) error) error {
	temp := path + passing + rand.Text()
	defer removeWithSuffixes(temp)
	if err := build(temp); err != nil {
		return err
	}
	// A link, not a rename, because a rename would replace the other's file.
	if err := os.Link(temp, path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// replace is publish for a file that exists: everyone reads the old one or the
// new one.
func replace(path string, build func(temp string) error) error {
	temp := path + passing + rand.Text()
	defer os.Remove(temp)
	if err := build(temp); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// lockFile waits for the lock that a file stands for, which ends with the
// process at the latest. The file stays.
func lockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}

// sweep removes what killed processes left behind of a file in the making.
func sweep(path string, age time.Duration) {
	entries, _ := os.ReadDir(filepath.Dir(path)) // what cannot be read is not swept
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), filepath.Base(path)+passing) {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > age {
			os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}

// removeWithSuffixes removes a database file and what SQLite puts beside it.
func removeWithSuffixes(path string) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		os.Remove(path + suffix)
	}
}

// syncFolder makes new names in a folder survive the loss of power.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
