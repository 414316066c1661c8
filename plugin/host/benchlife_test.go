package host

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// built builds one of the programs in testdata/bench.
func built(b *testing.B, name string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), name)
	build := exec.Command("go", "build", "-o", path, "./testdata/bench/"+name)
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// echoed is the host's side of the echo.
type echoed struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (echoed) GRPCServer(*goplugin.GRPCBroker, *grpc.Server) error { return nil }
func (echoed) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}

// bare starts the echo as go-plugin alone does it.
func bare(path string) *goplugin.Client {
	return goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig:  goplugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "BENCH_ECHO", MagicCookieValue: "echo"},
		Plugins:          goplugin.PluginSet{"echo": echoed{}},
		Cmd:              exec.Command(path),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		AutoMTLS:         true, SkipHostEnv: true, Logger: hclog.NewNullLogger(),
	})
}

// ask has the first answer of the echo.
func ask(ctx context.Context, client *goplugin.Client) error {
	protocol, err := client.Client()
	if err != nil {
		return err
	}
	conn, err := protocol.Dispense("echo")
	if err != nil {
		return err
	}
	return conn.(*grpc.ClientConn).Invoke(ctx, "/bench.Echo/Echo", wrapperspb.Bytes([]byte(`{"text":"a"}`)), new(wrapperspb.BytesValue))
}

// times are measured durations of one kind.
type times []time.Duration

func (t *times) since(start time.Time) { *t = append(*t, time.Since(start)) }

func (t times) median() float64 {
	slices.Sort(t)
	return float64(t[len(t)/2].Microseconds()) / 1000
}

// BenchmarkExecToAnswer starts a plugin process and has its first answer, and
// ends it: the least go-plugin process, a small connector, and the same one
// installed, so that it is copied and hashed first. They take turns.
func BenchmarkExecToAnswer(b *testing.B) {
	echo, hello := built(b, "echo"), built(b, "hello")
	h := New(&Options{Store: new(plugintest.Store), InstalledDir: b.TempDir()})
	b.Cleanup(func() { _ = h.Close(context.Background()) })
	installed, err := h.Install(b.Context(), hello)
	if err != nil {
		b.Fatal(err)
	}
	var bareStart, bareStop times
	starts, stops := map[string]*times{"file": {}, "installed": {}}, times{}
	for b.Loop() {
		client := bare(echo)
		start := time.Now()
		if err := ask(b.Context(), client); err != nil {
			b.Fatal(err)
		}
		bareStart.since(start)
		start = time.Now()
		client.Kill()
		bareStop.since(start)

		for name, src := range map[string]Source{"file": File(hello), "installed": installed} {
			start := time.Now()
			p, err := h.Load(b.Context(), src)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := p.Invoke(b.Context(), nil, request("echo", `{"text":"a"}`), nil); err != nil {
				b.Fatal(err)
			}
			starts[name].since(start)
			start = time.Now()
			if err := p.Close(b.Context()); err != nil {
				b.Fatal(err)
			}
			stops.since(start)
		}
	}
	base := bareStart.median()
	b.ReportMetric(base, "bare-ms")
	b.ReportMetric(starts["file"].median(), "file-ms")
	b.ReportMetric(starts["file"].median()/base, "file/bare")
	b.ReportMetric(starts["installed"].median()/base, "installed/bare")
	b.ReportMetric(bareStop.median(), "bare-stop-ms")
	b.ReportMetric(stops.median(), "stop-ms")
}

// BenchmarkCrashToAnswer kills a plugin process and has the next answer, with
// the back-off of a first crash. Bare go-plugin has no restart; what it takes
// to start the echo anew is the baseline.
func BenchmarkCrashToAnswer(b *testing.B) {
	echo := built(b, "echo")
	h := New(&Options{Store: new(plugintest.Store)})
	b.Cleanup(func() { _ = h.Close(context.Background()) })
	p, err := h.Load(b.Context(), File(built(b, "hello")))
	if err != nil {
		b.Fatal(err)
	}
	var again, anew times
	for b.Loop() {
		if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		<-p.current.ended()
		if _, err := p.Invoke(b.Context(), nil, request("echo", `{}`), nil); err != nil {
			b.Fatal(err)
		}
		again.since(start)
		p.Reset()

		client := bare(echo)
		start = time.Now()
		if err := ask(b.Context(), client); err != nil {
			b.Fatal(err)
		}
		anew.since(start)
		client.Kill()
	}
	b.ReportMetric(again.median(), "crash-to-answer-ms")
	b.ReportMetric(anew.median(), "bare-start-ms")
}

// BenchmarkIdle measures what a plugin process costs that nobody calls, beside
// the echo: processor time and resident memory over five seconds.
func BenchmarkIdle(b *testing.B) {
	const watched = 5 * time.Second
	h := New(&Options{Store: new(plugintest.Store)})
	b.Cleanup(func() { _ = h.Close(context.Background()) })
	p, err := h.Load(b.Context(), File(built(b, "hello")))
	if err != nil {
		b.Fatal(err)
	}
	client := bare(built(b, "echo"))
	b.Cleanup(client.Kill)
	if err := ask(b.Context(), client); err != nil {
		b.Fatal(err)
	}
	pids := map[string]int{"hello": p.PID(), "bare": client.ReattachConfig().Pid}
	for b.Loop() {
		before := map[string]float64{}
		for name, pid := range pids {
			before[name] = processorTime(b, pid)
		}
		time.Sleep(watched)
		for name, pid := range pids {
			b.ReportMetric((processorTime(b, pid)-before[name])/watched.Seconds(), name+"-cpu-ms/s")
			b.ReportMetric(resident(b, pid), name+"-MiB")
		}
	}
}

// processorTime returns the processor time of a process in milliseconds.
func processorTime(b *testing.B, pid int) float64 {
	b.Helper()
	if _, err := os.Stat(fmt.Sprintf("/proc/%d/schedstat", pid)); err != nil {
		b.Skip("no /proc: ", err)
	}
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	var sum float64
	for _, thread := range threads {
		var ns float64
		if text, err := os.ReadFile(thread); err == nil {
			_, _ = fmt.Sscan(string(text), &ns)
			sum += ns / 1e6
		}
	}
	return sum
}

// resident returns the resident memory of a process in MiB.
func resident(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("no /proc: ", err)
	}
	_, rest, _ := strings.Cut(string(status), "\nVmRSS:")
	var kib float64
	_, _ = fmt.Sscan(rest, &kib)
	return kib / 1024
}
