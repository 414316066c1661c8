package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// A folder that is being made beside the installed connectors, and one that
// it takes the place of.
const (
	stagePrefix = ".new-"
	oldSuffix   = ".old"
)

// stage is a folder that is being made beside the installed connectors. Its
// maker holds the lock of their folder: one is made at a time, and whatever
// else is half made was left by a process that is gone.
type stage struct {
	parent, path string
	lock         *os.File
	base, sum    string // of the copied binary
}

// newStage makes the folder with a copy of a plugin binary. It waits for
// others that do the same until ctx ends.
func newStage(ctx context.Context, parent, file string) (*stage, error) {
	if err := os.MkdirAll(parent, installedDirMode); err != nil {
		return nil, err
	}
	lock, err := lockFolder(ctx, parent)
	if err != nil {
		return nil, err
	}
	sweepStages(parent)
	path, err := os.MkdirTemp(parent, stagePrefix)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s := &stage{parent: parent, path: path, lock: lock, base: filepath.Base(file)}
	if s.sum, err = copyFile(filepath.Join(path, s.base), file); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

// publish writes the manifest and puts the folder in its place.
func (s *stage) publish(desc *plugin.Description) error {
	manifest, err := plugin.NewManifest(desc)
	if err != nil {
		return err
	}
	manifest.Meta.Linkstep.Artifacts = []plugin.Artifact{{OS: runtime.GOOS, Arch: runtime.GOARCH, Path: s.base, SHA256: s.sum}}
	doc, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	out, err := os.OpenFile(filepath.Join(s.path, manifestName), os.O_WRONLY|os.O_CREATE|os.O_EXCL, manifestMode)
	if err != nil {
		return err
	}
	_, err = out.Write(append(doc, '\n'))
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	return replace(filepath.Join(s.parent, desc.Name), s.path)
}

// remove deletes the folder unless it was published, and gives the lock back.
func (s *stage) remove() {
	_ = os.RemoveAll(s.path)
	_ = s.lock.Close()
}

// replace puts the folder fresh in the place of path. After a crash in between
// [sweepStages] puts the old one back; there is never a mixture.
func replace(path, fresh string) error {
	old := fresh + oldSuffix
	switch err := os.Rename(path, old); {
	case err == nil:
		defer os.RemoveAll(old)
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return errors.Join(fmt.Errorf("the new folder: %w", err), os.Rename(old, path))
	}
	return nil
}

// lockFolder locks a folder for this process until the file is closed. While
// another has it, it asks again and again until ctx ends.
func lockFolder(ctx context.Context, path string) (*os.File, error) {
	folder, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return folder, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, folder.Close())
		}
		select {
		case <-time.After(lockEvery):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), folder.Close())
		}
	}
}

// lockEvery is how often a lock is asked for that another process has.
const lockEvery = 20 * time.Millisecond

// isStage reports whether an entry of the folder of installed connectors is
// one that is, or was, being made.
func isStage(name string) bool { return strings.HasPrefix(name, stagePrefix) }

// sweepStages removes what killed installations have left, and puts back a
// connector whose place was not taken yet. The caller holds the lock.
func sweepStages(parent string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if !isStage(entry.Name()) {
			continue
		}
		path := filepath.Join(parent, entry.Name())
		if strings.HasSuffix(path, oldSuffix) {
			putBack(parent, path)
		}
		_ = os.RemoveAll(path)
	}
}

// putBack renames a connector that was about to be replaced to its name again
// if nothing is there.
func putBack(parent, path string) {
	manifest, err := readManifest(path)
	if err != nil || manifest == nil || !validName(manifest.Name) {
		return
	}
	place := filepath.Join(parent, manifest.Name)
	if _, err := os.Lstat(place); errors.Is(err, os.ErrNotExist) {
		_ = os.Rename(path, place)
	}
}

// sweepInstalled does the same for a reader, who does not wait: while
// something is being installed, its maker sweeps.
func sweepInstalled(parent string) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	lock, err := lockFolder(ctx, parent)
	if err != nil {
		return
	}
	defer lock.Close()
	sweepStages(parent)
}
