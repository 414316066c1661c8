package main

import (
	"encoding/json"
	"fmt"
	"runtime"
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

// contender is one of those that a benchmark compares.
type contender struct {
	name string
	call func() error
}

// score is what the calls of a contender took.
type score struct {
	each    []time.Duration
	wall    time.Duration // of all rounds
	mallocs uint64
	cpu     time.Duration // of this process and its children
}

// rounds is how often the contenders take turns: what else the machine does
// hits them alike.
const rounds = 20

// compare makes b.N calls of each contender, by so many callers at once, and
// reports how long they took. The first is what the others are measured by.
func compare(b *testing.B, callers int, contenders []contender) {
	b.Helper()
	scores := make([]score, len(contenders))
	for round := range rounds {
		for i, c := range contenders {
			scores[i].run(b, callers, (b.N*(round+1))/rounds-(b.N*round)/rounds, c.call)
		}
	}
	for i, s := range scores {
		slices.Sort(s.each)
		if len(s.each) < b.N {
			return // it has failed, or was cut off
		}
		name, base := contenders[i].name, scores[0]
		p50 := func(s score) float64 { return float64(s.each[len(s.each)/2]) }
		b.ReportMetric(p50(s), name+"-p50-ns")
		b.ReportMetric(float64(b.N)/s.wall.Seconds(), name+"-calls/s")
		b.ReportMetric(float64(s.mallocs)/float64(b.N), name+"-allocs")
		b.ReportMetric(float64(s.cpu)/float64(b.N), name+"-cpu-ns")
		if i > 0 {
			b.ReportMetric(float64(s.cpu)/float64(base.cpu), name+"-cpu-ratio")
			b.ReportMetric(p50(s)/p50(base), name+"-p50-ratio")
			b.ReportMetric(base.wall.Seconds()/s.wall.Seconds(), name+"-rate-ratio")
		}
	}
	b.ReportMetric(0, "ns/op") // says nothing: it is of all together
}

// run adds n calls.
func (s *score) run(b *testing.B, callers, n int, call func() error) {
	work := make(chan struct{}, n)
	for range n {
		work <- struct{}{}
	}
	close(work)
	var mu sync.Mutex
	var wg sync.WaitGroup
	var before, after runtime.MemStats
	spent := processorTime()
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range callers {
		wg.Go(func() {
			var mine []time.Duration
			for range work {
				begin := time.Now()
				if err := call(); err != nil {
					b.Error(err)
					break
				}
				mine = append(mine, time.Since(begin))
			}
			mu.Lock()
			defer mu.Unlock()
			s.each = append(s.each, mine...)
		})
	}
	wg.Wait()
	s.wall += time.Since(start)
	runtime.ReadMemStats(&after)
	s.cpu += processorTime() - spent
	s.mallocs += after.Mallocs - before.Mallocs
}

// BenchmarkWarmInvoke asks a plugin process for what it remembers; its baseline
// is a process that gives back as many bytes. The connector in this process
// tells how much of it is the way to the other, and the disconnecting of what
// is not connected what the way costs a call that has nothing to say.
func BenchmarkWarmInvoke(b *testing.B) {
	kept, err := store.Memory()
	if err != nil {
		b.Fatal(err)
	}
	defer kept.Close()
	settings := sandboxProcess(b)
	direct, directConn := connected(b, settings, host.Direct(connector.New(nil)), &host.Options{Store: kept})
	p, conn := connected(b, settings, host.File(built(b, "github.com/linkstep/linkstep/cmd/linkstep-linkedin")), &host.Options{Store: kept})
	req := &plugin.InvokeRequest{Action: "get_profile", Input: []byte(`{}`)}
	ask := func(p *host.Plugin, conn *host.Connection, emit func(*plugin.Event) error) error {
		res, err := p.Invoke(b.Context(), conn, req, emit)
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
	contenders := []contender{
		{"echo", func() error {
			var out wrapperspb.BytesValue
			return echo.Invoke(b.Context(), "/bench.Echo/Echo", payload, &out)
		}},
		{"linkedin", func() error { return ask(p, conn, nil) }},
		{"disconnect", func() error { return p.Disconnect(b.Context(), &host.Connection{ID: "unknown", Connector: linkedin}) }},
		{"direct", func() error { return ask(direct, directConn, nil) }},
	}
	for _, n := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("callers=%d", n), func(b *testing.B) { compare(b, n, contenders) })
	}
}
