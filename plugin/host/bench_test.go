package host

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// benchHost is a host that a benchmark closes itself.
func benchHost(b *testing.B) *Host {
	b.Helper()
	h := New(&Options{Store: new(plugintest.Store)})
	h.restart = crashes
	b.Cleanup(func() { _ = h.Close(context.Background()) })
	return h
}

// BenchmarkColdStart loads a plugin process and has its first answer; stop
// tells how long its end takes.
func BenchmarkColdStart(b *testing.B) {
	h := benchHost(b)
	conn, req := account(), request("echo", `{"text":"a"}`)
	var stop time.Duration
	for b.Loop() {
		p, err := h.Load(b.Context(), self("tester"))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Invoke(b.Context(), conn, req, nil); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		start := time.Now()
		if err := p.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
		stop += time.Since(start)
		b.StartTimer()
	}
	b.ReportMetric(float64(stop.Milliseconds())/float64(b.N), "stop-ms/op")
}

// BenchmarkRestart kills the plugin and has the next answer, without back-off.
func BenchmarkRestart(b *testing.B) {
	p, err := benchHost(b).Load(b.Context(), self("tester"))
	if err != nil {
		b.Fatal(err)
	}
	conn, req := account(), request("echo", `{"text":"a"}`)
	for b.Loop() {
		if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
			b.Fatal(err)
		}
		<-p.current.ended()
		if _, err := p.Invoke(b.Context(), conn, req, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInvoke has one small answer in each way.
func BenchmarkInvoke(b *testing.B) {
	for _, way := range ways {
		b.Run(way.name, func(b *testing.B) {
			p, err := benchHost(b).Load(b.Context(), way.source())
			if err != nil {
				b.Fatal(err)
			}
			conn, req := account(), request("echo", `{"text":"a","count":3}`)
			for b.Loop() {
				if _, err := p.Invoke(b.Context(), conn, req, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPages merges pages of ten items.
func BenchmarkPages(b *testing.B) {
	p, err := benchHost(b).Load(b.Context(), self("tester"))
	if err != nil {
		b.Fatal(err)
	}
	conn := account()
	req := request("pages", `{"total":100,"page_size":10}`)
	for b.Loop() {
		if _, err := p.Invoke(b.Context(), conn, req, nil); err != nil {
			b.Fatal(err)
		}
	}
}
