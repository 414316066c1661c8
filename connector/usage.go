package connector

import (
	"context"
	"errors"

	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/plugin"
)

// Usage implements [plugin.Connector].
func (c *Connector) Usage(ctx context.Context, req *plugin.UsageRequest) (*plugin.UsageResponse, error) {
	ctx, running, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer running.end()
	conn, err := c.known(req.Connection)
	if err != nil {
		return nil, err
	}
	s, done, err := conn.use()
	if err != nil {
		return nil, err
	}
	defer done()
	used, err := s.ledger.Usage(ctx)
	if err != nil {
		return nil, classify(err, &situation{connection: conn.name, ended: ctx.Err()})
	}
	return &plugin.UsageResponse{Buckets: buckets(used)}, nil
}

// budgets are those of the endpoints that an invocation has called. One that
// called none, because memory answered, gets them as they were when the action
// last did: a hit makes no call of the store. One that a budget has refused, as
// err says, gets that budget, too.
func (s *session) budgets(action string, m *meter, err error) []plugin.UsageBucket {
	var refused *quota.ExhaustedError
	if errors.As(err, &refused) {
		m.counted([]quota.Usage{refused.Usage()})
		return buckets(m.stand())
	}
	if m.spent() == 0 {
		last, _ := s.lastBudgets.Load(action)
		known, _ := last.([]plugin.UsageBucket)
		return known
	}
	now := buckets(m.stand())
	s.lastBudgets.Store(action, now)
	return now
}

func buckets(used []quota.Usage) []plugin.UsageBucket {
	list := make([]plugin.UsageBucket, 0, len(used))
	for _, u := range used {
		b := plugin.UsageBucket{
			Endpoint: u.Endpoint, Scope: plugin.UsageScope(u.Scope), Used: u.Used,
			ResetsAt: u.ResetsAt, Source: plugin.LimitSource(u.Source), LearnedOn: u.LearnedOn, Refusing: u.Refusing,
		}
		if u.Source != quota.None {
			limit, remaining := u.Limit, u.Remaining
			b.Limit, b.Remaining = &limit, &remaining
		}
		list = append(list, b)
	}
	return list
}
