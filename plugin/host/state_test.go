package host

import (
	"context"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// watch gathers the states of a connector; the function it returns waits for
// the end of the watch.
func watch(t *testing.T, p *Plugin) func() []Status {
	t.Helper()
	var seen []Status
	began, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for s := range p.Watch(context.Background()) {
			if seen = append(seen, s); len(seen) == 1 {
				close(began)
			}
		}
	}()
	<-began
	return func() []Status {
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatal("the watch of a closed connector does not end")
		}
		return seen
	}
}

// until waits for a state.
func until(t *testing.T, p *Plugin, want State) Status {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for s := range p.Watch(ctx) {
		if s.State == want {
			return s
		}
	}
	t.Fatalf("the state is %+v, never %s", p.State(), want)
	return Status{}
}

func TestStates(t *testing.T) {
	h := newHost(t, nil)
	h.restart = crashes
	p := load(t, h, self("tester"))
	if s := p.State(); s.State != Ready || s.PID != p.PID() || s.Since.IsZero() {
		t.Errorf("a loaded connector is %+v, want ready with its process id", s)
	}
	states := watch(t, p)
	send(t, p.PID(), syscall.SIGKILL)
	// Nobody calls, and the end is seen all the same.
	if s := until(t, p, Backoff); s.RetryAt.IsZero() || s.PID != 0 || p.PID() != 0 {
		t.Errorf("after a crash: %+v, process %d; want the time of the restart and no process", s, p.PID())
	}
	if left := leftovers(t, h); len(left) > 0 {
		t.Errorf("a crash leaves in the private folder: %v", left)
	}
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
		t.Fatal(got.Err)
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range states() {
		if lives := s.State == Ready || s.State == Draining; lives != (s.PID != 0) {
			t.Errorf("%s with process %d: want one while it lives", s.State, s.PID)
		}
		got = append(got, strings.TrimSpace(string(s.State)+" "+s.Reason))
	}
	want := []string{"ready", "backoff the process was ended by signal 9 (killed)", "starting", "ready", "draining", "stopped"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if s := p.State(); s.State != Stopped {
		t.Errorf("a closed connector is %s", s.State)
	}
}

func TestStateOfAFailedStart(t *testing.T) {
	refused := cannotRun("it", "did not answer as a plugin", "", nil)
	tests := []struct {
		name  string
		err   error
		state State
		retry bool
		why   string
	}{
		{"no plugin", refused, Backoff, true, "it may be better next time"},
		{"another file", tampered("it", "is another file", nil), Failed, false, "waiting does not help, a person does"},
		{"speaks of cancellation", plugin.AsError(context.Canceled), Backoff, true, "no caller's end reaches a start"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlugin(New(nil), Source{reach: func(context.Context, *Host) (reached, error) { return nil, tt.err }})
			if _, err := p.acquire(t.Context()); err == nil {
				t.Fatal("it starts")
			}
			if s := p.State(); s.State != tt.state || s.RetryAt.IsZero() == tt.retry {
				t.Errorf("state %+v, want %s, with a time to retry: %t: %s", s, tt.state, tt.retry, tt.why)
			}
		})
	}
}

// TestReset closes a circuit by hand.
func TestReset(t *testing.T) {
	h := newHost(t, nil)
	h.restart = restart{min: time.Hour, max: time.Hour, crashes: 1, within: time.Hour}
	p := load(t, h, self("tester"))
	send(t, p.PID(), syscall.SIGKILL)
	if s := until(t, p, Failed); s.RetryAt.Before(time.Now().Add(50*time.Minute)) || s.Reason == "" {
		t.Errorf("an open circuit is %+v, want the reason and a time in an hour", s)
	}
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err == nil || got.Err.Kind != plugin.PluginCrashed {
		t.Errorf("a call gives %v, want plugin_crashed", got.Err)
	}
	p.Reset()
	if s := p.State(); s.State != Idle || s.Reason == "" {
		t.Errorf("after the reset: %+v, want idle with a reason", s)
	}
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
		t.Errorf("after the reset: %v", got.Err)
	}
}

// TestResetWakesWhoWaits has a call wait for a restart that is an hour away.
func TestResetWakesWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(nil)
		h.restart.min, h.restart.max = time.Hour, time.Hour
		p := newPlugin(h, Source{})
		p.crashed(time.Now(), "")
		start := time.Now()
		time.AfterFunc(time.Minute, p.Reset)
		if err := p.backOff(t.Context()); err != nil || time.Since(start) != time.Minute {
			t.Errorf("waited %s, %v; want until the reset", time.Since(start), err)
		}
	})
}

func TestWatchEnds(t *testing.T) {
	p := load(t, newHost(t, nil), Direct(plugintest.New(nil)))
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	defer cancel()
	for range p.Watch(ctx) {
		n++
		cancel()
	}
	for range p.Watch(t.Context()) {
		n++
		break
	}
	if n != 2 {
		t.Errorf("%d states, want one for each watch", n)
	}
}
