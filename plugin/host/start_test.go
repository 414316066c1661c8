package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// processes returns the processes that this very process started in a mode:
// another run of these tests on this machine has its own.
// Without /proc it finds none.
func processes(mode string) []int {
	var pids []int
	// The path of the test binary is its own in each run: another run's
	// children are not ours.
	own, err := os.Executable()
	if err != nil {
		panic(err)
	}
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		cmdline, err := os.ReadFile(file)
		if err != nil || string(cmdline) != own+"\x00child\x00"+mode+"\x00" {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil && isOurs(pid) && alive(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// isOurs reports whether a process is a child of this one.
func isOurs(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", os.Getpid()))
}

// leftovers returns what is in a host's private folder beside its lock.
func leftovers(t *testing.T, h *Host) []string {
	t.Helper()
	private, err := h.privateFolder()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(private)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.Name() != "lock" {
			names = append(names, e.Name())
		}
	}
	return names
}

// file writes an executable file and returns its path.
func file(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		mode    string // of a child; empty: source
		source  func(t *testing.T) Source
		kind    plugin.Kind
		message string // after "the plugin PATH "; empty: another sentence
		detail  string // is part of it
		why     string
	}{
		{"never shakes hands", "silent", nil, plugin.PluginStart, "did not answer as a plugin within TIMEOUT", "host.child(", "a hang is not waited for, and tells where it is"},
		{"quits", "quits", nil, plugin.PluginStart, "ended with status 3 before it answered as a plugin", "standard error: there is no license file", "its last words say why"},
		{"panics", "panics", nil, plugin.PluginStart, "ended with status 2 before it answered as a plugin", "panic: at the start", "the head of the panic says why"},
		{"is a script", "garbage", nil, plugin.PluginStart, "did not answer as a plugin within TIMEOUT", "standard output: hello, I am a shell script", "its first line says what it is"},
		{"speaks another version", "newer", nil, plugin.PluginIncompatible, "speaks version 2 of the protocol, this host speaks 1", "", "not a broken start, but a wrong version"},
		{"speaks another core", "core", nil, plugin.PluginStart, "did not answer as a plugin", "incompatible core API", "go-plugin's own version"},
		{"names a socket that is none", "nowhere", nil, plugin.PluginStart, "did not answer as a plugin", "/nowhere", "nobody listens there"},
		{"does not speak at all", "mute", nil, plugin.PluginStart, "did not answer as a plugin within TIMEOUT", "", "its socket is there, but nobody answers"},
		{"speaks net/rpc", "netrpc", nil, plugin.PluginStart, "did not answer as a plugin", "netrpc", "an old kind of plugin"},
		{"shakes hands without end", "endless", nil, plugin.PluginStart, "did not answer as a plugin within TIMEOUT", "standard output: 1|1|unix|xxx", "go-plugin's scanner gives up at 64 KiB and would leave the pipe full"},
		{"does not describe itself", "unanswering", nil, plugin.PluginUnresponsive, "did not answer within TIMEOUT of its start", "SIGQUIT: quit", "after the handshake it may hang too"},
		{"calls itself otherwise", "", func(*testing.T) Source { return Self("tester", "child", "otherwise") }, plugin.PluginTampered, "", "", "the name is what a person chose"},
		{"calls itself host", hostName, nil, plugin.PluginIncompatible, "", "", "its store keys would be the host's own, all connections among them"},
		{"is a text", "", func(t *testing.T) Source { return File(file(t, "notes", "once upon a time\n", 0o755)) }, plugin.PluginStart, "is not a program for this machine", "exec format error", "the run bit alone makes no program"},
		{"is for another machine", "", func(t *testing.T) Source {
			return File(file(t, "elf", "\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 100), 0o755))
		}, plugin.PluginStart, "is not a program for this machine", "exec format error", "a wrong download"},
		{"may not be executed", "", func(t *testing.T) Source { return File(file(t, "plugin-tester", "", 0o644)) }, plugin.PluginStart, "may not be executed", "", "chmod was forgotten"},
		{"is a text that may not be executed", "", func(t *testing.T) Source { return File(file(t, "README.md", "# Notes\n", 0o644)) }, plugin.PluginStart, "may not be executed: it is a text, no program", "", "the run bit would not make it one"},
		{"is a script that may not be executed", "", func(t *testing.T) Source { return File(file(t, "script", "#!/bin/sh\n", 0o644)) }, plugin.PluginStart, "may not be executed", "", "chmod was forgotten here too"},
		{"does not exist", "", func(t *testing.T) Source { return File(filepath.Join(t.TempDir(), "nothing")) }, plugin.PluginStart, "does not exist", "no such file", "a typing error"},
		{"is a folder", "", func(t *testing.T) Source { return File(t.TempDir()) }, plugin.PluginStart, "is no file", "", "the folder of the plugin was named"},
		{"is below a file", "", func(t *testing.T) Source { return File(filepath.Join(file(t, "f", "", 0o644), "x")) }, plugin.PluginStart, "cannot be read", "not a directory", "there is no manifest that it could be held against"},
		{"script without interpreter", "", func(t *testing.T) Source { return File(file(t, "script", "#!/no/such/interpreter\n", 0o755)) }, plugin.PluginStart, "could not be started", "no such file", "the file is there, what runs it is not"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src := self(tt.mode)
			if tt.source != nil {
				src = tt.source(t)
			}
			timeout := 10 * time.Second
			if strings.Contains(tt.message, "TIMEOUT") {
				timeout = time.Second * patience
			}
			h := newHost(t, &Options{StartTimeout: timeout})
			start := time.Now()
			_, err := h.Load(t.Context(), src)
			if took := time.Since(start); took > 4*time.Second*patience {
				t.Errorf("the failure takes %s", took)
			}
			var e *plugin.Error
			if !errors.As(err, &e) || e.Kind != tt.kind || e.Effect != plugin.EffectNone || e.Hint == "" || !strings.Contains(e.Detail, tt.detail) {
				t.Fatalf("error = %+v, want kind %v with %q in the detail: %s", err, tt.kind, tt.detail, tt.why)
			}
			if want := "the plugin " + src.Path + " " + strings.ReplaceAll(tt.message, "TIMEOUT", timeout.String()); tt.message != "" && e.Message != want {
				t.Errorf("message = %q, want %q: %s", e.Message, want, tt.why)
			}
			if left := leftovers(t, h); len(left) > 0 {
				t.Errorf("left in the private folder: %v", left)
			}
			if tt.mode != "" && len(processes(tt.mode)) > 0 {
				t.Errorf("the process is left: %v", processes(tt.mode))
			}
		})
	}
}

func TestStartWithNoise(t *testing.T) {
	p := load(t, newHost(t, nil), self("noisy"))
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
		t.Error(got.Err)
	}
}

// TestStartCanceled gives up a start at many moments of it.
func TestStartCanceled(t *testing.T) {
	h := newHost(t, nil)
	for i := range 12 {
		after := time.Duration(i) * 8 * time.Millisecond
		ctx, cancel := context.WithTimeout(t.Context(), after)
		if i%2 == 0 {
			ctx, cancel = context.WithCancel(t.Context())
			time.AfterFunc(after, cancel)
		}
		p, err := h.Load(ctx, self("tester"))
		if err == nil { // it was faster
			err = p.Close(t.Context())
		} else if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("given up after %s: %v, want the context's error", after, err)
			err = nil
		} else {
			err = nil
		}
		if err != nil {
			t.Error(err)
		}
		cancel()
		if left := leftovers(t, h); len(left) > 0 {
			t.Errorf("given up after %s, left in the private folder: %v", after, left)
		}
		if pids := processes("tester"); len(pids) > 0 {
			t.Errorf("given up after %s, left processes: %v", after, pids)
		}
	}
}

// TestCloseDuringStart closes a host that is loading.
func TestCloseDuringStart(t *testing.T) {
	for _, tt := range []struct{ name, mode string }{{"before the handshake", "silent"}, {"after it", "unanswering"}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := New(nil)
			loaded := make(chan error, 1)
			go func() {
				_, err := h.Load(t.Context(), self(tt.mode))
				loaded <- err
			}()
			for range 400 {
				if !isLinux() || len(processes(tt.mode)) > 0 {
					break
				}
				time.Sleep(5 * time.Millisecond)
			}
			time.Sleep(100 * time.Millisecond)
			start := time.Now()
			if err := h.Close(t.Context()); err != nil {
				t.Error(err)
			}
			if took := time.Since(start); took > 3*time.Second*patience {
				t.Errorf("Close takes %s", took)
			}
			if err := <-loaded; plugin.KindOf(err) != plugin.Canceled {
				t.Errorf("Load of a host that is closed meanwhile: %v, want canceled", err)
			}
		})
	}
}

func TestClosedHost(t *testing.T) {
	h := New(nil)
	p, err := h.Load(t.Context(), Direct(plugintest.New(nil)))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := h.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for name, src := range map[string]Source{"direct": Direct(plugintest.New(nil)), "process": self("tester")} {
		if p, err := h.Load(t.Context(), src); plugin.KindOf(err) != plugin.Canceled || p != nil {
			t.Errorf("Load %s of a closed host = %v, %v; want an error of kind canceled", name, p, err)
		}
	}
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err == nil || got.Err.Kind != plugin.Canceled || got.Err.Effect != plugin.EffectNone {
		t.Errorf("a call after Close gives %+v, want canceled without effect", got.Err)
	}
}

func TestManyAtOnce(t *testing.T) {
	h := newHost(t, nil)
	errs := make(chan error)
	const n = 6
	for i := range n {
		go func() {
			p, err := h.Load(t.Context(), self("tester"))
			if err == nil {
				_, err = p.Invoke(t.Context(), account(), request("echo", `{"text":"a"}`), nil)
			}
			if err == nil && i%2 == 0 {
				err = p.Close(t.Context())
			}
			errs <- err
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if len(h.plugins) != n/2 {
		t.Errorf("the host remembers %d plugins, %d are open", len(h.plugins), n/2)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("LINKSTEP_SECRET", token)
	t.Setenv("AWS_SECRET_ACCESS_KEY", token)
	t.Setenv("LD_PRELOAD", "")
	t.Setenv("HTTPS_PROXY", "http://proxy.test:8080")
	t.Setenv("no_proxy", "localhost")
	t.Setenv("TZ", "UTC")
	t.Setenv("GOTRACEBACK", "single")
	p := tester(t, nil)
	res, err := p.Invoke(t.Context(), account(), request("environ", `{}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, pair := range environOf(t, res) {
		name, value, _ := strings.Cut(pair, "=")
		got[name] = value
	}
	want := map[string]string{"HTTPS_PROXY": "http://proxy.test:8080", "no_proxy": "localhost", "TZ": "UTC", "GOTRACEBACK": "single", "TMPDIR": os.Getenv("TMPDIR")}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s in the plugin = %q, want %q", name, got[name], value)
		}
		delete(got, name)
	}
	for name := range got {
		allowed := strings.HasPrefix(name, "PLUGIN_") || name == "LINKSTEP_PLUGIN" || name == "GORACE" // see race_test.go
		for _, p := range passedOn {
			allowed = allowed || name == p
		}
		if !allowed {
			t.Errorf("the plugin has %s=%s of the host", name, got[name])
		}
	}
	// What the process was started with is the same, seen from outside.
	if raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.PID())); err == nil && (strings.Contains(string(raw), token) || strings.Contains(string(raw), "\x00PATH=")) {
		t.Errorf("the plugin was started with %q", raw)
	}
}

// TestFileBusy starts checked copies while others are being written: a copy
// that a forked process holds open for writing cannot be executed.
func TestFileBusy(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile("/bin/true")
	if err != nil {
		content = []byte("#!/bin/sh\n")
	}
	dir := t.TempDir()
	errs := make(chan error)
	const n = 8
	for range n {
		go func() {
			for range 25 {
				path, _, err := copyPrivately(dir, filepath.Base(exe), strings.NewReader(string(content)))
				if err != nil {
					errs <- err
					return
				}
				proc, err := os.StartProcess(path, []string{path}, &os.ProcAttr{Env: []string{}})
				if err != nil {
					errs <- err
					return
				}
				_, _ = proc.Wait()
				_ = os.Remove(path)
			}
			errs <- nil
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			if errors.Is(err, syscall.ETXTBSY) {
				t.Error("text file busy: ", err)
				continue
			}
			t.Error(err)
		}
	}
}
