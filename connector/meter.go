package connector

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/plugin"
)

// keptRequestIDs is how many of LinkedIn's request ids a result tells.
const keptRequestIDs = 20

// meter sees what one invocation costs and passes its events on. It travels in
// the context, because the transports have nothing else of their caller. It is
// safe for concurrent use.
type meter struct {
	emit     func(*plugin.Event) error // nil: nobody listens
	stop     context.CancelCauseFunc   // ends the invocation when emit fails
	priority quota.Priority

	mu        sync.Mutex // guards the fields below, and calls of emit
	done      bool       // the invocation has returned
	attempts  int        // requests written to the wire
	retries   int        // those that repeated another
	waited    time.Duration
	ids       []string
	mostCalls int           // attempts that the step pays for; 0: any number
	budgets   []quota.Usage // that attempts were counted in, as they stood last
	hits      int           // answers from the cache
	misses    int           // answers that were not
	oldest    time.Duration
	version   string
	notices   []plugin.Event
	subjects  []string // URNs of the members whose data was given
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

// asking notes the version of the API that is about to be asked.
func (m *meter) asking(version string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if version != "" {
		m.version = version
	}
}

// counted notes how the budgets of an attempt stand.
func (m *meter) counted(budgets []quota.Usage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range budgets {
		i := slices.IndexFunc(m.budgets, func(b quota.Usage) bool { return b.Endpoint == u.Endpoint && b.Scope == u.Scope })
		if i < 0 {
			m.budgets = append(m.budgets, u)
		} else {
			m.budgets[i] = u
		}
	}
}

// limit bounds what the step may cost.
func (m *meter) limit(calls int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mostCalls = calls
}

// affords reports whether the step pays for another attempt.
func (m *meter) affords() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mostCalls == 0 || m.attempts < m.mostCalls
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

// gave notes that the step gives data of a member. Lists bound themselves, to
// 10,000 people at most.
func (m *meter) gave(urn string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subjects = append(m.subjects, urn)
}

// spent is how many requests were written so far.
func (m *meter) spent() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.attempts
}

// stand returns the budgets that were counted in, by endpoint and scope.
func (m *meter) stand() []quota.Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	budgets := slices.Clone(m.budgets)
	slices.SortFunc(budgets, func(a, b quota.Usage) int {
		return cmp.Or(strings.Compare(a.Endpoint, b.Endpoint), strings.Compare(string(a.Scope), string(b.Scope)))
	})
	return budgets
}

// finish ends the events and returns what the invocation cost, and the URNs of
// those whose data it gave, each once.
func (m *meter) finish() (cost plugin.Meta, subjects []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done = true
	slices.Sort(m.subjects)
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
	}, slices.Compact(m.subjects)
}
