package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// runner runs a plugin process for go-plugin: in a process group of its own,
// with a life line on standard input, both outputs read to their end whatever
// comes, and everything kept that may explain its end.
type runner struct {
	cmd      *exec.Cmd
	evidence *evidence
	log      *slog.Logger

	lifeline  *os.File      // closing it tells the plugin that the host is gone
	handshake handshake     // what go-plugin reads as standard output
	reaped    chan struct{} // closed when the process has ended
	exited    chan struct{} // closed when all has been read that it said, too

	mu       sync.Mutex // guards the fields below
	started  bool
	killed   bool   // the host ended it, or forbade its start
	hung     string // why the host ended it, as a sentence's predicate; empty: as it pleased
	version  int    // protocol version of the handshake line; 0: none seen
	startErr error  // why the program did not start
	endedAt  time.Time
}

func newRunner(cmd *exec.Cmd, e *evidence, log *slog.Logger) *runner {
	return &runner{cmd: cmd, evidence: e, log: log, handshake: newHandshake(), reaped: make(chan struct{}), exited: make(chan struct{})}
}

// Start starts the process.
func (r *runner) Start(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.killed {
		r.startErr = context.Canceled
	} else {
		r.startErr = r.start()
	}
	if r.startErr != nil {
		r.handshake.end()
		return r.startErr
	}
	r.started = true
	return nil
}

func (r *runner) start() error {
	stdin, lifeline, err := os.Pipe()
	if err != nil {
		return err
	}
	defer stdin.Close()
	r.lifeline = lifeline
	r.cmd.Stdin = stdin
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := r.cmd.StdoutPipe()
	if err != nil {
		return errors.Join(err, lifeline.Close())
	}
	stderr, err := r.cmd.StderrPipe()
	if err != nil {
		return errors.Join(err, lifeline.Close())
	}
	if err := r.cmd.Start(); err != nil {
		return errors.Join(err, lifeline.Close())
	}
	read := make(chan struct{})
	var reading sync.WaitGroup
	reading.Go(func() { r.readOut(stdout) })
	reading.Go(func() { readLog(stderr, r.evidence, r.log) })
	go func() { reading.Wait(); close(read) }()
	go r.wait(read, stdout, stderr)
	return nil
}

// outputGrace is how long the outputs of a process that ended are read on. A
// process that it started and that left the group may hold them open.
const outputGrace = time.Second

// wait reaps the process, and with it whatever it started in its group.
func (r *runner) wait(read <-chan struct{}, outputs ...io.Closer) {
	state, err := r.cmd.Process.Wait()
	r.mu.Lock()
	r.cmd.ProcessState, r.endedAt = state, time.Now()
	r.mu.Unlock()
	_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
	close(r.reaped)
	select {
	case <-read:
	case <-time.After(outputGrace):
	}
	for _, output := range outputs {
		_ = output.Close()
	}
	<-read
	_ = r.lifeline.Close()
	r.handshake.end()
	if err != nil {
		r.log.Debug("waiting for the plugin", "error", err)
	}
	close(r.exited)
}

// readOut reads standard output: the handshake line goes to go-plugin, all
// else is noise that a plugin should not make.
func (r *runner) readOut(stdout io.Reader) {
	shaken := false
	eachLine(stdout, func(line []byte) {
		if version, ok := handshakeVersion(line); ok && !shaken {
			shaken = true
			r.mu.Lock()
			r.version = version
			r.mu.Unlock()
			r.handshake.line(line)
			return
		}
		r.log.Debug("noise on standard output", "line", r.evidence.noise(line, shaken))
	})
}

// ending describes the end of the process. It has no words while the process
// runs and when the host itself ended it as it pleased.
func (r *runner) ending() ending {
	r.mu.Lock()
	defer r.mu.Unlock()
	end, state := ending{at: r.endedAt, how: r.hung, hung: r.hung != ""}, r.cmd.ProcessState
	if r.killed || state == nil {
		return end
	}
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		end.how = fmt.Sprintf("was ended by signal %d (%s)", ws.Signal(), ws.Signal())
	} else {
		end.how = fmt.Sprintf("ended with status %d", state.ExitCode())
	}
	return end
}

// awaitLastWords waits until all has been read that a process said, if it has
// ended.
func (r *runner) awaitLastWords() {
	select {
	case <-r.reaped:
		<-r.exited
	default:
	}
}

// Wait implements go-plugin's runner.
func (r *runner) Wait(ctx context.Context) error {
	select {
	case <-r.exited:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Kill ends the process and its group at once and waits for it.
func (r *runner) Kill(context.Context) error {
	if r.signal(syscall.SIGKILL) {
		<-r.exited
	}
	return nil
}

// signal sends a signal that ends the process to its group. It reports false
// when there is no process to wait for.
func (r *runner) signal(sig syscall.Signal) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.exited:
		return false
	default:
	}
	if r.cmd.ProcessState != nil {
		return true // it ended by itself, and its outputs are still being read
	}
	r.killed = true
	if r.started {
		_ = syscall.Kill(-r.cmd.Process.Pid, sig)
	}
	return r.started
}

// terminate asks the process to end, gives it grace, and then kills it.
func (r *runner) terminate(grace time.Duration) {
	if !r.signal(syscall.SIGTERM) {
		return
	}
	_ = r.lifeline.Close()
	select {
	case <-r.exited:
	case <-time.After(grace):
		_ = r.Kill(context.Background())
	}
}

// Stdout is the handshake line.
func (r *runner) Stdout() io.ReadCloser { return io.NopCloser(&r.handshake) }

// Stderr is empty for go-plugin, the host reads it.
func (r *runner) Stderr() io.ReadCloser { return io.NopCloser(bytes.NewReader(nil)) }

// Name is the program's path.
func (r *runner) Name() string { return r.cmd.Path }

// ID is the process id.
func (r *runner) ID() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started {
		return ""
	}
	return strconv.Itoa(r.cmd.Process.Pid)
}

// Diagnose says nothing: the evidence goes into the error another way.
func (r *runner) Diagnose(context.Context) string { return "" }

// PluginToHost and HostToPlugin: both sides see the same sockets.
func (r *runner) PluginToHost(network, addr string) (string, string, error) {
	return network, addr, nil
}

// HostToPlugin implements go-plugin's runner.
func (r *runner) HostToPlugin(network, addr string) (string, string, error) {
	return network, addr, nil
}
