package host

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// restart says when a connector that crashed is started again.
type restart struct {
	min, max time.Duration // before the first restart; before any
	crashes  int           // so many crashes
	within   time.Duration // within this time open the circuit
}

var usualRestart = restart{min: 200 * time.Millisecond, max: 30 * time.Second, crashes: 5, within: 5 * time.Minute}

// backOff waits before a restart, longer with each crash of the last minutes.
// After too many of them it refuses: the circuit is open until the oldest is
// forgotten.
func (p *Plugin) backOff(ctx context.Context) error {
	rule := p.host.restart
	p.mu.Lock()
	now := time.Now()
	for len(p.crashes) > 0 && now.Sub(p.crashes[0]) >= rule.within {
		p.crashes = p.crashes[1:]
	}
	n := len(p.crashes)
	var until time.Time
	switch {
	case n >= rule.crashes:
		until = p.crashes[n-rule.crashes].Add(rule.within)
	case n > 0:
		wait := min(rule.min<<min(n-1, 20), rule.max)
		// Up to a fifth more, so that many hosts do not start in step.
		until = p.crashes[n-1].Add(wait + rand.N(wait/5+1))
	}
	p.mu.Unlock()

	if n >= rule.crashes {
		return &plugin.Error{
			Kind: plugin.PluginCrashed, Source: plugin.SourceHost, Effect: plugin.EffectNone, Retryable: true, RetryAt: &until,
			Message: fmt.Sprintf("the plugin %s crashed %d times in %s and is not started for a while", p.name(), n, rule.within),
			Hint:    "Look at the plugin's log, or install another version of it.",
		}
	}
	wait := time.Until(until)
	if wait <= 0 {
		return nil
	}
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(until) {
		return &plugin.Error{
			Kind: plugin.PluginCrashed, Source: plugin.SourceHost, Effect: plugin.EffectNone, Retryable: true, RetryAt: &until,
			Message: fmt.Sprintf("the plugin %s crashed and starts again only after the call's deadline", p.name()),
			Hint:    "Run the step again, with more time.",
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return plugin.AsError(ctx.Err())
	}
}
