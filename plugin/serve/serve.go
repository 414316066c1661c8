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

// drainTimeout bounds how long a connector may take to close when nobody
// waits for it any more.
const drainTimeout = 5 * time.Second

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
	// go-plugin replaces os.Stderr; the log goes to the real one.
	log := newLogger(os.Stderr)
	closing := &once{Connector: guard.Connector(build(log), log)}
	go leave(closing, os.Stdin, log)

	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: wire.Handshake,
		VersionedPlugins: map[int]goplugin.PluginSet{
			plugin.Protocol: {wire.PluginName: &wire.Plugin{Connector: closing}},
		},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, wire.ServerOptions()...)...)
		},
		Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: os.Stderr, JSONFormat: true}),
	})
	end(closing, log)
}

// leave ends the process when the life line, which the host holds at its
// other end, is cut, or when it is told to terminate.
func leave(c plugin.Connector, lifeline io.Reader, log *slog.Logger) {
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	cut := make(chan struct{})
	go func() {
		defer close(cut)
		_, _ = io.Copy(io.Discard, lifeline)
	}()
	select {
	case <-term:
	case <-cut:
	}
	end(c, log)
}

// end closes the connector and ends the process.
func end(c plugin.Connector, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if _, err := c.Close(ctx, &plugin.CloseRequest{}); err != nil {
		log.Warn("the connector did not close cleanly", "error", err)
	}
	os.Exit(0)
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
