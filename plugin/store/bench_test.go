package store_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// touched is how many of the keys present a benchmark uses, in turn.
const touched = 500

// benchmark runs one with few and with many keys present.
func benchmark(b *testing.B, run func(b *testing.B, s *store.Store, keys []string)) {
	for _, n := range []int{10, 100_000} {
		b.Run(fmt.Sprintf("keys=%d", n), func(b *testing.B) {
			p := newPlace(b)
			s := p.open(b)
			keys := fill(b, p, s, n)
			b.ReportAllocs()
			b.ResetTimer()
			run(b, s, keys)
		})
	}
}

// fill makes n values and n counters and returns the names of some, from all
// over. Only their values can be read; the others are written without a key,
// which is faster than n waits for the disk.
func fill(b *testing.B, p place, s *store.Store, n int) []string {
	b.Helper()
	raw, err := sql.Open("sqlite", p.database())
	if err != nil {
		b.Fatal(err)
	}
	defer raw.Close()
	const numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $1 - 1) "
	for _, query := range []string{
		numbers + "INSERT INTO entries SELECT format('linkedin/connections/%06d/token', i), 1, randomblob(600) FROM n",
		numbers + "INSERT INTO counters SELECT format('linkedin/connections/%06d/token', i), '" + tuesday + "', 1 FROM n",
	} {
		if _, err := raw.Exec(query, n); err != nil {
			b.Fatal(err)
		}
	}
	var keys []string
	for i := 0; i < n; i += max(n/touched, 1) {
		key := fmt.Sprintf("linkedin/connections/%06d/token", i)
		put0(b, s, key)
		keys = append(keys, key)
	}
	return keys
}

// put0 writes a value of the size of a token over what fill made.
func put0(b *testing.B, s *store.Store, key string) {
	b.Helper()
	res, err := s.Swap(b.Context(), &plugin.SwapRequest{Key: key, Value: make([]byte, 600), Revision: 1})
	if err != nil || !res.Swapped {
		b.Fatalf("Swap(%s) = %+v, %v", key, res, err)
	}
}

func BenchmarkGet(b *testing.B) {
	benchmark(b, func(b *testing.B, s *store.Store, keys []string) {
		for i := range b.N {
			if got, err := s.Get(b.Context(), &plugin.GetRequest{Key: keys[i%len(keys)]}); err != nil || len(got.Value) != 600 {
				b.Fatal(got, err)
			}
		}
	})
}

func BenchmarkSwap(b *testing.B) {
	benchmark(b, func(b *testing.B, s *store.Store, keys []string) {
		revisions, value := map[string]int64{}, make([]byte, 600)
		for i := range b.N {
			key := keys[i%len(keys)]
			res, err := s.Swap(b.Context(), &plugin.SwapRequest{Key: key, Value: value, Revision: revisions[key]})
			if err == nil && !res.Swapped { // the first round
				res, err = s.Swap(b.Context(), &plugin.SwapRequest{Key: key, Value: value, Revision: res.Revision})
			}
			if err != nil {
				b.Fatal(err)
			}
			revisions[key] = res.Revision
		}
	})
}

// BenchmarkDelete disconnects: a value goes, and leaves the files.
func BenchmarkDelete(b *testing.B) {
	benchmark(b, func(b *testing.B, s *store.Store, keys []string) {
		for range b.N {
			if _, err := s.Swap(b.Context(), &plugin.SwapRequest{Key: "linkedin/new", Value: make([]byte, 600)}); err != nil {
				b.Fatal(err)
			}
			if res, err := s.Delete(b.Context(), &plugin.DeleteRequest{Key: "linkedin/new"}); err != nil || res.Deleted != 1 {
				b.Fatal(res, err)
			}
		}
	})
}

// BenchmarkCount reserves a call in two budgets.
func BenchmarkCount(b *testing.B) {
	benchmark(b, func(b *testing.B, s *store.Store, keys []string) {
		for i := range b.N {
			res, err := s.Count(b.Context(), &plugin.CountRequest{Adds: []plugin.CounterAdd{
				{Key: "linkedin/app", Window: tuesday, N: 1, Limit: 1 << 40},
				{Key: keys[i%len(keys)], Window: tuesday, N: 1, Limit: 1 << 40}}})
			if err != nil || !res.Granted {
				b.Fatal(res, err)
			}
		}
	})
}

// BenchmarkAppend adds what an action leaves in the audit trail, its part of
// the writing included.
func BenchmarkAppend(b *testing.B) {
	p := newPlace(b)
	trail := p.open(b).Audit(&store.AuditOptions{Host: "worker-1"})
	entry := &plugin.AuditEntry{Connection: "me", Action: "linkedin.get_profile", Subjects: []string{"urn:li:person:782bbtaQ"}, Outcome: "ok"}
	b.ReportAllocs()
	for b.Loop() {
		if err := trail.Append(b.Context(), entry); err != nil {
			b.Fatal(err)
		}
	}
	if err := trail.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPostgres has a server on the same machine that does not wait for
// the disk: what is measured is the way there and back.
func BenchmarkPostgres(b *testing.B) {
	s := newShared(b).open(b)
	value, revision := make([]byte, 600), int64(0)
	b.Run("swap", func(b *testing.B) {
		for range b.N {
			res, err := s.Swap(b.Context(), &plugin.SwapRequest{Key: "linkedin/token", Value: value, Revision: revision})
			if err != nil || !res.Swapped {
				b.Fatal(res, err)
			}
			revision = res.Revision
		}
	})
	b.Run("get", func(b *testing.B) {
		for range b.N {
			if got, err := s.Get(b.Context(), &plugin.GetRequest{Key: "linkedin/token"}); err != nil || len(got.Value) != 600 {
				b.Fatal(got, err)
			}
		}
	})
	b.Run("count", func(b *testing.B) {
		for range b.N {
			res, err := s.Count(b.Context(), &plugin.CountRequest{Adds: []plugin.CounterAdd{
				{Key: "linkedin/app", Window: tuesday, N: 1, Limit: 1 << 40}, {Key: "linkedin/member", Window: tuesday, N: 1, Limit: 1 << 40}}})
			if err != nil || !res.Granted {
				b.Fatal(res, err)
			}
		}
	})
}
