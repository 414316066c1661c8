package host

import (
	"context"
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
		case <-r.ended():
			p.bury(r)
		case <-p.closed:
		}
	})
}

// bury frees what is left of a connector that has ended and, unless that was
// planned, counts it as a crash. It does so once, and waits until it is done.
func (p *Plugin) bury(dead *running) {
	dead.noted.Do(func() {
		end := dead.explain()
		p.host.log.Warn("the plugin crashed", "plugin", p.name(), "how", end.how)
		_ = dead.stop(context.Background(), 0)
		p.crashed(end.at)
		p.enterPause(end.how)
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
