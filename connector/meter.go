package connector

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// keptRequestIDs is how many of LinkedIn's request ids a result tells.
const keptRequestIDs = 20

// meter sees what one invocation costs and passes its events on. It travels in
// the context, because the transports have nothing else of their caller. It is
// safe for concurrent use.
type meter struct {
	emit func(*plugin.Event) error // nil: nobody listens
	stop context.CancelCauseFunc   // ends the invocation when emit fails

	mu        sync.Mutex // guards the fields below, and calls of emit
	done      bool       // the invocation has returned
	attempts  int        // requests written to the wire
	retries   int        // those that repeated another
	waited    time.Duration
	ids       []string
	endpoints []string // that were called, as the ledger names them
	hits      int      // answers from the cache
	misses    int      // answers that were not
	oldest    time.Duration
	version   string
	notices   []plugin.Event
}

type meterKey struct{}

// meterOf returns the meter of the invocation that ctx belongs to; a new one,
// which nobody will read, where there is none.
func meterOf(ctx context.Context) *meter {
	if m, ok := ctx.Value(meterKey{}).(*meter); ok {
		return m
	}
	return &meter{}
}

// errEmit is why an invocation ends whose listener is gone.
var errEmit = errors.New("the listener refused an event")

// send passes an event on.
func (m *meter) send(e *plugin.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sendLocked(e)
}

func (m *meter) sendLocked(e *plugin.Event) error {
	if m.emit == nil || m.done {
		return nil
	}
	if err := m.emit(e); err != nil {
		m.emit = nil
		if m.stop != nil {
			m.stop(errors.Join(errEmit, err))
		}
		return err
	}
	return nil
}

// notice tells something remarkable once, as an event and in the result.
func (m *meter) notice(code, message string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if slices.ContainsFunc(m.notices, func(e plugin.Event) bool { return e.Code == code && e.Message == message }) {
		return
	}
	e := plugin.Event{Type: plugin.EventNotice, Code: code, Message: message}
	m.notices = append(m.notices, e)
	_ = m.sendLocked(&e)
}

// waiting tells of a pause that begins now.
func (m *meter) waiting(message string, until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waited += max(time.Until(until), 0)
	_ = m.sendLocked(&plugin.Event{Type: plugin.EventWaiting, Message: message, Until: &until})
}

// asking notes an endpoint that is about to be called.
func (m *meter) asking(endpoint, version string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if version != "" {
		m.version = version
	}
	if !slices.Contains(m.endpoints, endpoint) {
		m.endpoints = append(m.endpoints, endpoint)
	}
}

// attempt counts a request that was written to the wire.
func (m *meter) attempt(again bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts++
	if again {
		m.retries++
	}
}

type attemptsKey struct{}

// withAttempts returns a context in which the attempts of one question are
// told from the first.
func withAttempts(ctx context.Context) context.Context {
	return context.WithValue(ctx, attemptsKey{}, new(atomic.Int32))
}

// repeats counts an attempt of the question that ctx belongs to, and reports
// whether there was one before.
func repeats(ctx context.Context) bool {
	n, ok := ctx.Value(attemptsKey{}).(*atomic.Int32)
	return ok && n.Add(1) > 1
}

// replied keeps LinkedIn's id of a reply.
func (m *meter) replied(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if id == "" {
		return
	}
	m.ids = append(m.ids, id)
	if len(m.ids) > keptRequestIDs {
		m.ids = m.ids[len(m.ids)-keptRequestIDs:]
	}
}

// answered counts an answer and where it came from.
func (m *meter) answered(cached bool, age time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !cached {
		m.misses++
		return
	}
	m.hits++
	m.oldest = max(m.oldest, age)
}

// spent is how many requests were written so far.
func (m *meter) spent() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.attempts
}

// called returns the endpoints that were called.
func (m *meter) called() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.endpoints)
}

// finish ends the events and returns what the invocation cost.
func (m *meter) finish() plugin.Meta {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done = true
	return plugin.Meta{
		UpstreamCalls: m.attempts,
		Retries:       m.retries,
		Waited:        m.waited,
		Cached:        m.hits > 0 && m.misses == 0,
		CacheAge:      m.oldest,
		RequestIDs:    m.ids,
		APIVersion:    m.version,
		ConnectorName: connectorName + "@" + Version,
		Notices:       m.notices,
	}
}
