package host

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/linkstep/linkstep/plugin"
)

// Host loads connectors and holds what they share: the store, the log and a
// private folder. It is safe for concurrent use.
type Host struct {
	store        plugin.Store
	audit        Audit // nil: none
	log          *slog.Logger
	installedDir string
	builtin      []Source
	startTimeout time.Duration
	stopGrace    time.Duration
	health       time.Duration
	memory       int64
	most         int           // connections of one connector
	lookEvery    time.Duration // for the end of a connection
	restart      restart
	protocols    protocols
	capabilities []string
	tracer       trace.Tracer // nil: no spans

	noStore sync.Once // warns that there is no store

	mu      sync.Mutex // guards the fields below
	folder  *folder    // made when first needed
	lost    []*folder  // that were taken away from this host, in parts maybe
	plugins map[*Plugin]bool
	closed  bool
}

// Options are the parts of a host that have a default.
type Options struct {
	// Store is what connectors and connections are kept in. Nil: nothing
	// outlives the process, refreshed tokens included, and the host warns when
	// a connection is first used.
	Store plugin.Store

	// Audit is the trail that every use of a connection is recorded in when it
	// ends: actions, logins, deep checks, which read the account, and deletions.
	// A use that the trail refuses stands, with a notice. Nil: no trail.
	Audit Audit

	// Logger gets the host's and the connectors' log. Nil: none.
	Logger *slog.Logger

	// InstalledDir is the folder of installed connectors, one folder each,
	// $LINKSTEP_HOME/connectors by convention. Empty: none are installed.
	InstalledDir string

	// Builtin are the connectors that [Host.Find] falls back on.
	Builtin []Source

	// StartTimeout is how long a plugin process may take until its handshake,
	// and a connector after that until it has described itself. Zero: 10 s.
	StartTimeout time.Duration

	// StopGrace is how long a connector may take to close. A process that
	// takes longer is killed and gone two seconds later. Zero: 5 s.
	StopGrace time.Duration

	// HealthTimeout is how long a plugin process may be silent when it is
	// asked whether it lives. One that is silent for longer is killed, its
	// calls end with an error of kind PluginUnresponsive, and the next call
	// starts it anew. Zero: 10 s. Negative: it is not asked, for debugging: a
	// process in a debugger is silent.
	HealthTimeout time.Duration

	// MostConnections is how many connections one connector has at a time.
	// When another is used, the one that has rested longest is taken from the
	// connector, which forgets what it remembered in memory and gets it back
	// with its next call. Without a store none is: its login would be lost.
	// Zero: 2,000.
	MostConnections int

	// MemoryLimit is how many bytes of memory the Go runtime of a plugin
	// process should keep to: it collects garbage the more, the nearer it
	// comes. It is no hard bound. Zero: what GOMEMLIMIT says in the host's own
	// environment, if anything.
	MemoryLimit int64

	// TracerProvider makes a span of each action, which connectors get as the
	// parent of their own. Nil: no spans; the one that the caller's context
	// has, or its request, is passed on. Exporting is the provider's business.
	TracerProvider trace.TracerProvider
}

const (
	startTimeout  = 10 * time.Second
	stopGrace     = 5 * time.Second
	healthTimeout = 10 * time.Second

	mostConnections = 2000
)

// New returns a host. Close it.
func New(opts *Options) *Host {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Store == nil {
		o.MostConnections = math.MaxInt
	}
	h := &Host{
		store: o.Store, audit: o.Audit, log: o.Logger, installedDir: o.InstalledDir, builtin: o.Builtin,
		startTimeout: cmp.Or(o.StartTimeout, startTimeout), stopGrace: cmp.Or(o.StopGrace, stopGrace),
		health: cmp.Or(o.HealthTimeout, healthTimeout), memory: o.MemoryLimit,
		most: cmp.Or(o.MostConnections, mostConnections), lookEvery: lookEvery, restart: usualRestart, protocols: spoken, capabilities: []string{plugin.CapabilityDrain}, plugins: make(map[*Plugin]bool),
	}
	if o.TracerProvider != nil {
		h.tracer = o.TracerProvider.Tracer(tracerName)
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	return h
}

// Load starts a connector and asks it for its description. The connector runs
// until it or the host is closed; should it crash, the next call starts it anew.
func (h *Host) Load(ctx context.Context, src Source) (*Plugin, error) {
	if err := src.check(); err != nil {
		return nil, err
	}
	p := newPlugin(h, src)
	h.mu.Lock()
	closed := h.closed
	if !closed {
		h.plugins[p] = true
	}
	h.mu.Unlock()
	if closed {
		return nil, closedError(plugin.EffectNone)
	}
	if err := p.load(ctx); err != nil {
		_ = p.Close(ctx)
		return nil, err
	}
	return p, nil
}

// warnOfNoStore says once what a connection lacks where there is no store.
func (h *Host) warnOfNoStore() {
	if h.store != nil {
		return
	}
	h.noStore.Do(func() {
		h.log.Warn("the host has no store: refreshed tokens and quota counters end with the process")
	})
}

// forget takes a closed plugin off the list.
func (h *Host) forget(p *Plugin) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.plugins, p)
}

// Close stops all connectors, as [Plugin.Close] does, and removes the private
// folder.
func (h *Host) Close(ctx context.Context) error {
	h.mu.Lock()
	h.closed = true
	plugins := slices.Collect(maps.Keys(h.plugins))
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
		h.lost = append(h.lost, h.folder)
		h.folder = nil
	}
	for _, f := range h.lost {
		f.remove()
	}
	h.lost = nil
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// privateFolder returns the host's private folder, made at the first call, and
// again when it is gone: TMPDIR may be cleaned while the host lives.
func (h *Host) privateFolder() (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return "", closedError(plugin.EffectNone)
	}
	if h.folder == nil || !h.folder.isThere() {
		f, err := newFolder()
		if err != nil {
			return "", err
		}
		if h.folder != nil {
			h.log.Warn("the private folder was taken away", "folder", h.folder.path, "new", f.path)
			h.lost = append(h.lost, h.folder) // what is left of it may be in use
		}
		h.folder = f
	}
	return h.folder.path, nil
}

// closedError is the answer of a host after Close.
func closedError(effect plugin.Effect) *plugin.Error {
	return &plugin.Error{
		Kind: plugin.Canceled, Source: plugin.SourceCaller, Effect: effect,
		Message: "the host is closed", Hint: "Open a new one.",
	}
}
