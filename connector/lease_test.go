package connector

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// leases is a store that has one lease, on the time of synctest.
type leases struct {
	plugin.Store

	mu     sync.Mutex // guards the fields below
	holder string
	until  time.Time
}

func (l *leases) Lease(_ context.Context, req *plugin.LeaseRequest) (*plugin.LeaseResponse, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder == "" || l.holder == req.Holder || !time.Now().Before(l.until) {
		l.holder, l.until = req.Holder, time.Now().Add(req.TTL)
	}
	return &plugin.LeaseResponse{Held: l.holder == req.Holder && req.TTL > 0, Until: l.until}, nil
}

// A process that lives keeps its lease for as long as it works, one that was
// killed for a few seconds, and neither keeps those who do not want to wait.
func TestLeaseOutlivesWorkAndNotItsHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &leases{}
		one, other := newTokenStore(&state{store: store}, "linkedin/t"), newTokenStore(&state{store: store}, "linkedin/t")
		release, err := one.Lease(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second) // as long as a refresh may take
		if taken, err := other.Lease(t.Context(), false); taken != nil || err != nil {
			t.Fatalf("another got the lease of who still works, or an error: %v", err)
		}
		release()

		if _, err := store.Lease(t.Context(), &plugin.LeaseRequest{Holder: "killed", TTL: leaseTTL}); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		release, err = other.Lease(t.Context(), true)
		if waited := time.Since(start); err != nil || waited > leaseTTL+leasePause {
			t.Errorf("waited %v for the lease of who was killed: %v", waited, err)
		}
		again := make(chan struct{})
		go func() { // of the same process: it waits its turn
			defer close(again)
			if release, err := other.Lease(t.Context(), true); err != nil {
				t.Error(err)
			} else {
				release()
			}
		}()
		synctest.Wait()
		select {
		case <-again:
			t.Error("two in one process had the lease")
		default:
		}
		release()
		<-again
		time.Sleep(time.Minute)
		if taken, err := one.Lease(t.Context(), false); taken == nil || err != nil {
			t.Errorf("a lease that was given back is still held: %v", err)
		} else {
			taken()
		}
	})
}
