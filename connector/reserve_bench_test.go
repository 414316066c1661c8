package connector

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// BenchmarkReserve reserves calls in the budgets of an application and of its
// members, on SQLite, with few and with many members known.
func BenchmarkReserve(b *testing.B) {
	const endpoint, used = "GET /v2/people", 500
	for _, members := range []int{10, 100_000} {
		s, err := store.Open(b.Context(), b.TempDir(), &store.Options{KeyFile: b.TempDir() + "/key"})
		if err != nil {
			b.Fatal(err)
		}
		day := time.Now().UTC().Format(time.DateOnly)
		for i := 0; i < members; i += 1000 {
			var adds []plugin.CounterAdd
			for m := i; m < min(i+1000, members); m++ {
				adds = append(adds, plugin.CounterAdd{Key: fmt.Sprintf("%smember/78abc/m%d/%s", quotaPrefix, m, endpoint), Window: day, N: 1})
			}
			if _, err := s.Count(b.Context(), &plugin.CountRequest{Adds: adds}); err != nil {
				b.Fatal(err)
			}
		}
		var ledgers []*quota.Ledger
		for i := 0; i < members; i += max(members/used, 1) {
			l := quota.NewLedger(storeCounters{s}, quota.Account{ClientID: "78abc", Member: fmt.Sprintf("m%d", i)}, nil)
			if _, err := l.Reserve(b.Context(), endpoint, quota.Interactive); err != nil { // reads what was learned
				b.Fatal(err)
			}
			ledgers = append(ledgers, l)
		}
		for _, callers := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("members=%d/callers=%d", members, callers), func(b *testing.B) {
				b.ReportAllocs()
				var wg sync.WaitGroup
				for c := range callers {
					wg.Go(func() {
						for i := c; i < b.N; i += callers {
							if _, err := ledgers[i%len(ledgers)].Reserve(context.Background(), endpoint, quota.Interactive); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
			})
		}
		s.Close()
	}
}
