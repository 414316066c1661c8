package store_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// copyAll copies a folder with its modes to where nothing is.
func copyAll(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// truncate returns a function that cuts the database of a place off.
func truncate(size func(old int64) int64) func(*testing.T, place) {
	return func(t *testing.T, p place) {
		t.Helper()
		info, err := os.Stat(p.database())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(p.database(), size(info.Size())); err != nil {
			t.Fatal(err)
		}
	}
}

// pageSize is that of a database, in bytes.
const pageSize = 1024

// wipePage returns a function that wipes a page, counted from 0.
func wipePage(n int64) func(*testing.T, place) {
	return func(t *testing.T, p place) {
		t.Helper()
		f, err := os.OpenFile(p.database(), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteAt(make([]byte, pageSize), n*pageSize); err != nil {
			t.Fatal(err)
		}
	}
}

// walk calls visit with the path under root of all that is in it.
func walk(t *testing.T, root string, visit func(name string, info fs.FileInfo)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		info, err := d.Info()
		if err == nil {
			visit(strings.TrimPrefix(path, root+"/"), info)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// modes returns the modes of all that is in a folder.
func modes(t *testing.T, root string) map[string]fs.FileMode {
	t.Helper()
	all := map[string]fs.FileMode{}
	walk(t, root, func(name string, info fs.FileInfo) { all[name] = info.Mode() })
	return all
}

// contents returns a digest of each file in a folder, "folder" for folders.
func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	if info, err := os.Stat(root); err == nil && !info.IsDir() {
		return all
	}
	walk(t, root, func(name string, info fs.FileInfo) {
		all[name] = "folder"
		if info.IsDir() {
			return
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = fmt.Sprintf("%d bytes %x", len(text), sha256.Sum256(text))
	})
	return all
}

var keyID = regexp.MustCompile(`key \d+ in`)

// plain returns an error with what differs from run to run replaced.
func plain(t *testing.T, err error, base string) *plugin.Error {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	e := *plugin.AsError(err)
	e.Message = keyID.ReplaceAllString(strings.ReplaceAll(e.Message, base, "BASE"), "key N in")
	e.Hint = strings.ReplaceAll(e.Hint, base, "BASE")
	return &e
}
