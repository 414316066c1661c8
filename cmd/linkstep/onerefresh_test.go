package main

import (
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// Callers in several processes on one store reach an expired token at the same
// time: LinkedIn is asked once, and every caller gets its answer. Every second
// process has the connector in itself, so that the lease is asked for over the
// wire and without one.
func TestOneRefreshAmongProcesses(t *testing.T) {
	t.Parallel()
	onPlaces(t, func(t *testing.T, p place) {
		l := newLogin(t, p)
		processes, callers := scaled(2, 4), scaled(8, 64)
		engines := make([]*engine, processes)
		for i := range engines {
			engines[i] = l.engine(t, []string{asProcess, direct}[i%2], callers)
		}
		l.srv.Advance(61 * 24 * time.Hour)
		l.srv.ResetRequests()
		if err := l.srv.Fail(sandbox.Fault{Path: tokenPath, Times: -1, Stall: 200 * time.Millisecond}); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for _, e := range engines {
			e.begin()
		}
		for i, e := range engines {
			for range callers {
				if why := e.next().failed(); why != "" {
					t.Errorf("process %d: a caller got %s", i, why)
				}
			}
			e.stop(t)
		}
		granted, refused := l.refreshes()
		if granted != 1 || refused != 0 {
			t.Errorf("%d refreshes were granted and %d refused, want one", granted, refused)
		}
		t.Logf("%d callers in %d processes: %d refresh, %v", processes*callers, processes, granted, time.Since(start).Round(time.Millisecond))
	})
}
