package host

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// TestHung has a process hang in the midst of a call.
func TestHung(t *testing.T) {
	t.Parallel()
	const timeout = 500 * time.Millisecond
	tests := []struct {
		name   string
		mode   string
		how    string // of the action crash
		say    string
		detail []string
		why    string
	}{
		{"stopped", "tester", "stop", "was stopped by a signal or a debugger, did not answer for 500ms and was killed during the call", nil, "there is nothing that it could write"},
		{"spinning", "spinner", "spin", "did not answer for 500ms and was killed during the call", []string{"SIGQUIT: quit", "goroutine ", "serve.Main"}, "the dump says where"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, &Options{Store: new(plugintest.Store), HealthTimeout: timeout * patience})
			h.restart = crashes
			p := load(t, h, self(tt.mode))
			pid, start := p.PID(), time.Now()
			_, err := p.Invoke(t.Context(), account(), request("crash_write", `{"how":"`+tt.how+`"}`), nil)
			if took := time.Since(start); took > 5*time.Second*patience {
				t.Errorf("the hang is reported after %s", took)
			}
			var e *plugin.Error
			want := "the plugin tester " + strings.ReplaceAll(tt.say, "500ms", (timeout*patience).String())
			if !isLinux() {
				_, want, _ = strings.Cut(want, ", ")
			}
			if !errors.As(err, &e) || e.Kind != plugin.PluginUnresponsive || !strings.HasSuffix(e.Message, want) {
				t.Fatalf("error = %+v, want plugin_unresponsive, %q: %s", err, want, tt.why)
			}
			if e.Effect != plugin.EffectUnknown || e.Retryable || e.Source != plugin.SourceHost || e.Hint == "" {
				t.Errorf("a write that hung = %+v, want effect unknown and no retry", e)
			}
			for _, want := range tt.detail {
				if !strings.Contains(e.Detail, want) {
					t.Errorf("detail = %q, want %q in it: %s", e.Detail, want, tt.why)
				}
			}
			if alive(pid) {
				t.Errorf("process %d lives", pid)
			}
			if s := until(t, p, Backoff); !strings.Contains(s.Reason, "did not answer") {
				t.Errorf("the state is %+v, want the reason", s)
			}
			if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
				t.Errorf("the next call: %v", got.Err)
			}
		})
	}
}

// TestHungClose has a process hang in Close: it tells where before it is killed,
// in the time that Close has.
func TestHungClose(t *testing.T) {
	t.Parallel()
	const grace = 300 * time.Millisecond
	p := load(t, newHost(t, &Options{StopGrace: grace}), self("unclosing"))
	start := time.Now()
	e := plugin.AsError(p.Close(t.Context()))
	if took := time.Since(start); took > grace+2*time.Second*patience {
		t.Errorf("Close takes %s", took)
	}
	if e == nil || e.Kind != plugin.PluginUnresponsive || !strings.Contains(e.Detail, "SIGQUIT: quit") || !strings.Contains(e.Detail, "plugintest.(*Connector).Close") {
		t.Errorf("error = %+v, want plugin_unresponsive with the goroutines in the detail", e)
	}
}

// TestStoppedForAMoment is no hang.
func TestStoppedForAMoment(t *testing.T) {
	t.Parallel()
	p := tester(t, &Options{Store: new(plugintest.Store), HealthTimeout: 4 * time.Second})
	pid := p.PID()
	halt(t, pid)
	time.Sleep(time.Second)
	send(t, pid, syscall.SIGCONT)
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil || p.PID() != pid {
		t.Errorf("%v, process %d; want the process %d to go on", got.Err, p.PID(), pid)
	}
}

// TestNotAsked is for debuggers: with a timeout below zero, a process that
// were asked would be found silent at once.
func TestNotAsked(t *testing.T) {
	t.Parallel()
	p := tester(t, &Options{Store: new(plugintest.Store), HealthTimeout: -1})
	pid := p.PID()
	halt(t, pid)
	time.Sleep(200 * time.Millisecond)
	send(t, pid, syscall.SIGCONT)
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil || p.PID() != pid {
		t.Errorf("%v, process %d; want the process %d to go on", got.Err, p.PID(), pid)
	}
}

func TestKeepsAnswering(t *testing.T) {
	const timeout = 10 * time.Second
	tests := []struct {
		name string
		ping func(ctx context.Context, n int) error // of the n-th ping
		hung time.Duration                          // after so long; 0: it never is
		why  string
	}{
		{"always", func(context.Context, int) error { return nil }, 0, "the ordinary case"},
		{"slowly", func(context.Context, int) error { time.Sleep(5 * time.Second); return nil }, 0, "five seconds are not ten"},
		{"never", func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }, timeout, "the deadline is kept exactly"},
		{"no connection", func(context.Context, int) error { return errors.New("refused") }, timeout, "it may come back until then"},
		{"one is lost", func(ctx context.Context, n int) error {
			if n%2 == 0 {
				<-ctx.Done()
			}
			return ctx.Err()
		}, 0, "the host may have been stopped meanwhile"},
		{"not any more", func(ctx context.Context, n int) error {
			if n > 3 {
				<-ctx.Done()
			}
			return ctx.Err()
		}, 3*timeout/5 + timeout, "counted from the last answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				start, n := time.Now(), 0
				ok := keepsAnswering(ctx, func(ctx context.Context) error { n++; return tt.ping(ctx, n) }, timeout)
				if took := time.Since(start); ok != (tt.hung == 0) || (!ok && took != tt.hung) {
					t.Errorf("answers: %t after %s, want it hung after %s: %s", ok, took, tt.hung, tt.why)
				}
			})
		})
	}
}

func TestIsStopped(t *testing.T) {
	if isStopped(os.Getpid()) || isStopped(1<<30) {
		t.Error("a process that runs, or none, is taken for a stopped one")
	}
}
