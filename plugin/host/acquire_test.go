package host

import (
	"context"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// mortal is a connector whose end a test decides.
type mortal struct {
	ender
	end    chan struct{}
	burial time.Duration // that freeing what is left of it takes
}

func (m *mortal) ended() <-chan struct{} { return m.end }
func (m *mortal) explain() ending        { return ending{how: "was killed", at: time.Now()} }

func (m *mortal) stop(context.Context, time.Duration) error {
	time.Sleep(m.burial)
	return nil
}

// TestImpatientCallers call, each with less time than a start takes. Each
// once ended the start that the one before had begun, so none was ever done.
func TestImpatientCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		starts := 0
		p := newPlugin(New(nil), mortals(0, func(n int, _ *mortal) {
			starts = n
			time.Sleep(600 * time.Millisecond)
		}))
		call := func() error {
			ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
			defer cancel()
			return p.load(ctx)
		}
		if err := call(); plugin.KindOf(err) != plugin.Deadline || p.State().State != Starting {
			t.Errorf("the first caller gets %v and leaves it %s, want its deadline and the start to go on", err, p.State().State)
		}
		if err := call(); err != nil || starts != 1 {
			t.Errorf("the second caller gets %v after %d starts, want to be answered by the first start", err, starts)
		}
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestSlowProcess is the same with a process, whose start is waited for by
// Close when nobody else does.
func TestSlowProcess(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := file(t, "slow", "#!/bin/sh\nsleep 0.6\nexec '"+exe+"' child tester\n", 0o755)
	h := newHost(t, nil)
	p := newPlugin(h, File(path))
	defer func() {
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if left := leftovers(t, h); len(left) > 0 {
			t.Errorf("a start that nobody waits for leaves in the private folder: %v", left)
		}
	}()
	for i := range 25 {
		ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
		err = p.load(ctx)
		cancel()
		if err == nil {
			break
		}
		if plugin.KindOf(err) != plugin.Deadline {
			t.Errorf("call %d: %v, want its deadline", i, err)
		}
	}
	if err != nil {
		t.Fatalf("no call of 25 is answered: %v", err)
	}
	send(t, p.PID(), syscall.SIGKILL)
	until(t, p, Backoff)
	p.Reset()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := p.load(ctx); plugin.KindOf(err) != plugin.Deadline {
		t.Errorf("a call: %v, want its deadline", err)
	}
}

// mortals reaches a new mortal with each start, and calls born with it.
func mortals(burial time.Duration, born func(n int, m *mortal)) Source {
	n := 0
	return Source{Kind: "test", Path: "it", reach: func(context.Context, *Host) (reached, error) {
		m := &mortal{ender: ender{Connector: plugintest.New(nil)}, end: make(chan struct{}), burial: burial}
		n++
		born(n, m)
		return m, nil
	}}
}

// TestShortDeadlinesInABackOff asks while another caller waits for a restart:
// who has not the time is told so as soon as the crash is counted. It once
// waited for the other caller, when the crash was counted late.
func TestShortDeadlinesInABackOff(t *testing.T) {
	t.Parallel()
	h := New(nil)
	h.restart.min = 2 * time.Second
	var first *mortal
	p := newPlugin(h, mortals(200*time.Millisecond, func(n int, m *mortal) {
		if n == 1 {
			first = m
		}
	}))
	if err := p.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(first.end)
	patient := make(chan error, 1)
	go func() { patient <- p.load(t.Context()) }()
	time.Sleep(100 * time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if e := plugin.AsError(p.load(ctx)); e == nil || e.Kind != plugin.PluginCrashed || e.RetryAt == nil || ctx.Err() != nil {
		t.Errorf("error = %+v, want plugin_crashed with RetryAt before the deadline", e)
	}
	if err := <-patient; err != nil {
		t.Errorf("the caller that waits gets %v", err)
	}
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestEndsAsItStarts has a connector end as soon as it has introduced itself.
// That was a panic of the host.
func TestEndsAsItStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		starts := 0
		p := newPlugin(New(nil), mortals(0, func(n int, m *mortal) {
			if starts = n; n < 3 {
				close(m.end)
			}
		}))
		if err := p.load(t.Context()); err != nil || starts != 3 {
			t.Errorf("%v after %d starts, want the third to last", err, starts)
		}
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
		always := newPlugin(New(nil), mortals(0, func(_ int, m *mortal) { close(m.end) }))
		if e := plugin.AsError(always.load(t.Context())); e == nil || e.Kind != plugin.PluginCrashed || e.RetryAt == nil {
			t.Errorf("one that always ends gives %+v, want plugin_crashed with RetryAt", e)
		}
		if err := always.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestUpgradeInABackOff does not wait for the restart that another caller
// waits for, and ends its wait.
func TestUpgradeInABackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(nil)
		h.restart.min = time.Minute
		p := newPlugin(h, mortals(0, func(n int, m *mortal) {
			if n == 1 {
				time.AfterFunc(time.Second, func() { close(m.end) })
			}
		}))
		if err := p.load(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		patient := make(chan error, 1)
		go func() { patient <- p.load(t.Context()) }()
		synctest.Wait()
		start := time.Now()
		if err := p.Upgrade(t.Context(), mortals(0, func(int, *mortal) {}), nil); err != nil {
			t.Error(err)
		}
		if err := <-patient; err != nil || time.Since(start) != 0 {
			t.Errorf("after %s the caller that waited gets %v, want to be answered at once", time.Since(start), err)
		}
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
