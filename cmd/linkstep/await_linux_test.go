package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// ends fails the test unless a command ends soon, with this status.
func ends(t *testing.T, cmd *exec.Cmd, status int) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		_ = cmd.Process.Kill()
		<-done
		t.Fatal("the command goes on")
	}
	if got := cmd.ProcessState.ExitCode(); got != status {
		t.Errorf("exit status %d, want %d", got, status)
	}
}

// Ctrl-C, a termination and the timeout end a command that reads standard
// input, as they do at any other time.
func TestReadingStandardInputCanBeEnded(t *testing.T) {
	u := newUser(t)
	u.connect()
	for _, tt := range []struct {
		name   string
		args   []string
		signal os.Signal // nil: the timeout
		status int
	}{
		{"Ctrl-C, the input", []string{"invoke", "linkedin.get_profile", "--input", "-"}, os.Interrupt, 130},
		{"termination, the input", []string{"invoke", "linkedin.get_profile", "--input", "-"}, syscall.SIGTERM, 130},
		{"timeout, the input", []string{"invoke", "linkedin.get_profile", "--input", "-", "--timeout", "1s"}, nil, 8},
		{"Ctrl-C, the secret", []string{"connect", "linkedin", "--name", "me", "--client-secret-stdin"}, os.Interrupt, 130},
		{"timeout, the token", []string{"connect", "linkedin", "--name", "me", "--access-token-stdin", "--timeout", "3s"}, nil, 8},
		{"Ctrl-C, the settings", []string{"connect", "linkedin", "--name", "me", "--settings", "/dev/stdin"}, os.Interrupt, 130},
		{"Ctrl-C, the kit's settings", []string{"conform", "nowhere", "--settings", "/dev/stdin"}, os.Interrupt, 130},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, typed, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			defer typed.Close()
			if _, err := typed.WriteString("{"); err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			cmd := u.command(tt.args...)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &said, &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			within(t, 10*time.Second, "the command reads", func() bool {
				var unread int32
				if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, in.Fd(), syscall.TIOCINQ, uintptr(unsafe.Pointer(&unread))); err != 0 {
					t.Fatal(err)
				}
				return unread == 0
			})
			if tt.signal != nil {
				if err := cmd.Process.Signal(tt.signal); err != nil {
					t.Fatal(err)
				}
			}
			ends(t, cmd, tt.status)
			if !strings.Contains(said.String(), "nothing was done") {
				t.Errorf("it says\n%s", said.Bytes())
			}
		})
	}
}

// Ctrl-C is an answer to the question whether to erase.
func TestEraseCanBeGivenUp(t *testing.T) {
	u := newUser(t)
	u.connect()
	_, urn, _ := u.account()
	_, stdin := terminal(t)
	cmd := u.command("privacy", "erase", "--member", urn)
	cmd.Stdin = stdin
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	asked := make([]byte, 0, 1024)
	for !bytes.HasSuffix(asked, []byte("Type yes to go on: ")) {
		n, err := said.Read(asked[len(asked):cap(asked)])
		if err != nil {
			t.Fatalf("%v; it says\n%s", err, asked)
		}
		asked = asked[:len(asked)+n]
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	ends(t, cmd, 130)
	if out, err := u.command("invoke", "linkedin.get_profile", "--connection", "me").CombinedOutput(); err != nil {
		t.Errorf("the connection that was not erased: %v\n%s", err, out)
	}
}
