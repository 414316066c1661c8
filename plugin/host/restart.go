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

// crashed notes a crash and what is known of it. The next start waits, longer with each crash of the
// last minutes, and up to a fifth more, so that many hosts do not start in
// step.
func (p *Plugin) crashed(at time.Time, detail string) {
	rule := p.host.restart
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgetCrashes(at)
	p.crashes, p.lastWords = append(p.crashes, at), detail
	wait := min(rule.min<<min(len(p.crashes)-1, 20), rule.max)
	p.notBefore = at.Add(wait + rand.N(wait/5+1))
}

// forgetCrashes drops what is too long ago to count. The caller holds p.mu.
func (p *Plugin) forgetCrashes(now time.Time) {
	for len(p.crashes) > 0 && now.Sub(p.crashes[0]) >= p.host.restart.within {
		p.crashes = p.crashes[1:]
	}
}

// pausedUntil returns when the connector may be started, and whether the
// circuit is open until then. The caller holds p.mu.
func (p *Plugin) pausedUntil(now time.Time) (at time.Time, open bool) {
	rule := p.host.restart
	p.forgetCrashes(now)
	if n := len(p.crashes); n >= rule.crashes {
		return p.crashes[n-rule.crashes].Add(rule.within), true
	}
	return p.notBefore, false
}

// isPaused reports whether the connector may not be started yet.
func (p *Plugin) isPaused() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	at, _ := p.pausedUntil(now)
	return at.After(now)
}

// restartAt returns when the connector may be started. It is an error when
// that is beyond the caller's deadline, or when there were too many crashes:
// then the circuit is open until the oldest is forgotten.
func (p *Plugin) restartAt(ctx context.Context) (time.Time, error) {
	rule := p.host.restart
	p.mu.Lock()
	at, open := p.pausedUntil(time.Now())
	n, detail := len(p.crashes), p.lastWords
	p.mu.Unlock()

	if open {
		return at, &plugin.Error{
			Kind: plugin.PluginCrashed, Source: plugin.SourceHost, Effect: plugin.EffectNone, Retryable: true, RetryAt: &at,
			Message: fmt.Sprintf("the plugin %s crashed %d times in %.0f minutes and is not started for a while", p.name(), n, rule.within.Minutes()),
			Hint:    "The detail tells of the last crash. Look at the plugin's log, or install another version of it.", Detail: detail,
		}
	}
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(at) {
		return at, &plugin.Error{
			Kind: plugin.PluginCrashed, Source: plugin.SourceHost, Effect: plugin.EffectNone, Retryable: true, RetryAt: &at,
			Message: fmt.Sprintf("the plugin %s crashed and starts again only after the call's deadline", p.name()),
			Hint:    "Run the step again, with more time.", Detail: detail,
		}
	}
	return at, nil
}

// backOff waits until the connector may be started.
func (p *Plugin) backOff(ctx context.Context) error {
	p.mu.Lock()
	reset := p.reset
	p.mu.Unlock()
	at, err := p.restartAt(ctx)
	if err != nil {
		return err
	}
	wait := time.Until(at)
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-reset:
		return nil
	case <-ctx.Done():
		return plugin.AsError(ctx.Err())
	}
}
