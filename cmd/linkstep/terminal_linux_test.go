package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// terminal returns a terminal's two ends: what a person types into, and what a
// command has for its standard input.
func terminal(t *testing.T) (person, command *os.File) {
	t.Helper()
	open := func(name string) *os.File {
		f, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	person = open("/dev/ptmx")
	control := func(what uintptr, value *int32) {
		if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, person.Fd(), what, uintptr(unsafe.Pointer(value))); err != 0 {
			t.Fatal(err)
		}
	}
	var locked, number int32
	control(syscall.TIOCSPTLCK, &locked)
	control(syscall.TIOCGPTN, &number)
	return person, open(fmt.Sprintf("/dev/pts/%d", number))
}

// Somebody at a terminal is asked before anything is erased.
func TestEraseAsks(t *testing.T) {
	u := newUser(t)
	u.connect()
	_, urn, _ := u.account()
	for _, tt := range []struct{ typed, says string }{
		{"no\n", "nothing was erased"},
		{"\n", "nothing was erased"},
		{"\x04", "nothing was erased"}, // Ctrl-D
		{"yes\n", "disconnected me; deleted: "},
	} {
		person, stdin := terminal(t)
		if _, err := person.WriteString(tt.typed); err != nil {
			t.Fatal(err)
		}
		cmd := u.command("privacy", "erase", "--member", urn)
		cmd.Stdin = stdin
		out, _ := cmd.CombinedOutput()
		status := exitUsage
		if tt.typed == "yes\n" {
			status = 0
		}
		asked := "This erases what is kept of " + urn + ", and the connection me.\nType yes to go on: "
		if got := cmd.ProcessState.ExitCode(); got != status || !strings.HasPrefix(string(out), asked) || !strings.Contains(string(out), tt.says) {
			t.Errorf("%q: exit status %d, want %d\n%s", tt.typed, got, status, out)
		}
	}
}
