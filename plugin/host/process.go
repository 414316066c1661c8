package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	grunner "github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// process is a connector that runs as a process of its own.
type process struct {
	plugin.Connector
	client  *goplugin.Client
	conn    grpc.ClientConnInterface
	wire    *wire.Plugin
	health  health
	run     *runner
	private string // the host's private folder
	copied  string // private copy of the binary to remove; empty: none

	protocols protocols     // that were offered
	leaves    chan struct{} // closed when it has been told to end

	mu      sync.Mutex // guards the field below
	sockets string     // folder of the sockets to remove; empty: none
}

// startProcess starts a program as a plugin and shakes hands with it.
func startProcess(ctx context.Context, h *Host, prog program) (reached, error) {
	private, err := h.privateFolder()
	if err != nil {
		return nil, err
	}
	path, err := prog.checked(private)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, prog.args...)
	p := &process{wire: new(wire.Plugin), run: newRunner(cmd, new(evidence), h.log.With("plugin", prog.path)), private: private, protocols: h.protocols, leaves: make(chan struct{})}
	if prog.sha256 != "" {
		p.copied = path
	}
	p.client = goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig:  wire.Handshake,
		VersionedPlugins: h.protocols.plugins(p.wire),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		AutoMTLS:         true,
		SkipHostEnv:      true,
		StartTimeout:     2 * h.startTimeout, // ours ends it first, with a better word
		GRPCDialOptions:  dialOptions(h.health),
		UnixSocketConfig: &goplugin.UnixSocketConfig{TempDir: private},
		Logger:           hclog.NewNullLogger(),
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, sockets string) (grunner.Runner, error) {
			cmd.Env = append(spec.Env, pluginEnv(h.memory)...)
			p.mu.Lock()
			defer p.mu.Unlock()
			p.sockets = sockets
			return p.run, nil
		},
	})
	if err := p.shakeHands(ctx, h.startTimeout, prog.path); err != nil {
		p.kill()
		return nil, err
	}
	p.watch(h.health)
	return p, nil
}

// dialOptions has the connection given up later than a hung process, of which
// more can be said.
func dialOptions(healthTimeout time.Duration) []grpc.DialOption {
	if healthTimeout < 0 {
		return wire.DialOptions()
	}
	return append(wire.DialOptions(), wire.Keepalive(2*healthTimeout))
}

// shakeHands starts the process and dials it. When the time is over or ctx
// ends first, the process is killed, which ends go-plugin's wait.
func (p *process) shakeHands(ctx context.Context, timeout time.Duration, path string) error {
	started := make(chan error, 1)
	go func() {
		protocol, err := p.client.Client()
		if err == nil {
			var raw any
			if raw, err = protocol.Dispense(wire.PluginName); err == nil {
				p.Connector = raw.(plugin.Connector)
				p.conn = protocol.(*goplugin.GRPCClient).Conn
			}
		}
		started <- err
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case err := <-started:
		if err != nil {
			return p.startError(path, "did not answer as a plugin", err)
		}
		return nil
	case <-timer.C:
		p.interrupt()
		return p.startError(path, fmt.Sprintf("did not answer as a plugin within %s", timeout), <-started)
	case <-ctx.Done():
		_ = p.run.Kill(ctx)
		<-started
		return plugin.AsError(ctx.Err())
	}
}

// startError says from the evidence why the process did not become a plugin.
func (p *process) startError(path, what string, err error) error {
	p.run.mu.Lock()
	startErr, version := p.run.startErr, p.run.version
	p.run.mu.Unlock()
	if version != 0 {
		if err := p.protocols.refuse(version, path, err); err != nil {
			return err
		}
	}
	var pathErr *fs.PathError
	if p.folderOfSockets() == "" && errors.As(err, &pathErr) {
		return folderError(p.private, "cannot hold a folder for sockets", err)
	}
	end := p.explain()
	switch {
	case errors.Is(startErr, syscall.ENOEXEC):
		return cannotRun(path, "is not a program for this machine", "Build it for this operating system and processor, or name another file.", startErr)
	case errors.Is(startErr, syscall.EACCES) && p.copied != "":
		e := folderError(p.private, "allows no execution", startErr)
		e.Hint = "Set TMPDIR to a short path on a file system that allows execution."
		return e
	case startErr != nil:
		return cannotRun(path, "could not be started", "Check that the file is a program and that its folder allows execution.", startErr)
	case end.how != "":
		what = end.how + " before it answered as a plugin"
	}
	e := cannotRun(path, what, noPluginHint, err)
	e.Detail = cmp.Or(end.detail, e.Detail)
	return e
}

// folderOfSockets returns where the sockets are, empty when there is no such
// folder yet.
func (p *process) folderOfSockets() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sockets
}

func (p *process) ended() <-chan struct{}   { return p.run.reaped }
func (p *process) leaving() <-chan struct{} { return p.leaves }
func (p *process) hide(secret string)       { p.run.evidence.hide(secret) }

func (p *process) explain() ending {
	p.run.awaitLastWords()
	end := p.run.ending()
	end.detail = p.run.evidence.text()
	return end
}

// stop ends the process: it asks the connector to close, then go-plugin to
// shut down, then the operating system, each with its share of the time. Of a
// process that has ended it removes what is left.
func (p *process) stop(ctx context.Context, grace time.Duration) error {
	select {
	case <-p.run.exited:
		p.kill()
		return nil
	default:
	}
	p.health.end()
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	_, err := p.Connector.Close(ctx, &plugin.CloseRequest{})
	if plugin.KindOf(err) == plugin.PluginCrashed {
		err = nil // it is as closed as it can be
	}
	if grace > 0 && plugin.KindOf(err) == plugin.Deadline {
		p.endUnclosed(500*time.Millisecond, time.Second)
	}
	gone := make(chan struct{})
	go func() {
		// Kill asks for a graceful end first; a stopped process keeps it
		// waiting for ever, so it is not waited for alone.
		p.client.Kill()
		close(gone)
	}()
	select {
	case <-gone:
	case <-ctx.Done():
	case <-time.After(time.Second):
	}
	p.run.terminate(time.Second)
	<-gone
	p.free()
	return err
}

// kill ends the process at once.
func (p *process) kill() {
	p.health.end()
	_ = p.run.Kill(context.Background())
	p.client.Kill()
	p.free()
}

// lentGrace is how long the store may take to end the calls of a process that
// has ended.
const lentGrace = 500 * time.Millisecond

// free frees what is left of a process that has ended.
func (p *process) free() {
	served := make(chan struct{})
	go func() { p.wire.Lent.Wait(); close(served) }()
	select {
	case <-served:
	case <-time.After(lentGrace): // it does not heed its context; nothing can be done about that here
		p.run.log.Warn("the store does not end the calls of a plugin that has ended")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.copied != "" {
		_ = os.Remove(p.copied)
	}
	if p.sockets != "" {
		_ = os.RemoveAll(p.sockets)
	}
}
