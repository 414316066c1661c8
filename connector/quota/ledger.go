package quota

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Account is who spends. Counters are keyed by it, never by connection.
type Account struct {
	ClientID string // the application
	Member   string // an opaque id of the member; empty: only application limits are counted
}

// Options configures a [Ledger].
type Options struct {
	// Limits are enforced. nil: nothing is refused but after a 429.
	Limits []Limit
	// Now is the clock of the UTC day. nil: time.Now. A day that has begun is
	// not taken back when the clock is.
	Now func() time.Time
	// Reserve is the share of a configured limit that [Background] calls may not
	// use up; 0: 0.1, negative: none.
	Reserve float64
	// NoticeAt is the share of a limit at which Notice is called; 0: 0.75,
	// where LinkedIn mails the application's administrators.
	NoticeAt float64
	// Notice is called for a bucket by the one call, of all processes, that
	// reaches NoticeAt. nil: nobody is told.
	Notice func(ctx context.Context, u Usage)
	// OnError is told of a failure of the counters that the reply does not
	// show: an attempt not given back, a limit not learned. nil: nobody is.
	OnError func(ctx context.Context, err error)
}

// Ledger reserves one account's calls. It is safe for concurrent use.
type Ledger struct {
	counters   Counters
	account    Account
	names      names
	opts       Options
	configured map[limitID]int64

	mu      sync.Mutex         // guards the fields below
	day     string             // the latest day seen, YYYY-MM-DD
	learned map[string]learned // by bucket key; zero: none
}

// NewLedger returns a ledger over counters, which other ledgers and processes
// may share. It panics on a limit below 1 or without scope or endpoint.
func NewLedger(counters Counters, account Account, opts *Options) *Ledger {
	l := &Ledger{
		counters:   counters,
		account:    account,
		names:      namesOf(account),
		configured: make(map[limitID]int64),
		learned:    make(map[string]learned),
	}
	if opts != nil {
		l.opts = *opts
	}
	if l.opts.Now == nil {
		l.opts.Now = time.Now
	}
	if l.opts.Reserve == 0 {
		l.opts.Reserve = 0.1
	}
	if l.opts.NoticeAt == 0 {
		l.opts.NoticeAt = 0.75
	}
	for _, limit := range l.opts.Limits {
		if limit.Calls < 1 || limit.Endpoint == "" || limit.Scope != Application && limit.Scope != Member {
			panic(fmt.Sprintf("quota: not a limit: %+v", limit))
		}
		l.configured[limitID{limit.Scope, limit.Endpoint}] = limit.Calls
	}
	return l
}

// Reserve counts one attempt in every bucket of the endpoint, or in none. The
// error is of type [*ExhaustedError] when a limit stands in the way, else the
// counters' own.
func (l *Ledger) Reserve(ctx context.Context, endpoint string, p Priority) (*Reservation, error) {
	buckets := l.buckets(endpoint)
	day := l.today()
	adds := make([]Add, 0, 2*len(buckets))
	for _, b := range buckets {
		limit := parked - 1
		if calls := l.configured[limitID{b.scope, b.endpoint}]; calls > 0 {
			limit = l.opts.allowed(calls, p)
		}
		adds = append(adds, Add{Key: b.key, Window: day, N: 1, Limit: limit})
	}
	adds = append(adds, l.questions(buckets)...)
	result, err := l.counters.Add(ctx, adds)
	if err != nil {
		return nil, fmt.Errorf("reserve: %w", err)
	}
	l.see(result.Counts[:len(buckets)])
	l.answers(result.Counts[len(buckets):])
	if !result.Granted {
		return nil, l.exhausted(buckets[result.Refused], result.Counts[result.Refused])
	}
	r := &Reservation{ledger: l, buckets: buckets, counts: result.Counts[:len(buckets)]}
	l.notice(ctx, r)
	return r, nil
}

// today is the UTC day, or the latest that was seen if the clock is behind it.
func (l *Ledger) today() string {
	day := l.opts.Now().UTC().Format(time.DateOnly)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.day = max(l.day, day)
	return l.day
}

// see takes over a later day from counters that another process has moved on.
func (l *Ledger) see(counts []Count) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range counts {
		l.day = max(l.day, c.Window)
	}
}

// exhausted is the refusal by a bucket's counter.
func (l *Ledger) exhausted(b bucket, c Count) error {
	used, refused := split(c.N)
	e := &ExhaustedError{Scope: b.scope, Endpoint: b.endpoint, Resets: resets(c.Window), Used: used}
	if refused {
		e.Source = Learned
		if known := l.recall(b); known.calls > 0 {
			e.Limit, e.LearnedOn = known.calls, known.day
		}
	} else {
		e.Source, e.Limit = Configured, l.configured[limitID{b.scope, b.endpoint}]
		e.Reserved = used < e.Limit
	}
	return e
}

// resets is the end of a UTC day.
func resets(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{} // the counters' fault
	}
	return t.AddDate(0, 0, 1)
}

// notice tells of each bucket whose share this reservation has reached. The
// count is one of all processes, so exactly one reservation reaches it.
func (l *Ledger) notice(ctx context.Context, r *Reservation) {
	if l.opts.Notice == nil {
		return
	}
	for i, b := range r.buckets {
		u := l.usage(b, r.counts[i])
		if u.Source == None {
			continue
		}
		share := l.opts.NoticeAt * float64(u.Limit)
		if float64(u.Used) >= share && float64(u.Used-1) < share {
			l.opts.Notice(ctx, u)
		}
	}
}
