package quota

import (
	"context"
	"errors"
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
	// NoticeAt is the share of a limit at which Notice is called; 0: 0.75,
	// where LinkedIn mails the application's administrators.
	NoticeAt float64
	// Notice is called once a day for each bucket that reaches NoticeAt, by the
	// call that does. nil: nobody is told.
	Notice func(ctx context.Context, u Usage)
}

// Ledger reserves one account's calls. It is safe for concurrent use.
type Ledger struct{}

// NewLedger returns a ledger over counters, which other ledgers and processes
// may share. It panics on a limit that is not a limit.
func NewLedger(counters Counters, account Account, opts *Options) *Ledger { return nil }

// Reserve counts one attempt in every bucket of the endpoint, or in none. The
// error is of type [*ExhaustedError] when a limit stands in the way, else the
// counters' own.
func (l *Ledger) Reserve(ctx context.Context, endpoint string) (*Reservation, error) {
	return nil, errors.ErrUnsupported
}

// Usage lists the buckets that were touched today or have a configured limit,
// by endpoint and scope.
func (l *Ledger) Usage(ctx context.Context) ([]Usage, error) { return nil, errors.ErrUnsupported }

// Reservation is one attempt that was counted.
type Reservation struct{}

// Return gives back an attempt that was never sent. Called once. After the day
// has ended it does nothing.
func (r *Reservation) Return(ctx context.Context) error { return errors.ErrUnsupported }
