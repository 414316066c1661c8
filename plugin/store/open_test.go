package store_test

import (
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

func TestOpenMakesWhatIsAbsent(t *testing.T) {
	p := newPlace(t)
	s := p.open(t)
	put(t, s, "linkedin/token", "AQX")
	want := map[string]fs.FileMode{
		"home": 0o700 | fs.ModeDir, "home/linkstep.db": 0o600, "home/linkstep.db-wal": 0o600, "home/linkstep.db-shm": 0o600,
		"config": 0o700 | fs.ModeDir, "config/key.json": 0o600,
	}
	if diff := cmp.Diff(want, modes(t, filepath.Dir(p.home))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := get(t, p.open(t), "linkedin/token"); got != "AQX" {
		t.Errorf("value is %q after opening again", got)
	}
}

// The database knows where its key is.
func TestOpenWithoutKeyFile(t *testing.T) {
	p := newPlace(t)
	put(t, p.open(t), "linkedin/token", "AQX")
	t.Setenv("HOME", "")
	t.Setenv("XDG_CONFIG_HOME", "")
	s, err := store.Open(t.Context(), p.home, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := get(t, s, "linkedin/token"); got != "AQX" {
		t.Errorf("value is %q", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	const restore = "Restore the file from a backup. Without one, move it away and connect the accounts again."
	const restoreKey = "Restore the key, or set LINKSTEP_KEY_FILE to a file with it. If it is lost, move the database away and connect the accounts again."
	const setHome = "Set LINKSTEP_HOME to a place that you can write to."
	const othersKey, chmodKey = "the key file BASE/config/key.json can be read or changed by others", "Run: chmod 600 BASE/config/key.json"
	const damaged = "the database BASE/home/linkstep.db is damaged"
	tests := []struct {
		name    string
		prepare func(t *testing.T, p place)
		message string
		hint    string
	}{
		{"folder is a file", func(t *testing.T, p place) { remove(t, p.home); write(t, p.home, "x") }, "BASE/home is a file, where a folder is needed", setHome},
		{"folder in a file", func(t *testing.T, p place) { remove(t, filepath.Dir(p.home)); write(t, filepath.Dir(p.home), "x") }, "the folder BASE/home cannot be made", setHome},
		{"empty", truncate(func(int64) int64 { return 0 }), damaged, restore},
		{"half a header", truncate(func(int64) int64 { return 50 }), damaged, restore},
		{"header only", truncate(func(int64) int64 { return 100 }), damaged, restore},
		{"one page", truncate(func(int64) int64 { return pageSize }), damaged, restore},
		{"a page less", truncate(func(n int64) int64 { return n - pageSize }), damaged, restore},
		{"a byte less", truncate(func(n int64) int64 { return n - 1 }), damaged, restore},
		{"another file", func(t *testing.T, p place) { write(t, p.database(), strings.Repeat("not a database ", 3000)) }, damaged, restore},
		{"a page of zeros", wipePage(2), damaged, restore},
		{"another program's", func(t *testing.T, p place) {
			remove(t, p.database())
			write(t, p.database(), "")
			execRaw(t, p.database(), "CREATE TABLE bookmarks (url TEXT)")
		}, "BASE/home/linkstep.db is the database of another program", "Move it away, or set LINKSTEP_HOME to another folder."},
		{"newer", func(t *testing.T, p place) { execRaw(t, p.database(), "PRAGMA user_version = 99") },
			"the database BASE/home/linkstep.db was written by a newer linkstep: its version is 99, this program knows " + strconv.Itoa(schemaVersion),
			"Install the newer linkstep, or set LINKSTEP_HOME to another folder."},
		{"only the log is left", func(t *testing.T, p place) { rename(t, p.database(), p.database()+"-wal") },
			"the database BASE/home/linkstep.db is gone, but its log BASE/home/linkstep.db-wal is still there",
			"Restore the database from a backup, or move the log away to begin anew."},
		{"no key", func(t *testing.T, p place) { remove(t, p.key) },
			"the key file BASE/config/key.json of the database BASE/home/linkstep.db is missing", restoreKey},
		{"no folder of the key", func(t *testing.T, p place) { remove(t, filepath.Dir(p.key)) },
			"the key file BASE/config/key.json of the database BASE/home/linkstep.db is missing", restoreKey},
		{"another key", func(t *testing.T, p place) {
			other := newPlace(t)
			other.open(t)
			rename(t, other.key, p.key)
		}, "the key in BASE/config/key.json is not the one of the database BASE/home/linkstep.db, which was made with key N in BASE/config/key.json", restoreKey},
		{"key of a new database is broken", func(t *testing.T, p place) { remove(t, p.home); mkdir(t, p.home); write(t, p.key, "") },
			"the key file BASE/config/key.json is damaged, or not a key file", restoreKey},
		{"broken key", func(t *testing.T, p place) { write(t, p.key, `{"primaryKeyId": 1}`) },
			"the key file BASE/config/key.json is damaged, or not a key file", restoreKey},
		{"key that a group can read", openTo(0o640), othersKey, chmodKey},
		{"key that all can read", openTo(0o644), othersKey, chmodKey},
		{"key that all can write", openTo(0o602), othersKey, chmodKey},
		{"key is a folder", func(t *testing.T, p place) { remove(t, p.key); mkdir(t, p.key) },
			"the key file BASE/config/key.json cannot be read", restoreKey},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			s := p.open(t)
			put(t, s, "linkedin/token", "AQX")
			s.Close()
			backup := filepath.Join(t.TempDir(), "backup")
			copyAll(t, filepath.Dir(p.home), backup)
			tt.prepare(t, p)
			before := contents(t, filepath.Dir(p.home))
			_, err := store.Open(t.Context(), p.home, &store.Options{KeyFile: p.key})
			want := &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Message: tt.message, Hint: tt.hint}
			if diff := cmp.Diff(want, plain(t, err, filepath.Dir(p.home)), cmpopts.IgnoreFields(plugin.Error{}, "Detail", "Err")); diff != "" {
				t.Errorf("Open (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, contents(t, filepath.Dir(p.home))); diff != "" {
				t.Errorf("Open left something behind or changed a file (-before +after):\n%s", diff)
			}
			remove(t, filepath.Dir(p.home))
			copyAll(t, backup, filepath.Dir(p.home))
			if got := get(t, p.open(t), "linkedin/token"); got != "AQX" {
				t.Errorf("value is %q once everything is as it was", got)
			}
		})
	}
}

// openTo gives the key file a mode.
func openTo(mode fs.FileMode) func(*testing.T, place) {
	return func(t *testing.T, p place) {
		if err := os.Chmod(p.key, mode); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenLeavesTheModeOfAFolder(t *testing.T) {
	p := newPlace(t)
	mkdir(t, p.home)
	if err := os.Chmod(p.home, 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, p.open(t), "linkedin/token", "AQX")
	for name, mode := range modes(t, filepath.Dir(p.home)) {
		want := fs.FileMode(0o600)
		switch {
		case name == "home": // somebody wanted it so
			want = 0o755 | fs.ModeDir
		case mode.IsDir():
			want = 0o700 | fs.ModeDir
		}
		if mode != want {
			t.Errorf("%s has mode %v, want %v", name, mode, want)
		}
	}
}

func TestOpenSweeps(t *testing.T) {
	p := newPlace(t)
	mkdir(t, p.home)
	left, fresh := p.database()+".new-KILLED", p.database()+".new-ANOTHER"
	write(t, left, "half")
	write(t, fresh, "half")
	if err := os.Chtimes(left, time.Now(), time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	p.open(t)
	got := contents(t, p.home)
	if _, there := got[filepath.Base(left)]; there {
		t.Error("what a killed process left behind two hours ago is still there")
	}
	if _, there := got[filepath.Base(fresh)]; !there {
		t.Error("what another process is making was removed")
	}
}

// Of several that open an empty folder at once, each gets the same store.
func TestOpenAtOnce(t *testing.T) {
	p := newPlace(t)
	stores := make([]*store.Store, 8)
	var wg sync.WaitGroup
	for i := range stores {
		wg.Go(func() { stores[i] = p.open(t) })
	}
	wg.Wait()
	put(t, stores[0], "linkedin/token", "AQX")
	for _, s := range stores {
		if got := get(t, s, "linkedin/token"); got != "AQX" {
			t.Errorf("another store reads %q", got)
		}
	}
}

// Folders opened at once that share a key file, as one user's do, end with one
// key for all.
func TestFoldersShareAKey(t *testing.T) {
	first := newPlace(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			p := place{home: filepath.Join(first.home, string(rune('a'+i))), key: first.key}
			put(t, p.open(t), "linkedin/token", "AQX")
			if got := get(t, p.open(t), "linkedin/token"); got != "AQX" {
				t.Errorf("value is %q", got)
			}
		})
	}
	wg.Wait()
}

func TestClosed(t *testing.T) {
	for name, s := range map[string]*store.Store{"file": newPlace(t).open(t), "memory": memory(t)} {
		if err := s.Close(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for method, err := range callAll(t, s, "linkedin/token") {
			if plugin.KindOf(err) != plugin.StoreUnavailable {
				t.Errorf("%s: %s after Close: %v, want store_unavailable", name, method, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: second Close: %v", name, err)
		}
	}
}

func TestDefaults(t *testing.T) {
	const onLinux, onMac, config = "/home/ada/.local/share/linkstep", "/home/ada/Library/Application Support/linkstep", "/home/ada/.config/linkstep/key.json"
	tests := []struct {
		name, home, xdg string
		linux, mac, key string // what is wanted of DefaultDir, there, and of DefaultKeyFile; empty: an error
		why             string
	}{
		{"home", "/home/ada", "", onLinux, onMac, config, "the usual"},
		{"XDG", "/home/ada", "/srv/x", "/srv/x/linkstep", onMac, "/srv/x/linkstep/key.json", "the variables win"},
		{"relative XDG", "/home/ada", "x", onLinux, onMac, config, "the specification says to ignore it"},
		{"no home but XDG", "", "/srv/x", "/srv/x/linkstep", "", "/srv/x/linkstep/key.json", "HOME is not needed then"},
		{"no home", "", "", "", "", "", "nothing to go by"},
		{"relative home", "ada", "", "", "", "", "would move with the working folder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("HOME", tt.home)
			t.Setenv("XDG_DATA_HOME", tt.xdg)
			t.Setenv("XDG_CONFIG_HOME", tt.xdg)
			want := tt.linux
			if runtime.GOOS == "darwin" {
				want = tt.mac
			}
			dir, err := store.DefaultDir()
			wantDefault(t, tt.why, dir, want, err, "LINKSTEP_HOME")
			file, err := store.DefaultKeyFile()
			wantDefault(t, tt.why, file, tt.key, err, "LINKSTEP_KEY_FILE")
		})
	}
}

// wantDefault wants a path, or an error that names the way out.
func wantDefault(t *testing.T, why, got, want string, err error, wayOut string) {
	t.Helper()
	e := plugin.AsError(err)
	if got != want || (want == "") != (e != nil) {
		t.Errorf("%s: %q, %v, want %q", why, got, err, want)
	}
	if e != nil && (e.Kind != plugin.StoreUnavailable || !strings.Contains(e.Hint, wayOut)) {
		t.Errorf("%s: %+v does not name %s", why, e, wayOut)
	}
}

// openRaw opens a database without the store, as a person with a tool does.
func openRaw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// execRaw runs one script on a database.
func execRaw(t *testing.T, path, script string) {
	t.Helper()
	db := openRaw(t, path)
	if _, err := db.Exec(script); err != nil {
		t.Fatal(err)
	}
	db.Close()
}

// callAll calls every method with a key or a prefix and returns the errors.
func callAll(t *testing.T, s plugin.Store, key string) map[string]error {
	ctx, errs := t.Context(), map[string]error{}
	_, errs["Get"] = s.Get(ctx, &plugin.GetRequest{Key: key})
	_, errs["Swap"] = s.Swap(ctx, &plugin.SwapRequest{Key: key})
	_, errs["Delete key"] = s.Delete(ctx, &plugin.DeleteRequest{Key: key})
	_, errs["Delete prefix"] = s.Delete(ctx, &plugin.DeleteRequest{Prefix: key})
	_, errs["List"] = s.List(ctx, &plugin.ListRequest{Prefix: key})
	_, errs["Lease"] = s.Lease(ctx, &plugin.LeaseRequest{Key: key, Holder: "h", TTL: time.Second})
	_, errs["Count"] = s.Count(ctx, &plugin.CountRequest{Adds: []plugin.CounterAdd{{Key: key, Window: tuesday, N: 1}}})
	_, errs["Counters"] = s.Counters(ctx, &plugin.CountersRequest{Prefix: key})
	return errs
}
