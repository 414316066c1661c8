package host

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// startInGroup starts a process in the plugin's group.
func startInGroup() {
	cmd := exec.Command("/bin/sleep", "60")
	if err := cmd.Start(); err != nil {
		panic(err)
	}
}

// group returns the processes that live in a plugin's group, the plugin among
// them. Without /proc it tells no more than that there are any.
func group(pid int) []int {
	if !isLinux() {
		if syscall.Kill(-pid, 0) != nil {
			return nil
		}
		return []int{pid}
	}
	var pids []int
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		// After the name, which may hold anything: state, parent, group.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if string(fields[2]) != strconv.Itoa(pid) || string(fields[0]) == "Z" {
			continue
		}
		if member, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
			pids = append(pids, member)
		}
	}
	return pids
}

// awaitChild waits until a plugin has started its process.
func awaitChild(t *testing.T, pid int) {
	t.Helper()
	for range 400 {
		if !isLinux() || len(group(pid)) > 1 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("in the group of the plugin: %v, want two processes", group(pid))
}

// wantGroupGone wants nothing to live in a plugin's group. To be killed takes
// a process a moment.
func wantGroupGone(t *testing.T, pid int, within time.Duration) {
	t.Helper()
	for end := time.Now().Add(within); len(group(pid)) > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("in the group of plugin %d live: %v", pid, group(pid))
			_ = syscall.Kill(-pid, syscall.SIGKILL)
			return
		}
	}
}

// TestGroupEndsWithPlugin has a plugin start a process, and wants that to end
// with it, in whatever way it ends.
func TestGroupEndsWithPlugin(t *testing.T) {
	crash := func(how string) func(*testing.T, *Plugin) {
		return func(t *testing.T, p *Plugin) {
			_, err := p.Invoke(t.Context(), account(), request("crash_write", `{"how":"`+how+`"}`), nil)
			if plugin.KindOf(err) != plugin.PluginCrashed {
				t.Errorf("the call gives %v, want plugin_crashed", err)
			}
		}
	}
	stop := func(t *testing.T, p *Plugin) { _ = p.Close(t.Context()) }
	hurry := func(t *testing.T, p *Plugin) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = p.Close(ctx)
	}
	for _, tt := range []struct {
		name, mode string
		end        func(t *testing.T, p *Plugin)
		why        string
	}{
		{"stop", "parent", stop, "the plugin ends by itself, its child does not"},
		{"stop of one that never closes", "parent-unclosing", stop, "a dump ends it"},
		{"stop of a stopped one", "parent", func(t *testing.T, p *Plugin) { halt(t, p.PID()); stop(t, p) }, "only a kill ends it"},
		{"stop in a hurry", "parent", hurry, "no time is left to ask"},
		{"exit", "parent", crash("exit"), "the host hears only of the plugin's end"},
		{"panic", "parent", crash("panic"), "the runtime ends one process"},
		{"kill", "parent", crash("kill"), "so does the system"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, &Options{Store: new(plugintest.Store), StopGrace: shortGrace})
			p := load(t, h, self(tt.mode))
			pid := p.PID()
			awaitChild(t, pid)
			tt.end(t, p)
			wantGroupGone(t, pid, time.Second)
		})
	}
}

// TestGroupEndsWithFailedStart gives a start up after the program has started
// a process.
func TestGroupEndsWithFailedStart(t *testing.T) {
	if !isLinux() {
		t.Skip("the program is found in /proc")
	}
	h := newHost(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		_, err := h.Load(ctx, self("building"))
		failed <- err
	}()
	pid := awaitProcess("building")
	awaitChild(t, pid)
	cancel()
	if err := <-failed; plugin.KindOf(err) != plugin.Canceled {
		t.Errorf("Load = %v, want canceled", err)
	}
	wantGroupGone(t, pid, time.Second)
}

// awaitProcess waits for a child of this process.
func awaitProcess(mode string) (pid int) {
	for range 2000 {
		if pids := processes(mode); len(pids) > 0 {
			return pids[0]
		}
		time.Sleep(5 * time.Millisecond)
	}
	panic(fmt.Sprint("no process was started as ", mode))
}
