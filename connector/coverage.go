package connector

import (
	"context"
	"iter"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
)

// coverage is which columns a reply holds, a bit for each.
type coverage uint8

// coverage is what a reply must hold so that the fields can be told.
func (f fields) coverage() coverage {
	var c coverage
	for i, column := range columns {
		if f.hasAny(column.tells...) {
			c |= 1 << i
		}
	}
	return c
}

// memoryKey is the key of a reply about base with the columns of the fields. A
// reply that is kept as it came serves no other question.
func (f fields) memoryKey(base string) string {
	if f.has(rawField) {
		return base + "?" + f.key()
	}
	return f.coverage().memoryKey(base)
}

func (c coverage) memoryKey(base string) string { return base + "?" + strconv.Itoa(int(c)) }

// coverages are those that questions of a session had. It is safe for
// concurrent use.
type coverages struct{ seen atomic.Uint64 } // a bit for each of the 64

func (c *coverages) add(one coverage) { c.seen.Or(1 << one) }

// atLeast lists the coverages that hold all of one.
func (c *coverages) atLeast(one coverage) iter.Seq[coverage] {
	return func(yield func(coverage) bool) {
		seen := c.seen.Load()
		for wide := one; wide < 1<<len(columns); wide++ {
			if wide&one == one && seen&(1<<wide) != 0 && !yield(wide) {
				return
			}
		}
	}
}

// recall looks for a reply about base in memory and asks nobody. One with more
// fields than are asked for will do.
func (s *session) recall(ctx context.Context, base string, f fields, age time.Duration) (answer, bool) {
	if f.has(rawField) {
		return s.peek(ctx, f.memoryKey(base), age)
	}
	for wide := range s.asked.atLeast(f.coverage()) {
		if a, ok := s.peek(ctx, wide.memoryKey(base), age); ok {
			return a, true
		}
	}
	return nil, false
}

func (s *session) peek(ctx context.Context, request string, age time.Duration) (answer, bool) {
	hit, ok := s.conn.owner.answers.Peek(cache.Key{Viewer: s.memory, Request: request}, age)
	if !ok {
		return nil, false
	}
	meterOf(ctx).answered(true, hit.Age)
	return hit.Value, true
}

// rememberFields is remember for a question whose answer with more fields will
// do.
func rememberFields[A answer](ctx context.Context, s *session, base string, f fields, age time.Duration, load func(context.Context) (A, time.Duration, error)) (A, error) {
	if a, ok := s.recall(ctx, base, f, age); ok {
		return a.(A), nil
	}
	s.asked.add(f.coverage())
	return remember(ctx, s, f.memoryKey(base), age, load)
}
