package conform

import (
	"context"
	"slices"

	"github.com/linkstep/linkstep/plugin"
)

func quotaCases(*subject) []testCase {
	return []testCase{
		{"budgets add up", budgetsAddUp},
		{"a call of the vendor is counted", callsAreCounted},
		{"an action costs what it says", costsWhatItSays},
	}
}

// usageOrWhy asks for the budgets of the connection that is logged in.
func (s *subject) usageOrWhy(ctx context.Context) (*plugin.UsageResponse, error) {
	switch {
	case !s.has(plugin.CapabilityUsage):
		return nil, notRun("it does not have the capability usage")
	case s.login != nil:
		return nil, s.login
	case s.conn == nil:
		return nil, notRun("the connector needs no connection")
	}
	res, err := s.usage(ctx, s.conn)
	if err != nil {
		return nil, s.unexpected(err, "List the capability usage only when Usage answers.")
	}
	return res, nil
}

func budgetsAddUp(ctx context.Context, s *subject) error {
	res, err := s.usageOrWhy(ctx)
	if err != nil {
		return err
	}
	return bucketFaults("usage", res.Buckets).fault("A budget has an endpoint, a scope, where its limit is known from, when it starts anew, and at most limit - used remaining, 0 at the least.")
}

// bucketFaults looks at what every budget must be.
func bucketFaults(where string, buckets []plugin.UsageBucket) findings {
	sources := []plugin.LimitSource{plugin.LimitConfigured, plugin.LimitLearned, plugin.LimitDefault, plugin.LimitNone}
	var wrong findings
	for _, b := range buckets {
		if b.Endpoint == "" {
			wrong.add("%s: a budget has no endpoint", where)
		}
		if b.Scope != plugin.ScopeApplication && b.Scope != plugin.ScopeMember {
			wrong.add("%s: the scope of %s is %q: it is application or member", where, b.Endpoint, b.Scope)
		}
		if !slices.Contains(sources, b.Source) {
			wrong.add("%s: the limit of %s is known from %q: that is configured, learned, default or none", where, b.Endpoint, b.Source)
		}
		if b.Used < 0 {
			wrong.add("%s: %d calls of %s are used", where, b.Used, b.Endpoint)
		}
		if b.ResetsAt.IsZero() {
			wrong.add("%s: %s does not say when it starts anew", where, b.Endpoint)
		}
		if (b.Limit == nil) != (b.Remaining == nil) {
			wrong.add("%s: %s has a limit without a remainder, or the reverse", where, b.Endpoint)
		} else if b.Limit != nil && (*b.Remaining < 0 || *b.Remaining > max(0, *b.Limit-b.Used)) {
			wrong.add("%s: %s has a limit of %d, %d used and %d remaining", where, b.Endpoint, *b.Limit, b.Used, *b.Remaining)
		}
	}
	return wrong
}

func callsAreCounted(ctx context.Context, s *subject) error {
	before, err := s.usageOrWhy(ctx)
	if err != nil {
		return err
	}
	if len(s.reading()) == 0 {
		return s.noReading()
	}
	for _, t := range s.reading() {
		res, err := s.invoke(ctx, s.conn, input(t.spec.Name, t.input), nil)
		if isVerdict(err) {
			return err
		}
		if err != nil || res.Meta.UpstreamCalls == 0 {
			continue // from memory, or not at all
		}
		after, err := s.usageOrWhy(ctx)
		if err != nil {
			return err
		}
		if grown := used(after) - used(before); grown < int64(res.Meta.UpstreamCalls) {
			return faultf("Count each attempt before it is sent, in the budget of its endpoint.",
				"%s sent %d calls, and the budgets have grown by %d", t.spec.Name, res.Meta.UpstreamCalls, grown)
		}
		return nil
	}
	return notRun("no example calls the vendor")
}

func used(res *plugin.UsageResponse) int64 {
	var sum int64
	for _, b := range res.Buckets {
		sum += b.Used
	}
	return sum
}

func costsWhatItSays(_ context.Context, s *subject) error {
	if len(s.trials) == 0 {
		return s.noReading()
	}
	var wrong findings
	for _, t := range s.trials {
		if calls := t.result.Meta.UpstreamCalls - t.result.Meta.Retries; calls > t.spec.Cost {
			wrong.add("%s sent %d calls, and its cost is %d", t.name, calls, t.spec.Cost)
		}
	}
	return wrong.fault("Set Cost to the calls of one ordinary invocation: engines plan the day's budget with it.")
}
