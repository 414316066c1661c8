package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/store"
)

// callers runs b.N calls by so many at once, and reports the median of one.
func callers(b *testing.B, n int, call func() error) {
	b.Helper()
	b.ReportAllocs()
	var mu sync.Mutex
	var all []time.Duration
	work := make(chan struct{}, b.N)
	for range b.N {
		work <- struct{}{}
	}
	close(work)
	b.ResetTimer()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			var mine []time.Duration
			for range work {
				begin := time.Now()
				if err := call(); err != nil {
					b.Error(err)
					return
				}
				mine = append(mine, time.Since(begin))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
		})
	}
	wg.Wait()
	b.StopTimer()
	if slices.SortFunc(all, func(a, b time.Duration) int { return cmp.Compare(a, b) }); len(all) > 0 {
		b.ReportMetric(float64(all[len(all)/2].Nanoseconds()), "p50-ns")
	}
}

// BenchmarkWarmInvoke asks a plugin process for what it remembers; its baseline
// is a process that gives back as many bytes. The connector in this process
// tells how much of it is the way to the other.
func BenchmarkWarmInvoke(b *testing.B) {
	kept, err := store.Memory()
	if err != nil {
		b.Fatal(err)
	}
	defer kept.Close()
	settings := sandboxProcess(b)
	direct, directConn := connected(b, settings, host.Direct(connector.New(nil)), kept)
	p, conn := connected(b, settings, host.File(built(b, "github.com/linkstep/linkstep/cmd/linkstep-linkedin")), kept)
	req := &plugin.InvokeRequest{Action: "get_profile", Input: []byte(`{}`)}
	ask := func(p *host.Plugin, conn *host.Connection) error {
		res, err := p.Invoke(b.Context(), conn, req, nil)
		if err == nil && !res.Meta.Cached {
			b.Error("not from memory")
		}
		return err
	}
	if _, err := direct.Invoke(b.Context(), directConn, req, nil); err != nil {
		b.Fatal(err)
	}
	res, err := p.Invoke(b.Context(), conn, req, nil)
	if err != nil {
		b.Fatal(err)
	}
	echo := echoProcess(b)
	doc, err := json.Marshal(res)
	if err != nil {
		b.Fatal(err)
	}
	payload := wrapperspb.Bytes(doc)
	for _, bench := range []struct {
		name string
		call func() error
	}{
		{"echo", func() error {
			var out wrapperspb.BytesValue
			return echo.Invoke(b.Context(), "/bench.Echo/Echo", payload, &out)
		}},
		{"linkedin", func() error { return ask(p, conn) }},
		{"direct", func() error { return ask(direct, directConn) }},
	} {
		for _, n := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("callers=%d/%s", n, bench.name), func(b *testing.B) { callers(b, n, bench.call) })
		}
	}
}
