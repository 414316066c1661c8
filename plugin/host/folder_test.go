package host

import (
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

func TestTempDir(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("long", 12))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, dir, say, why string }{
		{"too long", long, "is too long for a socket", "the socket could not be made, with a word that nobody understands"},
		{"missing", filepath.Join(t.TempDir(), "x"), "is not writable", "a leftover of another login"},
		{"a file", file(t, "f", "", 0o600), "is not writable", "a mistake"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("TMPDIR", tt.dir)
			h := newHost(t, nil)
			for how, src := range map[string]Source{"process": self("tester"), "in-process": InProcess(plugintest.New(nil))} {
				_, err := h.Load(t.Context(), src)
				var e *plugin.Error
				if !errors.As(err, &e) || e.Kind != plugin.PluginStart || !strings.Contains(e.Message, tt.dir) || !strings.Contains(e.Message, tt.say) || !strings.Contains(e.Hint, "TMPDIR") {
					t.Errorf("%s: %+v, want plugin_start that names %s: %s", how, err, tt.dir, tt.why)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(tt.dir, "*")); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			// A connector in this process needs no folder.
			if _, err := h.Load(t.Context(), Direct(plugintest.New(nil))); err != nil {
				t.Errorf("direct: %v", err)
			}
		})
	}
}

// TestTempDirCleaned cleans TMPDIR under a host that lives on, as a nightly job
// does. Every start after that once failed until the host was started anew.
func TestTempDirCleaned(t *testing.T) {
	for _, what := range []string{".", "lock"} {
		t.Run(what, func(t *testing.T) {
			h := newHost(t, nil)
			h.restart = crashes
			p := load(t, h, self("tester"))
			before, err := h.privateFolder()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(filepath.Join(before, what)); err != nil {
				t.Fatal(err)
			}
			if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
				t.Errorf("a connector that runs is not called any more: %v", got.Err)
			}
			send(t, p.PID(), syscall.SIGKILL)
			until(t, p, Backoff)
			if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
				t.Errorf("one that crashed does not start again: %+v", got.Err)
			}
			after, err := h.privateFolder()
			if err != nil || after == before {
				t.Errorf("the private folder is %s, %v; want another than %s", after, err, before)
			}
			if err := h.Close(t.Context()); err != nil {
				t.Error(err)
			}
			for _, path := range []string{before, after} {
				if _, err := os.Lstat(path); err == nil {
					t.Errorf("%s is left", path)
				}
			}
		})
	}
}

// TestNoFolderForSockets has go-plugin find no room for its folder.
func TestNoFolderForSockets(t *testing.T) {
	p := &process{private: "/private", run: newRunner(exec.Command("it"), new(evidence), slog.New(slog.DiscardHandler))}
	_, missing := os.MkdirTemp(filepath.Join(t.TempDir(), "gone"), "")
	e := plugin.AsError(p.startError("it", "did not answer as a plugin", missing))
	if e.Kind != plugin.PluginStart || !strings.Contains(e.Message, p.private) || !strings.Contains(e.Hint, "TMPDIR") {
		t.Errorf("error = %+v, want plugin_start that names %s", e, p.private)
	}
}

// TestNoExecution has TMPDIR on a file system that allows none.
func TestNoExecution(t *testing.T) {
	p := &process{private: "/private", copied: "/private/it", sockets: "/private/s", run: newRunner(exec.Command("it"), new(evidence), slog.New(slog.DiscardHandler))}
	p.run.startErr = &os.PathError{Op: "fork/exec", Path: p.copied, Err: syscall.EACCES}
	e := plugin.AsError(p.startError("it", "did not answer as a plugin", p.run.startErr))
	if e.Kind != plugin.PluginStart || !strings.Contains(e.Message, "allows no execution") || !strings.Contains(e.Hint, "TMPDIR") {
		t.Errorf("error = %+v, want plugin_start that names TMPDIR", e)
	}
}

// TestNoDescriptorsLeft was told to correct a manifest.json that there was not.
// It lowers the limit of this very process: no other test runs beside it.
func TestNoDescriptorsLeft(t *testing.T) {
	path := file(t, "plugin-tester", "", 0o755)
	h := newHost(t, nil)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	none := before
	none.Cur = 0
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	_, err := h.Load(t.Context(), File(path))
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if e := plugin.AsError(err); e == nil || e.Kind != plugin.PluginStart || !strings.Contains(e.Hint, "ulimit -n") {
		t.Errorf("error = %+v, want plugin_start that says that too many files are open", e)
	}
}

func TestSweep(t *testing.T) {
	base := t.TempDir()
	makeFolder := func(name string, files ...string) string {
		t.Helper()
		path := filepath.Join(base, name)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(path, f), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return path
	}
	live := makeFolder("ls-live", "lock", "socket")
	lock, err := os.Open(filepath.Join(live, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		t.Fatal(err)
	}
	target := file(t, "precious", "", 0o600)
	linked := makeFolder("ls-linked")
	if err := os.Symlink(target, filepath.Join(linked, "lock")); err != nil {
		t.Fatal(err)
	}
	whole := makeFolder("whole", "lock")
	if err := os.Symlink(whole, filepath.Join(base, "ls-symlink")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		path  string
		stays bool
		why   string
	}{
		{makeFolder("ls-dead", "lock", "socket"), false, "its host is gone"},
		{live, true, "its host holds the lock"},
		{makeFolder("ls-fresh", "fresh"), true, "its host is just making it"},
		{makeFolder("ls-empty"), true, "the same, a moment earlier"},
		{makeFolder("lsof", "lock"), true, "it is not ours"},
		{linked, true, "a lock that is a link was not made by us"},
		{filepath.Join(base, "ls-symlink"), true, "a link may lead anywhere"},
		{whole, true, "where the link leads"},
		{target, true, "where the other link leads"},
	}
	sweep(base, filepath.Join(base, "ls-own"))
	for _, tt := range tests {
		if _, err := os.Lstat(tt.path); (err == nil) != tt.stays {
			t.Errorf("%s stays: %t, want %t: %s", filepath.Base(tt.path), err == nil, tt.stays, tt.why)
		}
	}
}

// TestFoldersAtOnce makes many folders at the same moment, each of which
// sweeps: none may take another's for a dead one's.
func TestFoldersAtOnce(t *testing.T) {
	base, err := os.MkdirTemp("", "f")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(base)
	t.Setenv("TMPDIR", base)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 40 {
				f, err := newFolder()
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := os.Stat(f.path); err != nil {
					t.Errorf("swept by another host: %v", err)
				}
				f.remove()
			}
		})
	}
	wg.Wait()
	if left, _ := filepath.Glob(filepath.Join(base, "*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
