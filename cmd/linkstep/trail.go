package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/store"
)

// trail is the audit trail of a command, which is opened by the first entry:
// most commands make none. It is safe for concurrent use.
type trail struct {
	store *store.Store
	opts  store.AuditOptions
	warn  io.Writer

	mu    sync.Mutex // guards the field below
	audit *store.Audit
}

var _ host.Audit = (*trail)(nil)

// openTrail returns the trail in a store, as the environment wants it. Close it
// before the store.
func (a *app) openTrail(s *store.Store) (*trail, error) {
	retention, err := auditRetention()
	if err != nil {
		return nil, err
	}
	name, err := os.Hostname()
	if err != nil {
		name = "unknown"
	}
	return &trail{store: s, opts: store.AuditOptions{Host: name, Retention: retention}, warn: a.err}, nil
}

// opened returns the trail itself.
func (t *trail) opened() *store.Audit {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.audit == nil {
		t.audit = t.store.Audit(&t.opts)
	}
	return t.audit
}

// Append implements [host.Audit].
func (t *trail) Append(ctx context.Context, e *plugin.AuditEntry) error {
	return t.opened().Append(ctx, e)
}

// close writes what waits. That it cannot be written does not undo what the
// command has done, so it is a warning.
func (t *trail) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.audit == nil {
		return
	}
	if err := t.audit.Close(); err != nil {
		fmt.Fprintf(t.warn, "warning: entries of the audit trail are lost: %s\n", plugin.AsError(err).Message)
	}
}

// retentionVariable says how long the rows of the audit trail are kept.
const retentionVariable = "LINKSTEP_AUDIT_RETENTION"

// retentionMax is ten years.
const retentionMax = 3650 * day

// auditRetention reads the variable; 0 without one, which is 90 days.
func auditRetention() (time.Duration, error) {
	text := os.Getenv(retentionVariable)
	if text == "" {
		return 0, nil
	}
	age, ok := parseDays(text)
	if !ok || age < day || age > retentionMax {
		return 0, &plugin.Error{
			Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone,
			Message: fmt.Sprintf("%s is %q, which is no number of days", retentionVariable, text),
			Hint:    "Write it like 90d, from 1d to 3650d, or leave it out for 90 days.",
		}
	}
	return age, nil
}

const day = 24 * time.Hour

// parseDays reads a number of days like 90d.
func parseDays(text string) (time.Duration, bool) {
	digits, ok := strings.CutSuffix(text, "d")
	n, err := strconv.ParseUint(digits, 10, 16)
	return time.Duration(n) * day, ok && err == nil
}
