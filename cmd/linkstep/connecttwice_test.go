package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin"
)

// settingsFile writes the settings of a connection to the user's sandbox.
func (u *user) settingsFile() string {
	u.t.Helper()
	settings, err := u.sandbox.SettingsFor(u.client)
	if err != nil {
		u.t.Fatal(err)
	}
	return u.writeSettings(settings)
}

// startConnect starts a login that waits for the consent. It returns the
// address to consent at, and where the answer is pasted.
func (u *user) startConnect() (cmd *exec.Cmd, page string, paste io.WriteCloser) {
	u.t.Helper()
	cmd = u.command("connect", "linkedin", "--name", "me", "--dev", "--settings", u.settingsFile(), "--no-browser")
	paste, err := cmd.StdinPipe()
	if err != nil {
		u.t.Fatal(err)
	}
	said, err := cmd.StderrPipe()
	if err != nil {
		u.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "  http") {
			page = strings.TrimSpace(lines.Text())
		}
		if strings.HasPrefix(lines.Text(), "Waiting for the consent") {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return cmd, page, paste
		}
	}
	u.t.Fatal("connect does not wait for the consent")
	return nil, "", nil
}

// Of two logins under one name, the one that is late or given up takes nothing
// of the other's along.
func TestConnectTwiceKeepsTheFirst(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		end    func(t *testing.T, cmd *exec.Cmd, page string, paste io.Writer)
	}{
		{"given up", 130, func(t *testing.T, cmd *exec.Cmd, _ string, _ io.Writer) {
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}},
		{"late", exitStatus[plugin.Conflict], func(t *testing.T, _ *exec.Cmd, page string, paste io.Writer) {
			answer, err := consent(t.Context(), page)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(paste, answer+"\n"); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := newUser(t)
			cmd, page, paste := u.startConnect()
			u.connect()
			tt.end(t, cmd, page, paste)
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != tt.status {
				t.Errorf("exit status %d, want %d", got, tt.status)
			}
			if out, err := u.command("invoke", "linkedin.get_profile", "--connection", "me").CombinedOutput(); err != nil {
				t.Errorf("the connection that was made first: %v\n%s", err, out)
			}
		})
	}
}

// A login that has succeeded stays, also when that cannot be said.
func TestConnectStaysOnceSaved(t *testing.T) {
	u := newUser(t)
	closed, err := os.Open(os.DevNull) // nothing can be written there
	if err != nil {
		t.Fatal(err)
	}
	defer closed.Close()
	var said bytes.Buffer
	cmd := u.command("connect", "linkedin", "--name", "me", "--dev", "--settings", u.settingsFile(), "--yes", "--json")
	cmd.Stdout, cmd.Stderr = closed, &said
	if err := cmd.Run(); err == nil {
		t.Errorf("connect succeeds and cannot say so\n%s", said.Bytes())
	}
	if out, err := u.command("invoke", "linkedin.get_profile", "--connection", "me").CombinedOutput(); err != nil {
		t.Errorf("the connection: %v\n%s", err, out)
	}
}
