package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// startSandbox starts linkstep sandbox and returns it with the settings that it
// has written.
func (u *user) startSandbox(file string, more ...string) (*exec.Cmd, sandbox.Settings) {
	u.t.Helper()
	before, _ := os.ReadFile(file)
	cmd := u.command(append([]string{"sandbox", "--members", "100", "--ready-file", file}, more...)...)
	if err := cmd.Start(); err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() { _ = cmd.Process.Kill() })
	var s sandbox.Settings
	within(u.t, 10*time.Second, "the sandbox is ready", func() bool {
		doc, err := os.ReadFile(file)
		return err == nil && string(doc) != string(before) && json.Unmarshal(doc, &s) == nil
	})
	return cmd, s
}

// A ready file takes the place of nothing but another one, and only what the
// sandbox has written is removed at its end.
func TestReadyFileKeepsWhatIsOthers(t *testing.T) {
	u := newUser(t)
	file := filepath.Join(t.TempDir(), "settings.json")
	for name, content := range map[string]string{
		"settings of LinkedIn": `{"client_id":"78abc","client_secret":"the only copy"}`,
		"settings of a mock":   `{"api_url":"http://127.0.0.1:9090","client_id":"78abc","client_secret":"the only copy"}`,
		"a text":               "dear diary\n",
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := u.command("sandbox", "--members", "100", "--ready-file", file)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stop := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Signal(os.Interrupt) })
		_ = cmd.Wait()
		stop.Stop()
		if got := cmd.ProcessState.ExitCode(); got != 3 {
			t.Errorf("%s: exit status %d, want 3", name, got)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != content {
			t.Errorf("%s: it is now %q, %v", name, got, err)
		}
	}

	if err := os.WriteFile(file, nil, 0o600); err != nil { // as mktemp makes it
		t.Fatal(err)
	}
	killed, _ := u.startSandbox(file)
	_ = killed.Process.Kill()
	_ = killed.Wait()
	first, _ := u.startSandbox(file) // over what the killed one has left
	second, s := u.startSandbox(file)
	interrupt := func(cmd *exec.Cmd) {
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
	interrupt(first)
	if doc, err := os.ReadFile(file); err != nil || !json.Valid(doc) {
		t.Errorf("the file of the sandbox at %s went with another's: %v", s.APIURL, err)
	}
	interrupt(second)
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the ready file is still there: %v", err)
	}
}
