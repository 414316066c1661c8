package connector_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// BenchmarkThousandQuestions has 200 callers ask 1,000 times for 100 people, of
// a sandbox that takes 50 ms. Its baselines are the same without batches, and
// the 1,000 calls that a client without memory makes. Run it with
// -benchtime=1x.
func BenchmarkThousandQuestions(b *testing.B) {
	for _, size := range []int{50, 1} {
		b.Run(fmt.Sprintf("batch_size=%d", size), func(b *testing.B) {
			w := login(b, sandbox.PartnerClient, nil)
			ids, hidden := w.hundred()
			w.conn = w.connection("benchmark", map[string]any{"batch_size": size})
			w.logIn(0)
			w.srv.SetLatency(sandbox.Latency{Median: 50 * time.Millisecond})
			calls := 0
			for b.Loop() {
				b.StopTimer()
				w.open()
				w.srv.ResetRequests()
				b.StartTimer()
				w.thousand(ids, hidden)
				calls += len(w.paths())
			}
			b.ReportMetric(float64(calls)/float64(b.N), "calls/op")
		})
	}
}
