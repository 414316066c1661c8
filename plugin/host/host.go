package host

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// Host loads connectors and holds what they share: the store, the log and a
// private folder. It is safe for concurrent use.
type Host struct {
	store        plugin.Store
	log          *slog.Logger
	installedDir string
	builtin      []Source
	startTimeout time.Duration

	mu      sync.Mutex // guards the fields below
	folder  *folder    // made when first needed
	plugins []*Plugin
	closed  bool
}

// Options are the parts of a host that have a default.
type Options struct {
	// Store is what connectors and connections are kept in. Nil: nothing
	// outlives the process, refreshed tokens included, and the host warns.
	Store plugin.Store

	// Logger gets the host's and the connectors' log. Nil: none.
	Logger *slog.Logger

	// InstalledDir is the folder of installed connectors, one folder each,
	// $LINKSTEP_HOME/connectors by convention. Empty: none are installed.
	InstalledDir string

	// Builtin are the connectors that [Host.Find] falls back on.
	Builtin []Source

	// StartTimeout is how long a plugin process may take to start. Zero: 10 s.
	StartTimeout time.Duration
}

// New returns a host. Close it.
func New(opts *Options) *Host {
	var o Options
	if opts != nil {
		o = *opts
	}
	h := &Host{store: o.Store, log: o.Logger, installedDir: o.InstalledDir, builtin: o.Builtin, startTimeout: o.StartTimeout}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if h.startTimeout == 0 {
		h.startTimeout = startTimeout
	}
	if h.store == nil {
		h.log.Warn("the host has no store: refreshed tokens and quota counters end with the process")
	}
	return h
}

// Load starts a connector and asks it for its description. The connector runs
// until it or the host is closed; should it crash, the next call starts it anew.
func (h *Host) Load(ctx context.Context, src Source) (*Plugin, error) {
	p := &Plugin{host: h, src: src}
	if err := p.load(ctx); err != nil {
		return nil, err
	}
	h.mu.Lock()
	closed := h.closed
	if !closed {
		h.plugins = append(h.plugins, p)
	}
	h.mu.Unlock()
	if closed {
		return nil, p.Close(ctx)
	}
	return p, nil
}

// Close stops all connectors and removes the private folder.
func (h *Host) Close(ctx context.Context) error {
	h.mu.Lock()
	h.closed = true
	plugins := h.plugins
	h.plugins = nil
	h.mu.Unlock()

	var wg sync.WaitGroup
	errs := make([]error, len(plugins))
	for i, p := range plugins {
		wg.Go(func() { errs[i] = p.Close(ctx) })
	}
	wg.Wait()

	h.mu.Lock()
	defer h.mu.Unlock()
	if h.folder != nil {
		h.folder.remove()
		h.folder = nil
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// privateFolder returns the host's private folder, made at the first call.
func (h *Host) privateFolder() (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return "", errClosed
	}
	if h.folder == nil {
		f, err := newFolder()
		if err != nil {
			return "", err
		}
		h.folder = f
	}
	return h.folder.path, nil
}

// errClosed is the answer of a host or plugin after Close.
var errClosed = &plugin.Error{
	Kind: plugin.Canceled, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
	Message: "the host is closed", Hint: "Open a new one.",
}
