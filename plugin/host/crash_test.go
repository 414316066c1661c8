package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// crashes are what a test counts on: restarts without delay, no circuit.
var crashes = restart{min: time.Millisecond, max: time.Millisecond, crashes: 1 << 30, within: time.Hour}

// crashing returns a loaded test connector of a host that restarts at once.
func crashing(t *testing.T) *Plugin {
	t.Helper()
	h := newHost(t, nil)
	h.restart = crashes
	return load(t, h, self("tester"))
}

// runs returns how often the action crash ran.
func runs(t *testing.T, p *Plugin) int64 {
	t.Helper()
	out, err := p.host.store.Counters(t.Context(), &plugin.CountersRequest{Prefix: plugintest.Name + "/crashes"})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Counters) == 0 {
		return 0
	}
	return out.Counters[0].Used
}

// jsonInput writes an input.
func jsonInput(t *testing.T, v map[string]any) string {
	t.Helper()
	doc, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

func TestCrashIsExplained(t *testing.T) {
	secret := "other-secret-value"
	tests := []struct {
		name, how, text string
		message         string
		detail          []string
		why             string
	}{
		{"exit", "exit", "the license of " + secret + " ran out", "the plugin tester ended with status 7 during the call",
			[]string{"standard error:", "the license of REDACTED ran out"}, "the last words on standard error say why"},
		{"panic in a goroutine", "panic", "cannot use " + secret, "the plugin tester ended with status 2 during the call",
			[]string{"panic: cannot use REDACTED", "goroutine ", "plugintest.(*Connector).crash"}, "the head of the panic says where"},
		{"escaped secret", "exit", `{"token":` + quoted(token) + `}`, "the plugin tester ended with status 7 during the call",
			[]string{`{"token":"REDACTED"}`}, "logs are JSON, and JSON escapes"},
		{"out of memory", "memory", "", "the plugin tester ended with status 2 during the call", outOfMemory, "the runtime's own end"},
		{"killed", "kill", "", "the plugin tester was ended by signal 9 (killed) during the call", nil, "as the out-of-memory killer does it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := crashing(t)
			start := time.Now()
			_, err := p.Invoke(t.Context(), account(secret), request("crash_write", jsonInput(t, map[string]any{"how": tt.how, "text": tt.text})), nil)
			if took := time.Since(start); took > 5*time.Second*patience {
				t.Errorf("the crash is reported after %s", took)
			}
			var e *plugin.Error
			if !errors.As(err, &e) || e.Kind != plugin.PluginCrashed || e.Message != tt.message {
				t.Fatalf("error = %+v, want %q: %s", err, tt.message, tt.why)
			}
			for _, want := range tt.detail {
				if !strings.Contains(e.Detail, want) {
					t.Errorf("detail = %q, want %q in it: %s", e.Detail, want, tt.why)
				}
			}
			if strings.Contains(e.Detail, secret) || strings.Contains(e.Message, secret) || strings.Contains(e.Detail, "tok+en") {
				t.Errorf("the error shows a secret: %+v", e)
			}
			if e.Effect != plugin.EffectUnknown || e.Retryable || e.Source != plugin.SourceHost || e.Hint == "" || runs(t, p) != 1 {
				t.Errorf("a write that crashed after %d runs = %+v, want effect unknown, not retryable, one run", runs(t, p), e)
			}
			// The next call finds a plugin again.
			if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
				t.Errorf("the next call: %v", got.Err)
			}
		})
	}
}

// outOfMemory is what the runtime says at its end where the limit holds: not
// under the race detector, which reserves more.
var outOfMemory = map[bool][]string{true: {"fatal error: ", "out of memory"}}[!underRace && isLinux()]

// quoted is a text as it stands in JSON.
func quoted(s string) string {
	doc, _ := json.Marshal(s)
	return string(doc)
}

func TestReplay(t *testing.T) {
	tests := []struct {
		name   string
		action string
		key    string
		times  int // the action crashes so often
		runs   int64
		kind   plugin.Kind
		effect plugin.Effect
		again  bool // the error says that a retry is safe
		why    string
	}{
		{"read", "crash", "", 1, 2, plugin.Unknown, "", false, "a read changes nothing"},
		{"read that always crashes", "crash", "", 9, 2, plugin.PluginCrashed, plugin.EffectNone, true, "once, not for ever"},
		{"write", "crash_write", "", 1, 1, plugin.PluginCrashed, plugin.EffectUnknown, false, "it may have been done"},
		{"idempotent write", "crash_idempotent", "", 1, 2, plugin.Unknown, "", false, "a second run changes nothing more"},
		{"idempotent write that always crashes", "crash_idempotent", "", 9, 2, plugin.PluginCrashed, plugin.EffectUnknown, true, "an engine may go on trying"},
		{"keyed write", "crash_keyed", "order-1", 1, 2, plugin.Unknown, "", false, "the connector knows the key"},
		{"keyed write without a key", "crash_keyed", "", 1, 1, plugin.PluginCrashed, plugin.EffectUnknown, false, "nothing tells the runs apart"},
		{"key of an action that keeps none", "crash_write", "order-1", 1, 1, plugin.PluginCrashed, plugin.EffectUnknown, false, "the key is only the caller's"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := crashing(t)
			req := request(tt.action, jsonInput(t, map[string]any{"how": "exit", "times": tt.times}))
			req.IdempotencyKey = tt.key
			got := run(t.Context(), p.Invoke, req)
			if runs := runs(t, p); plugin.KindOf(errOf(got)) != tt.kind || runs != tt.runs {
				t.Fatalf("%d runs, %+v; want %d, kind %v: %s", runs, got.Err, tt.runs, tt.kind, tt.why)
			}
			if got.Err != nil && (got.Err.Effect != tt.effect || got.Err.Retryable != tt.again) {
				t.Errorf("effect %s, retryable %t; want %s, %t: %s", got.Err.Effect, got.Err.Retryable, tt.effect, tt.again, tt.why)
			}
		})
	}
}

func TestReplayOfPages(t *testing.T) {
	req := request("pages", `{"total":5,"page_size":2,"crash_after":1}`)
	t.Run("merged", func(t *testing.T) {
		t.Parallel()
		got := run(t.Context(), crashing(t).Invoke, req)
		want := outcome{Output: `{"people":[{"n":0},{"n":1},{"n":2},{"n":3},{"n":4}],"total":5}`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the first page must not come twice (-want +got):\n%s", diff)
		}
	})
	t.Run("streamed", func(t *testing.T) {
		t.Parallel()
		p := crashing(t)
		got := run(t.Context(), p.Stream, req)
		if got.Err == nil || got.Err.Kind != plugin.PluginCrashed || len(got.Events) != 1 || runs(t, p) != 1 {
			t.Errorf("%d events, %v after %d runs; want the page that came and plugin_crashed: the caller has it already", len(got.Events), got.Err, runs(t, p))
		}
	})
	t.Run("streamed, no page yet", func(t *testing.T) {
		t.Parallel()
		p := crashing(t)
		got := run(t.Context(), p.Stream, request("crash", `{"how":"exit","times":1}`))
		if got.Err != nil || runs(t, p) != 2 {
			t.Errorf("%v after %d runs, want an answer after 2", got.Err, runs(t, p))
		}
	})
}

// TestKilledBetweenCalls wants a call that finds the plugin dead to be made
// all the same, a write too: nothing was sent to the dead one.
func TestKilledBetweenCalls(t *testing.T) {
	p := crashing(t)
	conn := account()
	for range 3 {
		if _, err := p.Invoke(t.Context(), conn, request("fail_write", `{"kind":"conflict"}`), nil); plugin.KindOf(err) != plugin.Conflict {
			t.Fatalf("error = %v, want the connector's", err)
		}
		pid := p.PID()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-p.current.ended()
	}
}

// TestCrashCircuit wants the plugin left alone after some crashes.
func TestCrashCircuit(t *testing.T) {
	h := newHost(t, nil)
	h.restart = restart{min: time.Millisecond, max: time.Millisecond, crashes: 3, within: time.Hour}
	p := load(t, h, self("tester"))
	for range 3 {
		_, err := p.Invoke(t.Context(), account(), request("crash_write", `{"how":"exit"}`), nil)
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
					p.crashed(start.Add(-ago))
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
			p.crashed(time.Now())
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
		p.crashed(time.Now())
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

// TestShortDeadlinesInABackOff asks while another caller waits for a restart:
// who has not the time is told so at once.
func TestShortDeadlinesInABackOff(t *testing.T) {
	h := newHost(t, nil)
	h.restart.min = time.Second
	p := load(t, h, self("tester"))
	send(t, p.PID(), syscall.SIGKILL)
	<-p.current.ended()
	patient := make(chan error, 1)
	go func() {
		_, err := p.Invoke(t.Context(), account(), request("events", `{}`), nil)
		patient <- err
	}()
	time.Sleep(100 * time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := p.Invoke(ctx, account(), request("events", `{}`), nil)
	if e := plugin.AsError(err); e == nil || e.Kind != plugin.PluginCrashed || e.RetryAt == nil || time.Since(start) > 300*time.Millisecond {
		t.Errorf("error = %+v after %s, want plugin_crashed with RetryAt at once", e, time.Since(start))
	}
	if err := <-patient; err != nil {
		t.Errorf("the caller that waits gets %v", err)
	}
}

// TestCallsWhileItCrashes keeps many calls going while the plugin is killed
// again and again: each ends with a right answer or a right error.
func TestCallsWhileItCrashes(t *testing.T) {
	callers, kills, every := 16, 6, 150*time.Millisecond
	if os.Getenv("LINKSTEP_SOAK") != "" {
		callers, kills, every = 1000, 40, 500*time.Millisecond
	}
	p := crashing(t)
	conn := account()
	var over atomic.Bool
	var right, wrong atomic.Int64
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for !over.Load() {
				want := fmt.Sprintf("%d", i%25+1)
				res, err := p.Invoke(t.Context(), conn, request("echo", `{"text":"a","count":`+want+`}`), nil)
				switch e := plugin.AsError(err); {
				case err == nil && strings.Contains(string(res.Output), `"count":`+want+`}`):
					right.Add(1)
				case err != nil && (e.Kind == plugin.PluginCrashed || e.Kind == plugin.PluginStart) && e.Effect == plugin.EffectNone:
					wrong.Add(1)
				default:
					t.Errorf("answer %v, error %+v", res, e)
					return
				}
			}
		})
	}
	for range kills {
		time.Sleep(every)
		if pid := p.PID(); pid != 0 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	over.Store(true)
	wg.Wait()
	if right.Load() < int64(callers) {
		t.Errorf("%d right answers, %d errors", right.Load(), wrong.Load())
	}
	t.Logf("%d right answers, %d errors over %d crashes", right.Load(), wrong.Load(), kills)
}
