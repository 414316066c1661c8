package connector

import (
	"context"
	"errors"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/quota"
)

// answer is what the cache keeps: a decoded reply. It is not changed once made.
type answer interface {
	size() int // in bytes, about
}

// Default lifetimes of replies in memory. A step chooses another with
// max_age_seconds; LinkedIn allows 24 h.
const (
	profileAge = 5 * time.Minute
	personAge  = 5 * time.Minute
	searchAge  = time.Minute
)

// maxAge is how old an answer may be that a step takes.
func maxAge(asked *int64, byDefault time.Duration) time.Duration {
	if asked == nil {
		return byDefault
	}
	return min(time.Duration(*asked)*time.Second, cache.MaxAge)
}

// remember returns the answer to a request from memory, or has it loaded. The
// load says how long its answer may be kept. Answers are kept for a day rather
// than for the default lifetime, since each step chooses how old is too old.
func remember[A answer](ctx context.Context, s *session, request string, age time.Duration, load func(context.Context) (A, time.Duration, error)) (A, error) {
	get := func() (cache.Hit[answer], error) {
		return s.conn.owner.answers.Get(ctx, cache.Key{Viewer: s.memory, Request: request}, age,
			func(ctx context.Context) (answer, time.Duration, error) { return load(ctx) })
	}
	hit, err := get()
	var refused *quota.ExhaustedError
	if errors.As(err, &refused) && refused.Reserved && priorityOf(ctx) == quota.Interactive {
		hit, err = get() // a background step was joined, and got what is for background steps
	}
	if err != nil {
		var none A
		return none, err
	}
	meterOf(ctx).answered(hit.Cached && !hit.Joined, hit.Age)
	return hit.Value.(A), nil
}
