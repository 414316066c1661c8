package quota

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Usage lists the buckets that were touched today or have a configured limit,
// by endpoint and scope. All endpoints together are among them if they have one.
func (l *Ledger) Usage(ctx context.Context) ([]Usage, error) {
	day := l.today()
	counts := make(map[bucket]Count)
	for id := range l.configured {
		if id.scope == Application || l.account.Member != "" {
			b := bucket{id.scope, id.endpoint, l.prefix(id.scope) + id.endpoint}
			counts[b] = Count{Key: b.key, Window: day}
		}
	}
	for _, scope := range []Scope{Application, Member} {
		if scope == Member && l.account.Member == "" {
			continue
		}
		prefix := l.prefix(scope)
		found, err := l.counters.List(ctx, prefix)
		if err != nil {
			return nil, fmt.Errorf("usage: %w", err)
		}
		l.answers(slices.DeleteFunc(slices.Clone(found), func(c Count) bool { return !strings.HasSuffix(c.Key, limitSuffix) }))
		for _, c := range found {
			if c.Window >= day && c.N > 0 && !strings.HasSuffix(c.Key, limitSuffix) {
				counts[bucket{scope, strings.TrimPrefix(c.Key, prefix), c.Key}] = c
			}
		}
	}

	usages := make([]Usage, 0, len(counts))
	for b, c := range counts {
		if u := l.usage(b, c); u.worthTelling() {
			usages = append(usages, u)
		}
	}
	slices.SortFunc(usages, func(a, b Usage) int {
		return cmp.Or(strings.Compare(a.Endpoint, b.Endpoint), strings.Compare(string(a.Scope), string(b.Scope)))
	})
	return usages, nil
}

// worthTelling reports whether a bucket is of interest: all endpoints together
// are counted for limits to come, and only a limit makes anything of their sum.
func (u *Usage) worthTelling() bool { return u.Endpoint != AllEndpoints || u.Source != None }

func (l *Ledger) prefix(scope Scope) string {
	if scope == Application {
		return l.names.application
	}
	return l.names.member
}

// usage is a bucket as its counter stands, with the limit that is known best.
func (l *Ledger) usage(b bucket, c Count) Usage {
	used, refused := split(c.N)
	u := Usage{
		Scope: b.scope, Endpoint: b.endpoint, Used: used,
		ResetsAt: resets(c.Window), Source: None, Refusing: refused,
	}
	u.Limit, u.Source, u.LearnedOn = l.limit(b)
	if u.Source == Configured {
		u.Refusing = refused || used >= u.Limit
	}
	if !refused {
		u.Remaining = max(u.Limit-used, 0)
	}
	return u
}

// limit is the limit of a bucket that is known best, where it is known from,
// and the day a learned one was learned.
func (l *Ledger) limit(b bucket) (calls int64, from Source, on string) {
	id := limitID{b.scope, b.endpoint}
	if calls := l.configured[id]; calls > 0 {
		return calls, Configured, ""
	}
	if learned := l.recall(b); learned.calls > 0 {
		return learned.calls, Learned, learned.day
	}
	if calls := defaultOf(id); calls > 0 {
		return calls, Default, ""
	}
	return 0, None, ""
}
