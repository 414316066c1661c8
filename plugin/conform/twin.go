package conform

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// twin is a process that the kit starts just as the host started the plugin,
// so that it holds what the host holds: the life line and both outputs.
type twin struct {
	clock    *clock
	cmd      *exec.Cmd
	lifeline io.Closer
	out, err head
	exited   chan struct{} // closed when it has ended
}

// handshakeWithin is how long a twin may take until its handshake line.
const handshakeWithin = 5 * time.Second

// startTwin starts a twin of the plugin and waits for its handshake.
func (s *subject) startTwin(ctx context.Context) (*twin, error) {
	args, env, err := s.started()
	if err != nil {
		return nil, err
	}
	t, err := s.newTwin(args, env)
	if err != nil {
		return nil, err
	}
	t.wait(ctx, handshakeWithin, func() bool { return t.handshake() >= 0 })
	if t.handshake() < 0 {
		t.kill()
		return nil, notRun("a second process gave no handshake")
	}
	return t, nil
}

// started tells how the host has started the process.
func (s *subject) started() (args, env []string, err error) {
	if !s.isProcess() {
		return nil, nil, errNoProcess
	}
	pid := s.plugin.PID()
	if !alive(pid) {
		return nil, nil, notRun("the process has ended")
	}
	args, env = procList(pid, "cmdline"), procList(pid, "environ")
	if len(args) == 0 || len(env) == 0 {
		return nil, nil, notRun("how the host starts a process shows on Linux only")
	}
	return args, env, nil
}

// newTwin starts a program. A nil env is that of this process.
func (s *subject) newTwin(args, env []string) (*twin, error) {
	t := &twin{clock: s.clock, cmd: exec.Command(args[0], args[1:]...), exited: make(chan struct{})}
	t.cmd.Env, t.cmd.Stdout, t.cmd.Stderr = env, &t.out, &t.err
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	t.cmd.WaitDelay = time.Second // for what it has started and holds the outputs
	lifeline, err := t.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	t.lifeline = lifeline
	if err := t.cmd.Start(); err != nil {
		return nil, errors.Join(err, lifeline.Close())
	}
	go func() {
		defer close(t.exited)
		_ = t.cmd.Wait() // the state tells the rest
	}()
	return t, nil
}

// handshake returns the number of the line that is go-plugin's handshake, -1
// when there is none yet.
func (t *twin) handshake() int {
	for i, line := range strings.Split(t.out.String(), "\n") {
		if strings.Count(line, "|") >= 3 && strings.HasPrefix(line, "1|") {
			return i
		}
	}
	return -1
}

// wait waits until a condition holds or the twin has ended, and reports
// whether either was so in time.
func (t *twin) wait(ctx context.Context, most time.Duration, holds func() bool) bool {
	for took := t.clock.start(); ctx.Err() == nil && took() < most; sleep(ctx, 5*time.Millisecond) {
		if holds() || t.ended() {
			return true
		}
	}
	return false
}

func (t *twin) ended() bool {
	select {
	case <-t.exited:
		return true
	default:
		return false
	}
}

// endsIn waits for the end and reports whether it came in time.
func (t *twin) endsIn(ctx context.Context, most time.Duration) bool {
	return t.wait(ctx, most, t.ended)
}

// kill ends the twin and what it has started.
func (t *twin) kill() {
	_ = syscall.Kill(-t.cmd.Process.Pid, syscall.SIGKILL)
	_ = t.lifeline.Close()
	<-t.exited
}

// head keeps the first bytes that are written to it. It is safe for concurrent
// use.
type head struct {
	mu   sync.Mutex // guards the field below
	text bytes.Buffer
}

// headMax is how many bytes of an output are kept.
const headMax = 64 << 10

// Write implements io.Writer and takes everything.
func (t *head) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text.Write(p[:min(len(p), max(0, headMax-t.text.Len()))])
	return len(p), nil
}

func (t *head) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}
