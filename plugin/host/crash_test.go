package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
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
	t.Parallel()
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
		{"out of memory", "memory", "", "the plugin tester ended with status 2 during the call", nil, "the runtime's own end"},
		{"killed", "kill", "", "the plugin tester was ended by signal 9 (killed) during the call", nil, "as the out-of-memory killer does it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := crashing(t)
			pid := p.PID()
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
			if tt.how == "memory" && saysMemory && !outOfMemory.MatchString(e.Detail) {
				t.Errorf("detail = %q, want it to begin with the runtime's words: %s", e.Detail, tt.why)
			}
			if strings.Contains(e.Detail, secret) || strings.Contains(e.Message, secret) || strings.Contains(e.Detail, "tok+en") {
				t.Errorf("the error shows a secret: %+v", e)
			}
			if e.Effect != plugin.EffectUnknown || e.Retryable || e.Source != plugin.SourceHost || e.Hint == "" || runs(t, p) != 1 {
				t.Errorf("a write that crashed after %d runs = %+v, want effect unknown, not retryable, one run", runs(t, p), e)
			}
			// Nothing is left of it, though nobody calls.
			until(t, p, Backoff)
			if alive(pid) {
				t.Errorf("process %d lives, in state %s", pid, stateOf(pid))
			}
			if left := leftovers(t, p.host); len(left) > 0 {
				t.Errorf("left in the private folder: %v", left)
			}
			// The next call finds a plugin again.
			if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
				t.Errorf("the next call: %v", got.Err)
			}
		})
	}
}

// saysMemory tells whether the runtime has words at its end where the limit
// holds: not under the race detector, which reserves more.
var saysMemory = !underRace && isLinux()

// outOfMemory is how they begin: memory may run out for the heap, for what
// the runtime keeps of it, or for a thread; where it cannot tell, it faults.
var outOfMemory = regexp.MustCompile(`^(fatal error: .*(memory|alloc|newosproc)|runtime/cgo: |SIGSEGV: )`)

// quoted is a text as it stands in JSON.
func quoted(s string) string {
	doc, _ := json.Marshal(s)
	return string(doc)
}

func TestReplay(t *testing.T) {
	t.Parallel()
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

// TestReplayWhileOutputsAreHeld has the plugin leave a process behind that
// holds its outputs open. The second try once went to the dead plugin, for a
// process counted as alive until its outputs were closed.
func TestReplayWhileOutputsAreHeld(t *testing.T) {
	for range 4 { // it was a race: three tries in four showed it
		t.Run("read", func(t *testing.T) {
			t.Parallel()
			h := newHost(t, nil)
			h.restart = crashes
			p := load(t, h, self("leaver"))
			got := run(t.Context(), p.Invoke, request("crash", `{"how":"kill","times":1}`))
			if got.Err != nil || runs(t, p) != 2 {
				t.Errorf("%+v after %d runs, want an answer after 2", got.Err, runs(t, p))
			}
		})
	}
	t.Run("write", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, nil)
		h.restart = crashes
		p := load(t, h, self("leaver"))
		got := run(t.Context(), p.Invoke, request("crash_write", `{"how":"kill","text":"the last words"}`))
		if got.Err == nil || got.Err.Message != "the plugin tester was ended by signal 9 (killed) during the call" || !strings.Contains(got.Err.Detail, "the last words") {
			t.Errorf("error = %+v, want one that tells of the signal and the last words", got.Err)
		}
	})
}

func TestReplayOfPages(t *testing.T) {
	t.Parallel()
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
