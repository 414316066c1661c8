package host

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// drained is a host that would take a crash very ill.
func drained(t *testing.T) *Host {
	t.Helper()
	h := newHost(t, nil)
	h.restart = restart{min: time.Hour, max: time.Hour, crashes: 1, within: time.Hour}
	return h
}

// TestTerminateFailsNoCall sends SIGTERM to a plugin again and again while
// calls that must not be made twice go on: none of them fails.
func TestTerminateFailsNoCall(t *testing.T) {
	p := load(t, drained(t), self("tester"))
	conn := account()
	var over atomic.Bool
	var calls atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		in := jsonInput(t, map[string]any{"n": i * 4})
		wg.Go(func() {
			for !over.Load() {
				if _, err := p.Invoke(t.Context(), conn, request("slow_write", in), nil); err != nil {
					t.Errorf("a call: %+v", plugin.AsError(err))
					return
				}
				calls.Add(1)
			}
		})
	}
	var pids []int
	for range 4 {
		for n := calls.Load(); calls.Load() < n+20 && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
		pid := p.PID()
		if pid == 0 {
			continue // between two processes
		}
		pids = append(pids, pid)
		send(t, pid, syscall.SIGTERM)
	}
	over.Store(true)
	wg.Wait()
	for _, pid := range pids {
		if !gone(pid, 5*time.Second*patience) {
			t.Errorf("the process %d outlives its calls", pid)
		}
	}
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil || p.State().State != Ready {
		t.Errorf("after it: %v, state %+v; want no crash counted", got.Err, p.State())
	}
	if left := leftovers(t, p.host); len(left) != 1 {
		t.Errorf("in the private folder: %v, want the sockets of one process", left)
	}
}

// TestTerminateAnIdle has nobody to refuse: the host is told.
func TestTerminateAnIdle(t *testing.T) {
	p := load(t, drained(t), self("tester"))
	pid := p.PID()
	start := time.Now()
	send(t, pid, syscall.SIGTERM)
	if s := until(t, p, Idle); s.Reason == "" || s.PID != 0 {
		t.Errorf("state %+v, want idle with the reason", s)
	}
	if !gone(pid, time.Second*patience) {
		t.Errorf("the process lives after %s, with nothing to do", time.Since(start))
	}
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil || p.PID() == 0 || p.PID() == pid {
		t.Errorf("the next call: %v in process %d, want a new one at once", got.Err, p.PID())
	}
}

// TestDrainIsNoCancellation has calls that outlast the time that a plugin has
// to end: nobody cancelled them, so a read begins anew, in the next process,
// and of a write nothing is known.
func TestDrainIsNoCancellation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		action string
		kind   plugin.Kind
		begun  int
	}{
		{"wait", plugin.Canceled, 2}, // the test cancels the second
		{"wait_write", plugin.PluginCrashed, 1},
	} {
		t.Run(tt.action, func(t *testing.T) {
			t.Parallel()
			p := load(t, drained(t), self("tester"))
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second*patience)
			defer cancel()
			begun := 0
			_, err := p.Invoke(ctx, account(), request(tt.action, `{}`), func(*plugin.Event) error {
				if begun++; begun == 1 {
					return syscall.Kill(p.PID(), syscall.SIGTERM)
				}
				cancel()
				return nil
			})
			e := plugin.AsError(err)
			if e == nil || e.Kind != tt.kind || begun != tt.begun {
				t.Fatalf("%+v after %d runs, want kind %v after %d", e, begun, tt.kind, tt.begun)
			}
			if tt.kind != plugin.Canceled && (errors.Is(err, context.Canceled) || e.Effect != plugin.EffectUnknown || e.Retryable || e.Message != "the plugin tester was told to end during the call") {
				t.Errorf("error = %+v, want one that tells of the plugin's end", e)
			}
		})
	}
}

// TestTerminateAndClose closes the host while a plugin drains.
func TestTerminateAndClose(t *testing.T) {
	h := drained(t)
	p := load(t, h, self("tester"))
	pid := p.PID()
	waiting, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := p.Invoke(t.Context(), account(), request("wait_write", `{}`), func(*plugin.Event) error { close(waiting); return nil })
		ended <- err
	}()
	<-waiting
	send(t, pid, syscall.SIGTERM)
	until(t, p, Idle)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := h.Close(ctx); err != nil {
		t.Error(err)
	}
	if err := <-ended; plugin.KindOf(err) != plugin.Canceled {
		t.Errorf("the call in flight = %v, want canceled", err)
	}
	if alive(pid) {
		t.Errorf("the process %d outlives its host", pid)
	}
}

// TestTerminateUnderAnOlderHost has a plugin of today end under a host that
// knows nothing of draining: what is in flight ends, and the process too.
func TestTerminateUnderAnOlderHost(t *testing.T) {
	t.Parallel()
	h := newHost(t, nil)
	h.capabilities = nil
	h.restart = crashes
	p := load(t, h, self("tester"))
	pid := p.PID()
	started, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := p.Invoke(t.Context(), account(), request("slow_write", `{"n":300}`), func(*plugin.Event) error { close(started); return nil })
		ended <- err
	}()
	<-started
	send(t, pid, syscall.SIGTERM)
	if err := <-ended; err != nil {
		t.Errorf("the call in flight: %v", err)
	}
	if !gone(pid, 2*time.Second*patience) {
		t.Errorf("the process %d goes on", pid)
	}
}
