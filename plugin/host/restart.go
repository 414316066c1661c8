package host

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

const (
	backOffMin   = 200 * time.Millisecond // before the first restart
	backOffMax   = 30 * time.Second
	circuitCrash = 5               // so many crashes
	circuitTime  = 5 * time.Minute // within this time open the circuit
)

// backOff waits before a restart, longer with each crash of the last minutes.
// After too many of them it refuses: the circuit is open until the oldest is
// forgotten.
func (p *Plugin) backOff(ctx context.Context) error {
	p.mu.Lock()
	now := time.Now()
	for len(p.crashes) > 0 && now.Sub(p.crashes[0]) > circuitTime {
		p.crashes = p.crashes[1:]
	}
	n := len(p.crashes)
	var until time.Time
	switch {
	case n >= circuitCrash:
		until = p.crashes[n-circuitCrash].Add(circuitTime)
	case n > 0:
		wait := min(backOffMin<<(n-1), backOffMax)
		// Up to a fifth more, so that many hosts do not start in step.
		until = p.crashes[n-1].Add(wait + rand.N(wait/5))
	}
	p.mu.Unlock()

	if n >= circuitCrash {
		return &plugin.Error{
			Kind: plugin.PluginCrashed, Source: plugin.SourceHost, Effect: plugin.EffectNone, Retryable: true, RetryAt: &until,
			Message: fmt.Sprintf("the plugin %s crashed %d times in %s and is not started for a while", p.name(), n, circuitTime),
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
