package serve

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/guard"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

const (
	// drainTimeout bounds how long calls in flight may take to end when the
	// process is told to.
	drainTimeout = 5 * time.Second
	// closeTimeout bounds how long a connector may take to close after that.
	closeTimeout = 5 * time.Second
	// lastAnswer is how long the answers of the last calls may take to leave
	// the process. gRPC does not tell when they have.
	lastAnswer = 100 * time.Millisecond
	// orphanTimeout is the same when the host is gone: no call can be
	// answered and nothing be stored any more.
	orphanTimeout = 500 * time.Millisecond
)

// Main serves the connector that build returns and ends the process: with
// status 0 when the host is done with it, with status 2 and a word of advice
// when no host has started it.
func Main(build func(log *slog.Logger) plugin.Connector) { run(build, drainTimeout) }

func run(build func(log *slog.Logger) plugin.Connector, drain time.Duration) {
	if os.Getenv(wire.Handshake.MagicCookieKey) != wire.Handshake.MagicCookieValue {
		name := filepath.Base(os.Args[0])
		fmt.Fprintf(os.Stderr, "%s is a Linkstep plugin: a host starts it, it does nothing by itself.\n", name)
		fmt.Fprintf(os.Stderr, "Try: linkstep actions --plugin %s\n", os.Args[0])
		os.Exit(2)
	}
	// Ctrl-C is for the host to handle. go-plugin sees to that too, but only
	// after the handshake. SIGPIPE is what a word to a dead host gives: it must
	// not end the process before its orderly end does.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGPIPE)
	cut := watch(os.Stdin) // first of all: to build may take long
	log := newLogger(os.Stderr)
	c := &once{Connector: &prints{Connector: guard.Connector(build(log), log), to: os.Stderr}, closing: make(chan struct{})}
	gate := wire.NewGate()
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	go leave(c, gate, cut, term, drain, log)

	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: wire.Handshake,
		VersionedPlugins: map[int]goplugin.PluginSet{
			plugin.Protocol: {wire.PluginName: &wire.Plugin{Connector: c, Gate: gate}},
		},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(slices.Concat(opts, wire.ServerOptions(), gate.ServerOptions())...)
		},
		Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: os.Stderr, JSONFormat: true}),
	})
	end(c, closeTimeout, cut, log)
}

// leave ends the process when the life line is cut, or when it is told to
// terminate: then the calls in flight have a time to end.
func leave(c *once, gate *wire.Gate, cut <-chan struct{}, term <-chan os.Signal, drain time.Duration, log *slog.Logger) {
	select {
	case <-term:
	case <-cut:
		end(c, orphanTimeout, cut, log)
	}
	select {
	case <-c.closing: // the host does both
		end(c, closeTimeout, cut, log)
	default:
	}
	calls := gate.Calls()
	log.Info("told to end", "calls", calls)
	drains := c.drains.Load()
	idle := gate.Shut(drains)
	if drains {
		idle = nil // the host knows better which calls are on their way, and ends this process after the last
	}
	select {
	case <-idle:
	case <-time.After(drain):
	case <-cut:
		end(c, orphanTimeout, cut, log)
	}
	closeWithin(c, closeTimeout, log)
	if calls > 0 {
		time.Sleep(lastAnswer)
	}
	exit(cut)
}

// end closes the connector and ends the process.
func end(c plugin.Connector, timeout time.Duration, cut <-chan struct{}, log *slog.Logger) {
	closeWithin(c, timeout, log)
	exit(cut)
}

// closeWithin closes the connector. It returns after timeout even if the
// connector does not heed its context.
func closeWithin(c plugin.Connector, timeout time.Duration, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	closed := make(chan error, 1)
	go func() {
		_, err := c.Close(ctx, &plugin.CloseRequest{})
		closed <- err
	}()
	var err error
	select {
	case err = <-closed:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		log.Warn("the connector did not close cleanly", "error", err)
	}
}

// prints makes what the connector prints go to the real standard error, where
// the host reads it. go-plugin has replaced both outputs by the time of the
// first call, which is Describe, with pipes whose content it sends over gRPC:
// a crash would lose the last words.
type prints struct {
	plugin.Connector
	do sync.Once
	to *os.File
}

func (p *prints) Describe(ctx context.Context, req *plugin.DescribeRequest) (*plugin.Description, error) {
	p.do.Do(func() { os.Stdout, os.Stderr = p.to, p.to })
	return p.Connector.Describe(ctx, req)
}

// once passes Close on a single time: the host asks for it, and so does the
// end of the process. A later Close waits for the first. It also keeps what
// the host said at Open of how a process may end.
type once struct {
	plugin.Connector
	drains  atomic.Bool // the host has CapabilityDrain
	closing chan struct{}
	do      sync.Once
	err     error
}

func (o *once) Open(ctx context.Context, req *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	o.drains.Store(slices.Contains(req.Capabilities, plugin.CapabilityDrain))
	return o.Connector.Open(ctx, req)
}

func (o *once) Close(ctx context.Context, req *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	o.do.Do(func() {
		close(o.closing)
		_, o.err = o.Connector.Close(ctx, req)
	})
	if o.err != nil {
		return nil, o.err
	}
	return &plugin.CloseResponse{}, nil
}
