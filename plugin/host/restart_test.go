package host

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// TestCrashCircuit wants the plugin left alone after some crashes.
func TestCrashCircuit(t *testing.T) {
	h := newHost(t, nil)
	h.restart = restart{min: time.Millisecond, max: time.Millisecond, crashes: 3, within: time.Hour}
	p := load(t, h, self("tester"))
	for range 3 {
		_, err := p.Invoke(t.Context(), account(), request("crash_write", jsonInput(t, map[string]any{"how": "panic", "text": "out of luck, " + token})), nil)
		if plugin.KindOf(err) != plugin.PluginCrashed {
			t.Fatalf("error = %v, want plugin_crashed", err)
		}
	}
	start := time.Now()
	_, err := p.Invoke(t.Context(), account(), request("events", `{}`), nil)
	e := plugin.AsError(err)
	if e == nil || e.Kind != plugin.PluginCrashed || e.RetryAt == nil || e.RetryAt.Before(start.Add(50*time.Minute)) || e.Effect != plugin.EffectNone || !e.Retryable {
		t.Errorf("error = %+v, want plugin_crashed with RetryAt in an hour and no effect", e)
	}
	if e != nil && (!strings.HasSuffix(e.Message, "crashed 3 times in 60 minutes and is not started for a while") || !strings.Contains(e.Detail, "panic: out of luck, REDACTED")) {
		t.Errorf("message %q, detail %q; want the words of the last crash, now that nobody can look, and no secret", e.Message, e.Detail)
	}
	if p.PID() != 0 {
		t.Errorf("process %d runs although the circuit is open", p.PID())
	}
}

func TestStartThatFailsAgainCounts(t *testing.T) {
	h := newHost(t, nil)
	h.restart = restart{min: time.Millisecond, max: time.Millisecond, crashes: 3, within: time.Hour}
	starts := 0
	p := load(t, h, Source{Kind: "test", Path: "it", reach: func(ctx context.Context, h *Host) (reached, error) {
		if starts++; starts > 1 {
			return nil, cannotRun("it", "did not answer as a plugin", "", nil)
		}
		return startProcess(ctx, h, program{path: self("tester").Path, args: []string{"child", "tester"}})
	}})
	if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-p.current.ended()
	for range 5 {
		if _, err := p.Invoke(t.Context(), account(), request("events", `{}`), nil); err == nil {
			t.Fatal("a plugin that does not start answers")
		}
	}
	if starts != 3 {
		t.Errorf("%d starts, want 3: one good, two bad, then the circuit is open", starts)
	}
}

func TestBackOff(t *testing.T) {
	tests := []struct {
		name    string
		crashes []time.Duration // ago
		wait    time.Duration   // at least, at most a fifth more
		refused time.Duration   // until then; 0: not refused
		why     string
	}{
		{"none", nil, 0, 0, "the first start is not delayed"},
		{"one", []time.Duration{0}, 200 * time.Millisecond, 0, "one crash happens"},
		{"one a while ago", []time.Duration{time.Second}, 0, 0, "an idle plugin that died unseen has waited already"},
		{"two", []time.Duration{time.Second, 0}, 400 * time.Millisecond, 0, "twice as long"},
		{"four", []time.Duration{4 * time.Minute, time.Minute, time.Second, 0}, 1600 * time.Millisecond, 0, "and again"},
		{"five", []time.Duration{4 * time.Minute, 3 * time.Minute, 2 * time.Minute, time.Minute, 0}, 0, time.Minute, "until the oldest is five minutes old"},
		{"five, the oldest forgotten", []time.Duration{5 * time.Minute, 3 * time.Minute, 2 * time.Minute, time.Minute, 0}, 1600 * time.Millisecond, 0, "five in five minutes are too many"},
		{"six", []time.Duration{4*time.Minute + 30*time.Second, 4 * time.Minute, 3 * time.Minute, 2 * time.Minute, time.Minute, 0}, 0, time.Minute, "the fifth last counts"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlugin(New(nil), Source{Path: "it"})
				start := time.Now()
				for _, ago := range tt.crashes {
					p.crashed(start.Add(-ago), "")
				}
				err := p.backOff(t.Context())
				waited := time.Since(start)
				if tt.refused == 0 {
					if err != nil || waited < tt.wait || waited > tt.wait+tt.wait/5+1 {
						t.Errorf("waited %s, %v; want %s and at most a fifth more: %s", waited, err, tt.wait, tt.why)
					}
					return
				}
				e := plugin.AsError(err)
				if e == nil || e.Kind != plugin.PluginCrashed || waited != 0 || !e.RetryAt.Equal(start.Add(tt.refused)) {
					t.Fatalf("waited %s, %+v; want a refusal until %s from now: %s", waited, e, tt.refused, tt.why)
				}
				time.Sleep(tt.refused)
				if err := p.backOff(t.Context()); err != nil {
					t.Errorf("refused when the time has come: %v", err)
				}
			})
		})
	}
}

func TestBackOffIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(nil)
		h.restart.crashes = 1 << 30
		p := newPlugin(h, Source{})
		for range 100 {
			p.crashed(time.Now(), "")
		}
		start := time.Now()
		if err := p.backOff(t.Context()); err != nil || time.Since(start) < 30*time.Second || time.Since(start) > 36*time.Second+1 {
			t.Errorf("waited %s, %v; want 30 s and at most a fifth more", time.Since(start), err)
		}
	})
}

// TestBackOffHeedsTheCaller never sleeps through a caller's deadline.
func TestBackOffHeedsTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlugin(New(nil), Source{})
		p.crashed(time.Now(), "")
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if e := plugin.AsError(p.backOff(ctx)); e == nil || e.Kind != plugin.PluginCrashed || e.RetryAt == nil || time.Since(start) != 0 {
			t.Errorf("a deadline before the restart gives %+v after %s, want an answer at once with RetryAt", e, time.Since(start))
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		if err := p.backOff(ctx); !errors.Is(err, context.Canceled) || time.Since(start) != 50*time.Millisecond {
			t.Errorf("a caller that gives up gets %v after %s, want a cancellation after 50ms", err, time.Since(start))
		}
	})
}
