package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// stopCase is a plugin that is stopped by a host that gives it shortGrace.
type stopCase struct {
	name   string
	mode   string
	before func(t *testing.T, p *Plugin)
	atMost time.Duration
	kind   plugin.Kind
	why    string
}

const shortGrace = 300 * time.Millisecond

func TestStop(t *testing.T) {
	t.Parallel()
	for _, tt := range []stopCase{
		{"willing", "tester", nil, time.Second, plugin.Unknown, "the ordinary case"},
		{"too slow", "slow", nil, 2 * time.Second, plugin.PluginUnresponsive, "500ms are more than the grace"},
		{"never closes", "unclosing", nil, shortGrace + 2*time.Second, plugin.PluginUnresponsive, "the grace is not for ever"},
		{"stopped", "tester", func(t *testing.T, p *Plugin) { halt(t, p.PID()) }, shortGrace + 2*time.Second, plugin.PluginUnresponsive, "go-plugin would wait for ever"},
		{"dead", "tester", func(t *testing.T, p *Plugin) {
			send(t, p.PID(), syscall.SIGKILL)
			<-p.current.ended()
		}, time.Second, plugin.Unknown, "there is nothing left to close"},
		{"just killed", "tester", func(t *testing.T, p *Plugin) { send(t, p.PID(), syscall.SIGKILL) }, 2 * time.Second, plugin.Unknown, "the host may not know yet"},
		{"left a process behind", "leaver", nil, 2 * time.Second, plugin.Unknown, "it holds the outputs open"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			within(t, tt.atMost, tt.stop)
		})
	}
}

// stop stops the plugin, looks at what is left, and returns how long it took.
func (tt *stopCase) stop(t *testing.T) time.Duration {
	t.Helper()
	opts := &Options{StopGrace: shortGrace}
	if tt.kind == plugin.Unknown {
		opts.StopGrace = time.Minute // which must not be waited for
	}
	h := New(opts)
	p := load(t, h, self(tt.mode))
	pid := p.PID()
	if tt.before != nil {
		tt.before(t, p)
	}
	start := time.Now()
	err := p.Close(t.Context())
	took := time.Since(start)
	if plugin.KindOf(err) != tt.kind {
		t.Errorf("Close = %v, want kind %v: %s", err, tt.kind, tt.why)
	}
	if alive(pid) {
		t.Errorf("process %d lives", pid)
	}
	if left := leftovers(t, h); len(left) > 0 {
		t.Errorf("left in the private folder: %v", left)
	}
	private, err := h.privateFolder()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Errorf("closing the host after the plugin: %v", err)
	}
	if _, err := os.Stat(private); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the private folder is left: %v", err)
	}
	return took
}

// send sends a signal to a process.
func send(t *testing.T, pid int, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, sig); err != nil {
		t.Fatal(err)
	}
}

// halt stops a process, as a debugger does, and waits until it stands still:
// each of its threads, as the system looks at all when a host is gone.
func halt(t *testing.T, pid int) {
	t.Helper()
	send(t, pid, syscall.SIGSTOP)
	for range 400 {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
		if !slices.ContainsFunc(threads, func(thread string) bool {
			tid, err := strconv.Atoi(filepath.Base(thread))
			return err == nil && !strings.HasPrefix(stateOf(tid), "T")
		}) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("process %d does not stop", pid)
}

// TestStoppedInACall stops the process, not the call: the caller's deadline
// holds, and so does the end of the plugin, of which nothing is left.
func TestStoppedInACall(t *testing.T) {
	t.Parallel()
	within(t, shortGrace+2*time.Second, func(t *testing.T) time.Duration {
		h := newHost(t, &Options{StopGrace: shortGrace, Store: new(plugintest.Store)})
		p := load(t, h, self("tester"))
		// It is connected first, so that the call comes to stop the process.
		if _, err := p.Invoke(t.Context(), account(), request("events", `{}`), nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond*patience)
		defer cancel()
		start := time.Now()
		_, err := p.Invoke(ctx, account(), request("crash", `{"how":"stop"}`), nil)
		if plugin.KindOf(err) != plugin.Deadline || time.Since(start) > time.Second*patience {
			t.Errorf("error = %v after %s, want the deadline's at once when it passes", err, time.Since(start))
		}
		start, pid := time.Now(), p.PID()
		if err := p.Close(t.Context()); plugin.KindOf(err) != plugin.PluginUnresponsive {
			t.Errorf("Close = %v, want plugin_unresponsive", err)
		}
		took := time.Since(start)
		if alive(pid) {
			t.Errorf("process %d lives", pid)
		}
		if left := leftovers(t, h); len(left) > 0 {
			t.Errorf("left in the private folder: %v", left)
		}
		return took
	})
}

// stuck is a connector whose Close waits for the test.
type stuck struct {
	plugin.Connector
	release chan struct{}
}

func (s *stuck) Close(context.Context, *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	<-s.release
	return &plugin.CloseResponse{}, nil
}

// TestStuckInThisProcess has nothing that it could kill, and ends all the same.
func TestStuckInThisProcess(t *testing.T) {
	for name, source := range map[string]func(plugin.Connector) Source{"direct": Direct, "in-process": InProcess} {
		t.Run(name, func(t *testing.T) {
			h := New(&Options{StopGrace: 100 * time.Millisecond})
			c := &stuck{plugintest.New(nil), make(chan struct{})}
			defer close(c.release)
			load(t, h, source(c))
			start := time.Now()
			if err := h.Close(t.Context()); plugin.KindOf(err) != plugin.PluginUnresponsive || time.Since(start) > 2*time.Second {
				t.Errorf("Close = %v after %s, want plugin_unresponsive within the grace and two seconds", err, time.Since(start))
			}
		})
	}
}

func TestCloseWaitsForCalls(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			h := New(&Options{Store: new(plugintest.Store)})
			p := load(t, h, way.source())
			waiting := make(chan struct{})
			ended := make(chan error, 1)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go func() {
				_, err := p.Invoke(ctx, account(), request("wait_write", `{}`), func(*plugin.Event) error {
					close(waiting)
					return nil
				})
				ended <- err
			}()
			<-waiting
			closed := make(chan error, 1)
			go func() { closed <- h.Close(context.Background()) }()
			select {
			case err := <-closed:
				t.Fatalf("Close does not wait for the call: %v", err)
			case <-time.After(100 * time.Millisecond):
			}
			if _, err := p.Invoke(t.Context(), account(), request("events", `{}`), nil); plugin.KindOf(err) != plugin.Canceled {
				t.Errorf("a new call gives %v, want canceled", err)
			}
			stop()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("the call gives %v, want its own cancellation", err)
			}
			if err := <-closed; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCloseInAHurry(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			h := New(&Options{Store: new(plugintest.Store)})
			p := load(t, h, way.source())
			waiting := make(chan struct{})
			ended := make(chan error, 1)
			go func() {
				_, err := p.Invoke(t.Context(), account(), request("wait_write", `{}`), func(*plugin.Event) error {
					close(waiting)
					return nil
				})
				ended <- err
			}()
			<-waiting
			// One caller has time, the other has none: the second decides.
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := p.Close(context.Background()); err != nil {
					t.Error(err)
				}
			})
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			start := time.Now()
			if err := h.Close(ctx); err != nil {
				t.Error(err)
			}
			if took := time.Since(start); took > 2*time.Second*patience {
				t.Errorf("Close takes %s", took)
			}
			wg.Wait()
			e := plugin.AsError(<-ended)
			if e.Kind != plugin.Canceled || e.Effect != plugin.EffectUnknown {
				t.Errorf("the call in flight gives %+v, want canceled with effect unknown", e)
			}
		})
	}
}

// TestNoise prints far more than a pipe holds, in lines longer than a buffer.
func TestNoise(t *testing.T) {
	lines, most := 8, 10*time.Second*patience
	if os.Getenv("LINKSTEP_SOAK") != "" {
		lines, most = 100, time.Minute*patience
	}
	p := tester(t, nil)
	for _, stream := range []string{"stdout", "stderr", "print"} {
		for _, noise := range []struct{ bytes, lines int }{{1 << 20, lines}, {0, 2000}, {100, 2000}} {
			start := time.Now()
			in := jsonInput(t, map[string]any{"stream": stream, "bytes": noise.bytes, "lines": noise.lines, "text": "1|1|unix|/nowhere|grpc|"})
			if _, err := p.Invoke(t.Context(), account(), request("noise", in), nil); err != nil {
				t.Fatalf("%s, %d lines of %d bytes: %v", stream, noise.lines, noise.bytes, err)
			}
			if took := time.Since(start); took > most {
				t.Errorf("%s, %d lines of %d bytes take %s, want %s at most", stream, noise.lines, noise.bytes, took, most)
			}
		}
	}
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
		t.Errorf("after the noise: %v", got.Err)
	}
}
