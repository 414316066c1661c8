package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/linkstep/linkstep/plugin"
)

// folderPrefix begins the name of every host's private folder in TMPDIR.
const folderPrefix = "ls-"

// socketPathMax is the longest socket path that is used. The limit of the
// operating systems is 104 (macOS) to 108 (Linux) bytes with the closing zero.
const socketPathMax = 100

// socketTail is the length of what go-plugin appends to the folder for a
// socket: "/plugin-dir" and "/plugin", each with up to ten digits.
const socketTail = len("/plugin-dir") + 10 + len("/plugin") + 10

// folder is a host's private folder below TMPDIR for sockets and checked
// copies of binaries. A lock tells other hosts that it is in use.
type folder struct {
	path string
	lock *os.File
}

// newFolder makes a private folder and sweeps away those of dead hosts.
func newFolder() (*folder, error) {
	base := os.TempDir()
	path, err := os.MkdirTemp(base, folderPrefix)
	if err != nil {
		return nil, folderError(base, "is not writable", err)
	}
	f := &folder{path: path}
	if len(path)+socketTail > socketPathMax {
		f.remove()
		return nil, folderError(base, fmt.Sprintf("is too long for a socket (%d bytes; %d are left for it)", len(base), socketPathMax-socketTail-len(path)+len(base)), nil)
	}
	// The lock file appears under its name when it is locked: a host that
	// sweeps at this moment must not take it for a dead one's.
	fresh := filepath.Join(path, "fresh")
	if f.lock, err = os.OpenFile(fresh, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		err = syscall.Flock(int(f.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err == nil {
		err = os.Rename(fresh, filepath.Join(path, "lock"))
	}
	if err != nil {
		f.remove()
		return nil, folderError(base, "cannot hold a lock", err)
	}
	sweep(base, path)
	return f, nil
}

// isThere reports whether the folder is still the one that was made: its lock
// file is the one that is held open.
func (f *folder) isThere() bool {
	held, err := f.lock.Stat()
	if err != nil {
		return false
	}
	found, err := os.Lstat(filepath.Join(f.path, "lock"))
	return err == nil && os.SameFile(held, found)
}

// remove deletes the folder and gives the lock back.
func (f *folder) remove() {
	_ = os.RemoveAll(f.path)
	if f.lock != nil {
		_ = f.lock.Close()
	}
}

// sweep removes the folders in base whose host is gone. A folder without a
// lock file is another host's that is just being made, or not ours.
func sweep(base, own string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, entry := range entries {
		path := filepath.Join(base, entry.Name())
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), folderPrefix) || path == own {
			continue
		}
		lock, err := os.OpenFile(filepath.Join(path, "lock"), os.O_RDWR|syscall.O_NOFOLLOW, 0)
		if err != nil {
			continue
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.RemoveAll(path)
		}
		_ = lock.Close()
	}
}

func folderError(base, what string, err error) *plugin.Error {
	e := &plugin.Error{
		Kind: plugin.PluginStart, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err,
		Message: fmt.Sprintf("the folder for temporary files, %s, %s", base, what),
		Hint:    orLimit("Set TMPDIR to a short path that you can write to, /tmp for example.", err),
	}
	if err != nil {
		e.Detail = err.Error()
	}
	return e
}
