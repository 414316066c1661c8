package store

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/linkstep/linkstep/plugin"
)

// fault turns whatever went wrong into an [*plugin.Error]. Closing a database
// makes the calls under way fail in many ways, which are one.
func (d *sqliteDB) fault(err error) error {
	if err != nil && d.closed.Load() && plugin.KindOf(err) == plugin.Unknown {
		err = errors.Join(errClosed, err)
	}
	return fileFault(d.path, err)
}

// fileFault is fault for the file at path, before there is a database.
func fileFault(path string, err error) error {
	return fault(err, func() (message, hint string) { return wording(path, err) })
}

// wording says what a cause means for a person, and the way out.
func wording(path string, err error) (message, hint string) {
	code := sqliteCode(err)
	primary := code & 0xff
	switch {
	case errors.Is(err, errClosed):
		return "the database " + path + " was closed", "Open it again."
	case errors.Is(err, errBusy), isBusy(err):
		return "another process has been writing to " + path + " for over " + patience.String(),
			"Look for a linkstep process that hangs or was stopped, and end it."
	case errors.Is(err, errDamaged), primary == sqlite3.SQLITE_CORRUPT, primary == sqlite3.SQLITE_NOTADB, code == sqlite3.SQLITE_IOERR_SHORT_READ:
		return "the database " + path + " is damaged",
			"Restore the file from a backup. Without one, move it away and connect the accounts again."
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), primary == sqlite3.SQLITE_FULL,
		// Of some of its files SQLite says only that it could not.
		(primary == sqlite3.SQLITE_IOERR || primary == sqlite3.SQLITE_CANTOPEN) && diskFull(path):
		return "the disk of " + path + " is full", "Free some space, then run this again. Nothing was half-written."
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS),
		primary == sqlite3.SQLITE_READONLY, primary == sqlite3.SQLITE_PERM, primary == sqlite3.SQLITE_CANTOPEN:
		return path + " cannot be written to", "Make its folder writable, or set LINKSTEP_HOME to one that is."
	case primary == sqlite3.SQLITE_IOERR:
		return "the disk of " + path + " refuses to read or write", "Check the disk and its free space, then run this again."
	}
	return "the database " + path + " does not answer as it should", "This is a defect unless the file was changed by hand. Report it with the detail."
}

// sqliteCode returns SQLite's extended result code, 0 when err has none.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// isBusy reports whether someone else holds the lock that was asked for.
func isBusy(err error) bool {
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return true
	}
	return false
}

// diskFull reports whether the disk of a file has no room for another file of
// SQLite's: the one that it shares among processes begins with 32 KiB.
func diskFull(path string) bool {
	var disk syscall.Statfs_t
	err := syscall.Statfs(filepath.Dir(path), &disk)
	return err == nil && uint64(disk.Bavail)*uint64(disk.Bsize) < 32<<10
}
