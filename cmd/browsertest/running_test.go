package browsertest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// running is a command that runs beside the test.
type running struct {
	m    *machine
	cmd  *exec.Cmd
	in   *os.File // what the person types
	done chan struct{}

	mu       sync.Mutex // guards the fields below
	out, err bytes.Buffer
}

// login begins a login to the sandbox.
func (m *machine) login(args ...string) *running {
	m.t.Helper()
	return m.start(append([]string{"connect", "linkedin", "--dev", "--settings", m.settings}, args...)...)
}

func (m *machine) start(args ...string) *running {
	m.t.Helper()
	stdin, in, err := os.Pipe()
	if err != nil {
		m.t.Fatal(err)
	}
	defer stdin.Close()
	r := &running{m: m, in: in, done: make(chan struct{}), cmd: exec.Command(m.bin, args...)}
	r.cmd.Env, r.cmd.WaitDelay = m.env, limit
	r.cmd.Stdin, r.cmd.Stdout, r.cmd.Stderr = stdin, writer{r, &r.out}, writer{r, &r.err}
	if err := r.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	go func() {
		defer close(r.done)
		_ = r.cmd.Wait()
	}()
	m.t.Cleanup(func() {
		_ = r.cmd.Process.Kill() // no effect after its end
		<-r.done
		in.Close()
		if m.t.Failed() {
			m.t.Logf("linkstep %v: %v\n%s%s", args, r.cmd.ProcessState, r.out.Bytes(), r.err.Bytes())
		}
	})
	return r
}

// writer collects what a command prints while the test looks at it.
type writer struct {
	r  *running
	to *bytes.Buffer
}

func (w writer) Write(p []byte) (int, error) {
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	return w.to.Write(p)
}

// opened waits for the address that the command opens in the browser, and
// checks that it shows the same to the person.
func (r *running) opened() string {
	r.m.t.Helper()
	var address []byte
	file := filepath.Join(r.m.dir, "opened")
	r.m.within("the command opens the browser", func() bool {
		var err error
		address, err = os.ReadFile(file)
		return err == nil
	})
	if err := os.Remove(file); err != nil {
		r.m.t.Fatal(err)
	}
	if shown := r.shown(); shown != string(address) {
		r.m.t.Errorf("the browser opens %s, and the person reads %s", address, shown)
	}
	return string(address)
}

// shown waits for the address that the command shows to the person.
func (r *running) shown() string {
	r.m.t.Helper()
	var address string
	r.m.within("the command shows an address", func() bool {
		_, after, found := strings.Cut(r.said(), "to consent:\n\n  ")
		address, _, _ = strings.Cut(after, "\n")
		return found && strings.Contains(after, "\n")
	})
	return address
}

// said is what the command has told the person so far.
func (r *running) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err.String()
}

// says waits until the command has told the person something.
func (r *running) says(words string) {
	r.m.t.Helper()
	r.m.within(fmt.Sprintf("the command says %q", words), func() bool { return strings.Contains(r.said(), words) })
}

// paste types a line.
func (r *running) paste(line string) {
	r.m.t.Helper()
	if _, err := r.in.WriteString(line + "\n"); err != nil {
		r.m.t.Fatal(err)
	}
}

func (r *running) interrupt() {
	r.m.t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		r.m.t.Error(err)
	}
}

// exits waits for the end of the command, and checks how it ended and what it
// said.
func (r *running) exits(status int, words ...string) {
	r.m.t.Helper()
	select {
	case <-r.done:
	case <-time.After(limit):
		r.m.t.Fatalf("linkstep %s goes on", r.cmd.Args[1])
	}
	if got := r.cmd.ProcessState.ExitCode(); got != status {
		r.m.t.Errorf("linkstep %s: exit status %d, want %d", r.cmd.Args[1], got, status)
	}
	said := r.out.String() + r.err.String()
	for _, want := range words {
		if !strings.Contains(said, want) {
			r.m.t.Errorf("linkstep %s does not say %q", r.cmd.Args[1], want)
		}
	}
}

// wantProcesses waits until so many processes have the folder of a machine, or
// of the whole test, in their environment or command line.
func wantProcesses(t *testing.T, dir string, want int) {
	t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		files, err := filepath.Glob("/proc/[0-9]*/cmdline")
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, file := range files {
			cmdline, _ := os.ReadFile(file)
			env, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "environ")) // gone, or another user's: empty
			if bytes.Contains(cmdline, []byte(dir)) || bytes.Contains(env, []byte(dir)) {
				found = append(found, string(bytes.ReplaceAll(cmdline, []byte{0}, []byte{' '})))
			}
		}
		switch {
		case len(found) == want:
			return
		case time.Now().After(end):
			t.Errorf("%d processes, want %d: %q", len(found), want, found)
			return
		}
	}
}
