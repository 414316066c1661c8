package host

import (
	"context"
	"iter"
	"time"
)

// State is where a connector is in its life.
type State string

const (
	// Idle: it does not run; the next call starts it.
	Idle State = "idle"
	// Starting: it is being started and has not described itself yet.
	Starting State = "starting"
	// Ready: it answers calls.
	Ready State = "ready"
	// Draining: Close has begun and waits for the calls in flight, and for the
	// end of the process, if there is one.
	Draining State = "draining"
	// Stopped: it was closed. This is the last state.
	Stopped State = "stopped"
	// Backoff: it crashed; a call waits until RetryAt and starts it then.
	Backoff State = "backoff"
	// Failed: it crashed too often and is left alone until RetryAt or
	// [Plugin.Reset]; or, without a RetryAt, its last start was refused and
	// the next call tries again.
	Failed State = "failed"
)

// Status is a state and how the connector came into it.
type Status struct {
	State   State
	Reason  string    // in words, for a log or a person; may be empty
	Since   time.Time // when the state began
	RetryAt time.Time // no start before; zero: at the next call
	PID     int       // of the process; 0: none, or it runs in this process
}

// moment is a status and, later, what followed it. Whoever watches holds the
// one it has seen; a past one that nobody holds is garbage. So a watcher that
// is slow, or gone, keeps nobody waiting and misses nothing.
type moment struct {
	Status
	passed chan struct{} // closed when there is a next
	next   *moment       // valid once passed is closed
}

func newMoment(s Status) *moment {
	s.Since = time.Now()
	return &moment{Status: s, passed: make(chan struct{})}
}

// State returns the present state.
func (p *Plugin) State() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now.Status
}

// Watch yields the present state and each that follows, none left out, until
// ctx ends or after [Stopped]. It starts nothing that has to be ended.
//
//	for s := range p.Watch(ctx) {
//		log.Info("connector", "state", s.State, "reason", s.Reason)
//	}
func (p *Plugin) Watch(ctx context.Context) iter.Seq[Status] {
	return func(yield func(Status) bool) {
		p.mu.Lock()
		at := p.now
		p.mu.Unlock()
		for yield(at.Status) && at.State != Stopped {
			select {
			case <-at.passed:
				at = at.next
			case <-ctx.Done():
				return
			}
		}
	}
}

// enter notes a new state. Once the connector is being closed only its end
// counts.
func (p *Plugin) enter(s Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.enterLocked(s)
}

// enterLocked is enter for a caller that holds p.mu.
func (p *Plugin) enterLocked(s Status) {
	switch p.now.State {
	case Stopped:
		return
	case Draining:
		if s.State != Stopped {
			return
		}
	}
	past := p.now
	p.now = newMoment(s)
	past.next = p.now
	close(past.passed)
}

// enterPause notes that the connector is left alone for a while, or for a
// longer one when it crashed too often.
func (p *Plugin) enterPause(reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, open := p.pausedUntil(time.Now())
	state := Backoff
	if open {
		state = Failed
	}
	p.enterLocked(Status{State: state, Reason: reason, RetryAt: at})
}

// Reset forgets the crashes so far: a circuit that is open closes, and the
// next call starts the connector without delay, as do the calls that wait for
// a restart. A connector that runs is left alone.
func (p *Plugin) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resetLocked()
	if s := p.now.State; s == Backoff || s == Failed {
		p.enterLocked(Status{State: Idle, Reason: "reset by hand"})
	}
}

// resetLocked forgets the crashes. The caller holds p.mu.
func (p *Plugin) resetLocked() {
	p.crashes, p.notBefore = nil, time.Time{}
	close(p.reset)
	p.reset = make(chan struct{})
}
