package host

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// adopt makes a connector that has just started the one that is called.
// The caller holds the start token.
func (p *Plugin) adopt(r *running, reason string) {
	p.mu.Lock()
	p.current = r
	p.enterLocked(Status{State: Ready, Reason: reason, PID: r.pid()})
	p.mu.Unlock()
	if r.ended() == nil {
		return
	}
	p.watching.Go(func() {
		select {
		case <-r.leaving():
			p.dismiss(r)
		case <-r.dismissed:
		case <-r.ended():
		case <-p.closed:
		}
		switch {
		case p.isDismissed(r):
			if err := p.retire(r, p.host.stopGrace); err != nil {
				p.host.log.Warn("the plugin that was told to end did not close cleanly", "plugin", p.name(), "error", err)
			}
		case r.hasEnded():
			p.bury(r)
		}
	})
}

// dismiss takes a connector that was told to end, by the operating system for
// example, out of service: the next call starts another. Its own goroutine
// stops it once its calls have ended. That is no crash.
func (p *Plugin) dismiss(r *running) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current != r || p.isClosed() {
		return // it is being stopped already
	}
	p.current = nil
	close(r.dismissed)
	p.enterLocked(Status{State: Idle, Reason: "the process was told to end"})
}

// isDismissed reports whether a connector was taken out of service.
func (p *Plugin) isDismissed(r *running) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-r.dismissed:
		return true
	default:
		return false
	}
}

// bury frees what is left of a connector that has ended and, unless that was
// planned, counts it as a crash. It does so once, and waits until it is done.
func (p *Plugin) bury(dead *running) {
	dead.noted.Do(func() {
		end := dead.explain()
		end.how = cmp.Or(end.how, "was stopped")
		p.host.log.Warn("the plugin crashed", "plugin", p.name(), "how", end.how)
		_ = dead.stop(context.Background(), 0)
		p.crashed(end.at, strings.TrimSpace("the process "+end.how+"\n"+end.detail))
		p.enterPause("the process " + end.how)
	})
}

// retire stops a connector that is not called any more once its calls have
// ended. Its end is no crash.
func (p *Plugin) retire(r *running, grace time.Duration) error {
	r.noted.Do(func() {})
	idle := make(chan struct{})
	go func() { r.calls.Wait(); close(idle) }()
	select {
	case <-idle:
	case <-p.rush:
	case <-r.ended():
	}
	err := r.stop(context.Background(), grace)
	// The calls that were left end with the connector, but for one in this
	// process that does not heed its context.
	select {
	case <-idle:
	case <-time.After(time.Second):
	}
	return err
}
