package serve

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
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
	// drainTimeout bounds how long a connector may take to close when it is
	// told to end.
	drainTimeout = 5 * time.Second
	// orphanTimeout is the same when the host is gone: no call can be
	// answered and nothing be stored any more.
	orphanTimeout = 500 * time.Millisecond
)

// Main serves the connector that build returns and ends the process: with
// status 0 when the host is done with it, with status 2 and a word of advice
// when no host has started it.
func Main(build func(log *slog.Logger) plugin.Connector) {
	if os.Getenv(wire.Handshake.MagicCookieKey) != wire.Handshake.MagicCookieValue {
		name := filepath.Base(os.Args[0])
		fmt.Fprintf(os.Stderr, "%s is a Linkstep plugin: a host starts it, it does nothing by itself.\n", name)
		fmt.Fprintf(os.Stderr, "Try: linkstep actions --plugin %s\n", os.Args[0])
		os.Exit(2)
	}
	// Ctrl-C is for the host to handle. go-plugin sees to that too, but only
	// after the handshake.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	log := newLogger(os.Stderr)
	c := &once{Connector: &prints{Connector: guard.Connector(build(log), log), to: os.Stderr}}
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	go leave(c, os.Stdin, term, log)

	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: wire.Handshake,
		VersionedPlugins: map[int]goplugin.PluginSet{
			plugin.Protocol: {wire.PluginName: &wire.Plugin{Connector: c}},
		},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, wire.ServerOptions()...)...)
		},
		Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: os.Stderr, JSONFormat: true}),
	})
	end(c, drainTimeout, log)
}

// leave ends the process when the life line, which the host holds at its
// other end, is cut, or when it is told to terminate.
func leave(c plugin.Connector, lifeline io.Reader, term <-chan os.Signal, log *slog.Logger) {
	cut := make(chan struct{})
	go func() {
		defer close(cut)
		_, _ = io.Copy(io.Discard, lifeline)
	}()
	select {
	case <-term:
		end(c, drainTimeout, log)
	case <-cut:
		end(c, orphanTimeout, log)
	}
}

// end closes the connector and ends the process, after timeout even if the
// connector does not heed its context.
func end(c plugin.Connector, timeout time.Duration, log *slog.Logger) {
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
	os.Exit(0)
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
// end of the process. A later Close waits for the first.
type once struct {
	plugin.Connector
	do  sync.Once
	err error
}

func (o *once) Close(ctx context.Context, req *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	o.do.Do(func() { _, o.err = o.Connector.Close(ctx, req) })
	if o.err != nil {
		return nil, o.err
	}
	return &plugin.CloseResponse{}, nil
}
