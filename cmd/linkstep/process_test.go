package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// user is a new user's machine: a home, a folder for temporary files, and a
// sandbox to connect to.
type user struct {
	t       *testing.T
	env     []string
	tmp     string
	sandbox *sandbox.Server
	client  string // the application that connects
}

func newUser(t *testing.T) *user {
	t.Helper()
	tmp, err := os.MkdirTemp("", "ls")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(tmp) })
	srv, err := sandbox.Start(&sandbox.Options{Members: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	dir := t.TempDir()
	return &user{t: t, tmp: tmp, sandbox: srv, client: sandbox.PartnerClient, env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LINKSTEP_HOME=" + filepath.Join(dir, "home"), "TMPDIR=" + tmp,
		"SECRET_OF_THE_HOST=do-not-pass-on",
	}}
}

// command is linkstep with arguments, on this user's machine.
func (u *user) command(args ...string) *exec.Cmd {
	cmd := exec.Command("linkstep", args...)
	cmd.Env = u.env
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// connect makes the connection "me", and returns what was said.
func (u *user) connect(more ...string) string {
	u.t.Helper()
	out, err := u.command(append([]string{"connect", "linkedin", "--name", "me", "--dev", "--settings", u.settingsFile(), "--yes"}, more...)...).CombinedOutput()
	if err != nil {
		u.t.Fatalf("connect: %v\n%s", err, out)
	}
	return string(out)
}

// children returns the ids of the processes that a process started.
func children(t *testing.T, parent int) []int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile
		}
		// pid (name) state ppid: the name may hold anything.
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// within fails the test unless cond holds in time.
func within(t *testing.T, limit time.Duration, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !cond(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}

// gone reports whether a process has ended. One whose parent was killed may
// stay as a zombie until the machine's first process takes note.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH)
	}
	state := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))[0]
	return state == "Z" || state == "X"
}

// startStalled starts an invocation that the sandbox keeps waiting and returns
// it with the id of its plugin process, once LinkedIn was called.
func (u *user) startStalled() (*exec.Cmd, int) {
	u.t.Helper()
	if runtime.GOOS != "linux" {
		u.t.Skip("looks at processes in /proc")
	}
	u.connect()
	u.sandbox.ResetRequests()
	if err := u.sandbox.Fail(sandbox.Fault{Times: -1, Drip: time.Minute}); err != nil {
		u.t.Fatal(err)
	}
	cmd := u.command("invoke", "linkedin.get_profile", "--connection", "me", "--json")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		if u.t.Failed() {
			u.t.Logf("linkstep invoke printed: %s", out.Bytes())
		}
	})
	var pids []int
	within(u.t, 10*time.Second, "a plugin process and a call", func() bool {
		pids = children(u.t, cmd.Process.Pid)
		return len(pids) == 1 && len(u.sandbox.Requests()) > 0
	})
	return cmd, pids[0]
}

func TestPluginIsAProcessWithoutTheHostsSecrets(t *testing.T) {
	u := newUser(t)
	_, pid := u.startStalled()
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		t.Fatal(err)
	}
	allowed := []string{"LINKSTEP_PLUGIN", "TMPDIR", "GOCOVERDIR"}
	for _, variable := range strings.Split(strings.TrimRight(string(environ), "\x00"), "\x00") {
		name, _, _ := strings.Cut(variable, "=")
		if !slices.Contains(allowed, name) && !strings.HasPrefix(name, "PLUGIN_") {
			t.Errorf("the plugin has the variable %s", name)
		}
	}
	for _, file := range []string{"environ", "cmdline"} {
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
		if err != nil {
			t.Fatal(err)
		}
		if secret := u.sandbox.Settings().ClientSecret; bytes.Contains(content, []byte(secret)) {
			t.Errorf("the client secret stands in the plugin's %s", file)
		}
	}
}

func TestCtrlCEndsAtOnceAndLeavesNothing(t *testing.T) {
	u := newUser(t)
	cmd, pid := u.startStalled()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("the command goes on after Ctrl-C")
	}
	if status := cmd.ProcessState.ExitCode(); status != 130 {
		t.Errorf("exit status %d, want 130", status)
	}
	if !gone(pid) {
		t.Errorf("the plugin process %d is still there", pid)
	}
	out, err := u.command("audit", "--limit", "1").Output()
	if err != nil || !bytes.Contains(out, []byte("linkedin.get_profile  0        canceled")) {
		t.Errorf("the audit trail after Ctrl-C: %v\n%s", err, out)
	}
	if left, err := os.ReadDir(u.tmp); err != nil || len(left) > 0 {
		t.Errorf("left in TMPDIR: %v, %v", left, err)
	}
}

func TestKilledHostTakesItsPluginAlong(t *testing.T) {
	u := newUser(t)
	cmd, pid := u.startStalled()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	within(t, time.Second, "the plugin ends after its host was killed", func() bool { return gone(pid) })

	// What the dead host left behind goes with the next one.
	u.sandbox.ClearFaults()
	if out, err := u.command("invoke", "linkedin.get_profile").CombinedOutput(); err != nil {
		t.Fatalf("invoke: %v\n%s", err, out)
	}
	if left, err := os.ReadDir(u.tmp); err != nil || len(left) > 0 {
		t.Errorf("left in TMPDIR: %v, %v", left, err)
	}
}
