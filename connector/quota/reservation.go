package quota

import (
	"context"
	"fmt"
)

// Reservation is one attempt that was counted.
type Reservation struct {
	ledger  *Ledger
	buckets []bucket
	counts  []Count // of the buckets, with this attempt
}

// Usage is how the attempt's buckets stood when it was counted, or when
// LinkedIn refused it. It asks nobody. All endpoints together are among them
// if they have a limit.
func (r *Reservation) Usage() []Usage {
	usages := make([]Usage, 0, len(r.buckets))
	for i, b := range r.buckets {
		if u := r.ledger.usage(b, r.counts[i]); u.worthTelling() {
			usages = append(usages, u)
		}
	}
	return usages
}

// Return gives back an attempt that was never sent. It is called once at most.
// After the day has ended it does nothing.
func (r *Reservation) Return(ctx context.Context) error {
	adds := make([]Add, len(r.buckets))
	for i, b := range r.buckets {
		adds[i] = Add{Key: b.key, Window: r.counts[i].Window, N: -1}
	}
	if _, err := r.ledger.counters.Add(ctx, adds); err != nil {
		return fmt.Errorf("give back an attempt: %w", err)
	}
	return nil
}

// index is the reservation's bucket of a scope, for its own endpoint; the
// application's if no member is known.
func (r *Reservation) index(scope Scope) int {
	for i, b := range r.buckets {
		if b.scope == scope && b.endpoint != AllEndpoints {
			return i
		}
	}
	return 0
}
