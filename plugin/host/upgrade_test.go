package host

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// TestUpgradeFailsNoCall keeps calls going while the plugin is replaced.
func TestUpgradeFailsNoCall(t *testing.T) {
	p := tester(t, nil)
	conn := account()
	var over atomic.Bool
	var calls atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for !over.Load() {
				if _, err := p.Invoke(t.Context(), conn, request("fail_write", `{"kind":"conflict"}`), nil); plugin.KindOf(err) != plugin.Conflict {
					t.Errorf("error = %v, want the connector's", err)
					return
				}
				calls.Add(1)
			}
		})
	}
	for _, mode := range []string{"next", "tester", "next"} {
		for n := calls.Load(); calls.Load() < n+20 && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
		pid := p.PID()
		if err := p.Upgrade(t.Context(), self(mode), nil); err != nil {
			t.Fatal(err)
		}
		if alive(pid) || p.PID() == pid {
			t.Errorf("the process %d was not replaced", pid)
		}
	}
	over.Store(true)
	wg.Wait()
	if v := p.Description().Version; v != "1.3.0" || p.Source().Path != self("next").Path {
		t.Errorf("version %s after the upgrade, want the new one", v)
	}
	if s := p.State(); s.State != Ready || s.Reason != "upgraded from 1.2.3 to 1.3.0" || s.PID != p.PID() {
		t.Errorf("state = %+v, want ready with the reason", s)
	}
	if left := leftovers(t, p.host); len(left) != 1 {
		t.Errorf("in the private folder: %v, want the sockets of one process", left)
	}
}

// TestUpgradeWaitsForCalls replaces a connector in the midst of a call.
func TestUpgradeWaitsForCalls(t *testing.T) {
	p := tester(t, nil)
	pid := p.PID()
	waiting, ended := make(chan struct{}), make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		_, err := p.Invoke(ctx, account(), request("wait_write", `{}`), func(*plugin.Event) error { close(waiting); return nil })
		ended <- err
	}()
	<-waiting
	short, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for s := range p.Watch(short) {
			if s.Reason != "" {
				cancel() // the new one is in place
			}
		}
	}()
	if err := p.Upgrade(short, self("next"), nil); err != nil {
		t.Fatalf("an upgrade that does not wait for the old one: %v", err)
	}
	select {
	case err := <-ended:
		t.Errorf("the call that was in flight ends with %v", err)
	default:
	}
	if !alive(pid) || p.PID() == pid {
		t.Errorf("the old process, %d, must live for its call, and the new one take the others", pid)
	}
	stop()
	if err := <-ended; plugin.KindOf(err) != plugin.Canceled {
		t.Errorf("the call ends with %v, want its own cancellation", err)
	}
	if !gone(pid, 5*time.Second*patience) {
		t.Errorf("the old process, %d, outlives its last call", pid)
	}
}

func TestUpgradeRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		src  Source
		kind plugin.Kind
		why  string
	}{
		{"another name", self("otherwise"), plugin.PluginTampered, "its connections are not ours"},
		{"an older protocol", self("older"), plugin.PluginIncompatible, "an upgrade goes forward"},
		{"no plugin", Self("", "child", "quits", "upgrade"), plugin.PluginStart, "it was never ready"},
		{"no file", File("/nothing"), plugin.PluginStart, "a typing error"},
		{"connections refused", Direct(&picky{plugintest.New(nil)}), plugin.InvalidConfig, "callers would find out"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := tester(t, nil)
			before, pid := p.State(), p.PID()
			if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
				t.Fatal(got.Err)
			}
			if err := p.Upgrade(t.Context(), tt.src, nil); plugin.KindOf(err) != tt.kind {
				t.Errorf("Upgrade = %v, want kind %v: %s", err, tt.kind, tt.why)
			} else if strings.Contains(hintOf(err), "Install the plugin again") {
				t.Errorf("hint %q: nothing is installed here", hintOf(err))
			}
			if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil || p.PID() != pid || p.State() != before {
				t.Errorf("after it: %v, process %d in state %+v; want the old one, %d, as before", got.Err, p.PID(), p.State(), pid)
			}
		})
	}
}

// picky is a connector that accepts no connection.
type picky struct{ *plugintest.Connector }

func (p *picky) Connect(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
	in := *req
	in.Connection.Settings = json.RawMessage(`{"refuse":true}`)
	return p.Connector.Connect(ctx, &in)
}

// TestUpgradeOfACrashed closes the circuit: a new version deserves its chance.
func TestUpgradeOfACrashed(t *testing.T) {
	h := newHost(t, nil)
	h.restart = restart{min: time.Hour, max: time.Hour, crashes: 1, within: time.Hour}
	p := load(t, h, self("tester"))
	send(t, p.PID(), syscall.SIGKILL)
	until(t, p, Failed)
	if err := p.Upgrade(t.Context(), self("next"), nil); err != nil {
		t.Fatal(err)
	}
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil || p.State().State != Ready {
		t.Errorf("after the upgrade: %v, %+v", got.Err, p.State())
	}
}

func TestUpgradeOfAClosed(t *testing.T) {
	p := tester(t, nil)
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Upgrade(t.Context(), self("next"), nil); plugin.KindOf(err) != plugin.Canceled {
		t.Errorf("Upgrade = %v, want canceled", err)
	}
}

// TestInstallOverARunning wants a restart to run what is installed then. The
// checksum that the host had read once made that plugin_tampered.
func TestInstallOverARunning(t *testing.T) {
	h := newHost(t, &Options{Store: new(plugintest.Store), InstalledDir: t.TempDir()})
	h.restart = crashes
	src, err := h.Install(t.Context(), binary(t, "plugin-tester"))
	if err != nil {
		t.Fatal(err)
	}
	p := load(t, h, src)
	if src, err = h.Install(t.Context(), binary(t, "plugin-next")); err != nil {
		t.Fatal(err)
	}
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil || p.Description().Version != "1.2.3" {
		t.Errorf("the one that runs: %v, version %s; want it to go on", got.Err, p.Description().Version)
	}
	send(t, p.PID(), syscall.SIGKILL)
	until(t, p, Backoff)
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil || p.Description().Version != "1.3.0" {
		t.Errorf("after a crash: %v, version %s; want the new one", got.Err, p.Description().Version)
	}
	if !strings.HasSuffix(src.Path, "plugin-next") {
		t.Errorf("installed is %s", src.Path)
	}
}
