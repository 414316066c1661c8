package connector

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/quota"
)

// crowd is the context of a call that several callers wait for: it has the
// values of the first, the latest deadline of all, and is canceled when the
// last of them has gone.
type crowd struct {
	context.Context
	cancel context.CancelFunc

	mu      sync.Mutex // guards the fields below
	members []context.Context
	waiting int
}

// newCrowd returns a crowd of one.
func newCrowd(first context.Context) *crowd {
	c := &crowd{members: []context.Context{first}, waiting: 1}
	c.Context, c.cancel = context.WithCancel(context.WithoutCancel(first))
	context.AfterFunc(first, c.leave)
	return c
}

// join adds a caller, and reports whether the call still goes on for anybody.
func (c *crowd) join(ctx context.Context) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting == 0 {
		return false
	}
	c.members = append(c.members, ctx)
	c.waiting++
	context.AfterFunc(ctx, c.leave)
	return true
}

func (c *crowd) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting--; c.waiting == 0 {
		c.cancel()
	}
}

// Deadline implements [context.Context].
func (c *crowd) Deadline() (time.Time, bool) {
	var latest time.Time
	for _, m := range c.all() {
		deadline, ok := m.Deadline()
		if !ok {
			return time.Time{}, false
		}
		if deadline.After(latest) {
			latest = deadline
		}
	}
	return latest, true
}

func (c *crowd) all() []context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.members)
}

type crowdKey struct{}

// Value implements [context.Context].
func (c *crowd) Value(key any) any {
	if key == (crowdKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// tell reaches the meters of all who wait for what ctx belongs to: those in the
// crowd, and those who have joined the request of one of them.
func tell(ctx context.Context, say func(*meter)) {
	c, ok := ctx.Value(crowdKey{}).(*crowd)
	if !ok {
		cache.Tell(ctx, func(caller context.Context) { say(meterOf(caller)) })
		return
	}
	for _, member := range c.all() {
		tell(member, say)
	}
}

// metersOf returns the meters of the crowd that ctx belongs to. What it costs
// is the first one's.
func metersOf(ctx context.Context) []*meter {
	c, ok := ctx.Value(crowdKey{}).(*crowd)
	if !ok {
		return []*meter{meterOf(ctx)}
	}
	var meters []*meter
	for _, m := range c.all() {
		meters = append(meters, meterOf(m))
	}
	return meters
}

// priorityOf tells who waits: a person, if there is one among them.
func priorityOf(ctx context.Context) quota.Priority {
	for _, m := range metersOf(ctx) {
		if m.priority == quota.Interactive {
			return quota.Interactive
		}
	}
	return quota.Background
}
