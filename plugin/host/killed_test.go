package host

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestHostIsKilled kills a host: its plugin goes with it within a second, and
// what that has started, whatever either does, and the next host sweeps what
// it left.
func TestHostIsKilled(t *testing.T) {
	for _, tt := range []struct {
		name, mode string
		processes  int  // in the plugin's group
		stopped    bool // the plugin is, when its host is killed
		why        string
	}{
		{"idle", "engine", 1, false, "the ordinary case"},
		{"calls in flight", "engine-calling", 1, false, "they do not end by themselves"},
		{"never closes", "engine-unclosing", 1, false, "it is not waited for"},
		{"stopped", "engine", 1, true, "the system wakes a group that nobody is left to wake"},
		{"stopped with calls in flight", "engine-calling", 1, true, "the same"},
		{"with a child", "engine-parent", 2, false, "nobody else ends it"},
		{"never closes, with a child", "engine-parent-unclosing", 2, false, "the end is not an orderly one"},
		{"during a start", "engine-building", 2, false, "the connector is not there yet"},
		{"during a start, after the handshake", "engine-unanswering", 1, false, "the first call does not end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.processes > 1 && !isLinux() {
				t.Skip("the child is found in /proc")
			}
			within(t, time.Second, func(t *testing.T) time.Duration {
				return killHost(t, tt.mode, tt.processes, tt.stopped)
			})
		})
	}
}

// killHost starts a host of a mode and kills it. It returns how long the
// processes in its plugin's group outlive it.
func killHost(t *testing.T, mode string, processes int, stopped bool) time.Duration {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "child", mode)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	var folder string
	if _, err := fmt.Fscan(out, &pid, &folder); err != nil {
		t.Fatal(err)
	}
	if !alive(pid) || !strings.HasPrefix(folder, os.TempDir()) {
		t.Fatalf("the plugin %d of %s does not run", pid, folder)
	}
	if processes > 1 {
		awaitChild(t, pid)
	}
	if stopped {
		halt(t, pid)
	}
	killed := time.Now()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	wantGroupGone(t, pid, 5*time.Second)
	took := time.Since(killed)
	_ = cmd.Wait()

	if _, err := os.Stat(folder); err != nil {
		t.Errorf("the folder of the dead host: %v", err)
	}
	if _, err := newHost(t, nil).privateFolder(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the next host leaves the folder of the dead one: %v", err)
	}
	return took
}

// within wants something done within a time that is the same on a busy
// machine, where of three attempts one must be so fast.
func within(t *testing.T, most time.Duration, attempt func(t *testing.T) time.Duration) {
	t.Helper()
	var took [3]time.Duration
	for i := range took {
		if took[i] = attempt(t); took[i] <= most || t.Failed() {
			t.Logf("it takes %s", took[i])
			return
		}
	}
	t.Errorf("it takes %s, want %s at most once", took, most)
}
