package host

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// dumpTime is how long a hung process may take to write down where its
// goroutines are.
const dumpTime = 2 * time.Second

// health watches whether a process answers, and whether it was told to end.
type health struct {
	timeout time.Duration      // without an answer for so long it is hung
	stop    context.CancelFunc // nil: it is not watched yet
	asking  sync.WaitGroup
}

// end stops the watch; killing a process that does not answer is then up to
// the caller.
func (h *health) end() {
	if h.stop != nil {
		h.stop()
		h.asking.Wait()
	}
}

// watch waits for word that the process was told to end, and asks again and
// again whether it lives, until it ends or is being ended. One that hangs is
// killed; with a negative timeout it is not asked.
func (p *process) watch(timeout time.Duration) {
	ctx, stop := context.WithCancel(context.Background())
	p.health.timeout, p.health.stop = timeout, stop
	p.health.asking.Go(func() {
		if wire.AwaitEnd(ctx, p.conn) {
			close(p.leaves)
		}
	})
	if timeout > 0 {
		p.health.asking.Go(func() {
			if !keepsAnswering(ctx, p.ping, timeout) {
				p.hang(fmt.Sprintf("did not answer for %s and was killed", timeout), dumpTime)
			}
		})
	}
	p.health.asking.Go(func() {
		select {
		case <-p.run.exited:
			stop()
		case <-ctx.Done():
		}
	})
}

// keepsAnswering pings until ctx ends. It returns false earlier when there was no
// answer for the time given, to either of two pings: the first may have been
// lost on a host that was itself stopped meanwhile.
func keepsAnswering(ctx context.Context, ping func(context.Context) error, timeout time.Duration) bool {
	part := timeout / 5
	for {
		select {
		case <-time.After(part):
		case <-ctx.Done():
			return true
		}
		if !answered(ctx, ping, 3*part) && !answered(ctx, ping, part) {
			return ctx.Err() != nil
		}
	}
}

// answered reports whether a ping is answered in time. A ping that fails
// early is as good as one without an answer, and takes as long.
func answered(ctx context.Context, ping func(context.Context) error, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if ping(ctx) == nil {
		return true
	}
	<-ctx.Done()
	return false
}

// ping asks the plugin's gRPC server for its health. go-plugin's own Ping has
// no deadline.
func (p *process) ping(ctx context.Context) error {
	_, err := grpc_health_v1.NewHealthClient(p.conn).Check(ctx,
		&grpc_health_v1.HealthCheckRequest{Service: goplugin.GRPCServiceName}, grpc.WaitForReady(true))
	return err
}

// hang ends a process that does not answer; how is what will be said of its end,
// empty for nothing. It is asked to write down what its goroutines do, unless it
// is stopped: then they do nothing, and it could not write.
func (p *process) hang(how string, within time.Duration) {
	pid, err := strconv.Atoi(p.run.ID())
	runs := err == nil && !isStopped(pid)
	if how != "" && !runs {
		how = "was stopped by a signal or a debugger, " + how
	}
	if !p.run.giveUp(how) {
		return // it has ended by itself
	}
	if runs {
		p.run.dump(within)
	}
	_ = p.run.Kill(context.Background())
}

// endUnclosed ends a process that did not close in time. Its group is told to
// end and has so long for it; then the process writes down what its goroutines
// do, unless it is stopped.
func (p *process) endUnclosed(grace, dump time.Duration) {
	if !p.run.signal(syscall.SIGTERM) {
		return
	}
	select {
	case <-p.run.exited:
		return
	case <-time.After(grace):
	}
	if pid, err := strconv.Atoi(p.run.ID()); err == nil && !isStopped(pid) {
		p.run.dump(dump)
	}
	_ = p.run.Kill(context.Background())
}

// interrupt implements reached.
func (p *process) interrupt() { p.hang("", dumpTime) }

// isStopped reports whether a process stands still by SIGSTOP or in a
// debugger. Where there is no /proc it is taken for one that runs.
func isStopped(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The name, in parentheses, may have any character.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	return len(fields) > 0 && (fields[0] == "T" || fields[0] == "t")
}

// giveUp notes how the process fails the host, which will kill it. It reports
// false when it has ended, or when its end was asked for before.
func (r *runner) giveUp(how string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.killed || r.cmd.ProcessState != nil {
		return false
	}
	r.killed, r.hung = true, how
	return true
}

// dump makes a Go program write its goroutines to standard error and end.
func (r *runner) dump(within time.Duration) {
	r.mu.Lock()
	if r.cmd.ProcessState == nil {
		_ = syscall.Kill(r.cmd.Process.Pid, syscall.SIGQUIT)
	}
	r.mu.Unlock()
	select {
	case <-r.exited:
	case <-time.After(within):
	}
}
