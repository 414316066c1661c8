package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

const (
	auditRetention = 90 * 24 * time.Hour // unless AuditOptions says another
	auditDelay     = time.Second         // from an entry to its row
	auditBatch     = 256                 // entries that are written without waiting for that
	auditBacklog   = 16 * auditBatch     // entries at most that wait while the database is away
	auditPruning   = time.Hour           // between two looks for rows and counters that are too old
)

// AuditOptions are the options of [Store.Audit]. A nil pointer is the zero value.
type AuditOptions struct {
	// Host is the name of this host in the rows that it writes.
	Host string

	// Retention is how long rows are kept. 0: 90 days.
	Retention time.Duration
}

// Audit is a trail of entries, which are only added, until they are too old.
// With them go counters of days more than a month ago. Connectors cannot reach
// it. All methods may be called concurrently.
type Audit struct {
	store *Store
	opts  AuditOptions

	turn   chan struct{} // held by the one that writes; guards pruned
	pruned time.Time     // when rows were last deleted

	mu      sync.Mutex // guards what follows
	pending []plugin.AuditEntry
	timer   *time.Timer // nil: none is set
	closed  bool

	timers sync.WaitGroup // those set and not yet over
}

// Audit returns the trail in the store. Close it before the store.
func (s *Store) Audit(opts *AuditOptions) *Audit {
	a := &Audit{store: s, turn: make(chan struct{}, 1)}
	if opts != nil {
		a.opts = *opts
	}
	if a.opts.Retention <= 0 {
		a.opts.Retention = auditRetention
	}
	return a
}

// Append adds an entry. It is in the database after a second, or at once when
// 256 are waiting. An error from writing them leaves them waiting, to be tried
// again. When 4,096 wait because the database is away, further ones are refused
// with an error of kind StoreUnavailable, so that the host can refuse to act.
func (a *Audit) Append(ctx context.Context, e *plugin.AuditEntry) error {
	if err := checkEntry(e); err != nil {
		return err
	}
	added := *e
	if added.At.IsZero() {
		added.At = time.Now()
	}
	a.mu.Lock()
	if a.closed || len(a.pending) >= auditBacklog {
		defer a.mu.Unlock()
		return a.refusal()
	}
	a.pending = append(a.pending, added)
	full := len(a.pending)%auditBatch == 0
	a.schedule()
	a.mu.Unlock()
	if full {
		return a.Flush(ctx)
	}
	return nil
}

// refusal says why an entry is not taken.
func (a *Audit) refusal() error {
	e := &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost,
		Message: "the audit trail in " + a.store.db.name() + " cannot be written to, and too many entries wait for it",
		Hint:    "It goes on by itself as soon as the database is back."}
	if a.closed {
		e.Message, e.Hint = "the audit trail was closed", "Open it again."
	}
	return e
}

// schedule sets the timer, with a.mu held.
func (a *Audit) schedule() {
	if a.timer != nil || a.closed {
		return
	}
	a.timers.Add(1)
	a.timer = time.AfterFunc(auditDelay, func() {
		defer a.timers.Done()
		ctx, cancel := context.WithTimeout(context.Background(), answerTime)
		defer cancel()
		err := a.Flush(ctx)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.timer = nil
		if err != nil || len(a.pending) > 0 {
			a.schedule()
		}
	})
}

// Flush writes what waits. What cannot be written goes on waiting.
func (a *Audit) Flush(ctx context.Context) error {
	select {
	case a.turn <- struct{}{}:
	case <-ctx.Done():
		return a.store.db.fault(ctx.Err())
	}
	defer func() { <-a.turn }()
	a.mu.Lock()
	waiting := a.pending
	a.mu.Unlock()
	for len(waiting) > 0 {
		n := min(len(waiting), auditBatch)
		if err := a.write(ctx, waiting[:n]); err != nil {
			return a.store.db.fault(err)
		}
		waiting = waiting[n:]
		a.mu.Lock()
		a.pending = a.pending[n:]
		a.mu.Unlock()
	}
	if time.Since(a.pruned) < auditPruning {
		return nil
	}
	a.pruned = time.Now()
	return a.store.db.fault(errors.Join(a.prune(ctx), a.store.forgetCounters(ctx)))
}

// Close writes what waits. The error says that entries were lost.
func (a *Audit) Close() error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil
	}
	a.closed = true
	if a.timer != nil && a.timer.Stop() {
		a.timers.Done()
	}
	a.mu.Unlock()
	a.timers.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	return a.Flush(ctx)
}
