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
		if b.endpoint == AllEndpoints {
			continue // LinkedIn refuses single endpoints
		}
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
// LinkedIn has refused it, and learns the limit: the attempts before this one.
// Of several refusals of a day the one with the fewest attempts before it is
// right: those after it were on their way when the limit was reached.
func (r *Reservation) park(ctx context.Context, scope Scope) error {
	l := r.ledger
	i := r.index(scope)
	b, c := r.buckets[i], r.counts[i]
	if l.today() > c.Window {
		return nil // the day it was about is over
	}
	// With this limit the second one to park is refused, and adds nothing.
	closing := Add{Key: b.key, Window: c.Window, N: parked, Limit: 2*parked - 1}
	result, err := l.counters.Add(ctx, []Add{closing})
	if err != nil {
		return fmt.Errorf("close the day's budget: %w", err)
	}
	r.counts[i] = result.Counts[0]
	if before := c.N - 1; before > 0 {
		return l.teach(ctx, b, learned{calls: before, day: c.Window}, lower)
	}
	return nil
}

// succeed raises limits that a success has shown to be too low, by a hundredth
// of them at least: a write for each call beyond one would double its cost.
func (r *Reservation) succeed(ctx context.Context) error {
	l := r.ledger
	for i, b := range r.buckets {
		limit, from, _ := l.limit(b)
		used, _ := split(r.counts[i].N)
		if from == Configured || from == None || used <= limit+limit/100 {
			continue
		}
		if err := l.teach(ctx, b, learned{calls: used, day: r.counts[i].Window}, raise); err != nil {
			return err
		}
	}
	return nil
}

// lesson is the way in which a learned limit changes within a day.
type lesson int

const (
	raise lesson = iota // by a success beyond it, until LinkedIn refuses
	lower               // by a refusal
)

// teach writes a learned limit over that of an earlier day, or moves that of
// the same day. The sum that the write allows is the new limit itself, so that
// a limit which another process has raised meanwhile refuses it, and is looked
// at again. Two processes that lower one at the same moment may lower it by
// both: a success beyond it puts that right.
func (l *Ledger) teach(ctx context.Context, b bucket, limit learned, way lesson) error {
	const tries = 4 // others who teach the same limit are few
	for range tries {
		var known int64 // of the same day
		if old := l.recall(b); old.day == limit.day {
			known = old.calls
		}
		if way == raise && known >= limit.calls || way == lower && known > 0 && known <= limit.calls {
			return nil
		}
		adds := []Add{{Key: b.key + limitSuffix, Window: limit.day, N: limit.calls - known, Limit: limit.calls}}
		if way == raise { // not after a refusal: calls on their way then do not come in their order
			adds = append(adds, Add{Key: b.key, Window: limit.day, Limit: parked - 1})
		}
		result, err := l.counters.Add(ctx, adds)
		if err != nil {
			return fmt.Errorf("keep a learned limit: %w", err)
		}
		l.answers(result.Counts[:1])
		if result.Granted || result.Refused == 1 {
			return nil
		}
	}
	return nil
}
