package quota

import (
	"context"
	"fmt"
	"strings"
)

// learned is a limit that LinkedIn's answers taught.
type learned struct {
	calls int64
	day   string // when
}

// questions are reads of the learned limits that are not known here yet. They
// ride with the first reservation of a bucket.
func (l *Ledger) questions(buckets []bucket) []Add {
	l.mu.Lock()
	defer l.mu.Unlock()
	var adds []Add
	for _, b := range buckets {
		if _, known := l.learned[b.key]; !known {
			adds = append(adds, Add{Key: b.key + limitSuffix, Window: firstDay})
		}
	}
	return adds
}

// answers takes over learned limits from their counters.
func (l *Ledger) answers(counts []Count) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range counts {
		l.learned[strings.TrimSuffix(c.Key, limitSuffix)] = learned{calls: c.N, day: c.Window}
	}
}

func (l *Ledger) recall(b bucket) learned {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.learned[b.key]
}

// park closes a reservation's bucket for the day, for every process, because
// LinkedIn has refused it. The first refusal of a day teaches the limit: the
// attempts before this one.
func (r *Reservation) park(ctx context.Context, scope Scope) error {
	l := r.ledger
	i := r.index(scope)
	b, c := r.buckets[i], r.counts[i]
	if l.today() > c.Window {
		return nil // the day it was about is over
	}
	// With this limit the second one to park is refused, and adds nothing.
	result, err := l.counters.Add(ctx, []Add{{Key: b.key, Window: c.Window, N: parked, Limit: 2*parked - 1}})
	if err != nil {
		return fmt.Errorf("close the day's budget: %w", err)
	}
	if before := c.N - 1; result.Granted && before > 0 {
		return l.teach(ctx, b, learned{calls: before, day: c.Window}, 0)
	}
	return nil
}

// succeed raises limits that a success has shown to be too low.
func (r *Reservation) succeed(ctx context.Context) error {
	l := r.ledger
	for i, b := range r.buckets {
		u := l.usage(b, r.counts[i])
		if (u.Source != Learned && u.Source != Default) || u.Used <= u.Limit {
			continue
		}
		var today int64 // what the counter has if it is of the same day
		if u.LearnedOn == r.counts[i].Window {
			today = u.Limit
		}
		if err := l.teach(ctx, b, learned{calls: u.Used, day: r.counts[i].Window}, today); err != nil {
			return err
		}
	}
	return nil
}

// teach writes a learned limit over the one of an earlier day, or adds what
// lacks to the one known of the same day. Another process may have been
// faster: its limit stands, and is taken over.
func (l *Ledger) teach(ctx context.Context, b bucket, limit learned, known int64) error {
	result, err := l.counters.Add(ctx, []Add{{
		Key: b.key + limitSuffix, Window: limit.day, N: limit.calls - known, Limit: limit.calls,
	}})
	if err != nil {
		return fmt.Errorf("keep a learned limit: %w", err)
	}
	l.answers(result.Counts)
	return nil
}
