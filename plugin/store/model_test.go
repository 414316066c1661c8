package store_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// model is a store as the contract describes it, in maps.
type model struct {
	last     int64
	values   map[string]plugin.GetResponse
	counters map[string]plugin.Counter
}

func (m *model) swap(req *plugin.SwapRequest) *plugin.SwapResponse {
	standing := m.values[req.Key]
	if standing.Revision != req.Revision {
		return &plugin.SwapResponse{Revision: standing.Revision}
	}
	m.last++
	m.values[req.Key] = plugin.GetResponse{Value: req.Value, Revision: m.last}
	return &plugin.SwapResponse{Swapped: true, Revision: m.last}
}

func (m *model) deletePrefix(prefix string) int64 {
	before := len(m.values)
	maps.DeleteFunc(m.values, func(k string, _ plugin.GetResponse) bool { return strings.HasPrefix(k, prefix) })
	return int64(before - len(m.values))
}

func (m *model) list(prefix string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(m.values)), func(k string) bool { return !strings.HasPrefix(k, prefix) })
}

func (m *model) count(adds []plugin.CounterAdd) bool {
	next := maps.Clone(m.counters)
	for _, add := range adds {
		c, known := next[add.Key]
		if !known || add.Window > c.Window {
			c = plugin.Counter{Key: add.Key, Window: add.Window}
		}
		if add.Window == c.Window || add.N > 0 {
			c.Used = max(c.Used+add.N, 0)
		}
		if add.Limit != 0 && c.Used > add.Limit {
			return false
		}
		next[add.Key] = c
	}
	m.counters = next
	return true
}

// Whatever is asked in whatever order, the store answers as the contract says.
func TestModel(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) {
			s, err := store.Memory()
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			walkModel(t, s)
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		p := newShared(t)
		s, raw := p.open(t), p.raw(t)
		rapid.Check(t, func(t *rapid.T) {
			if _, err := raw.Exec("DELETE FROM entries; DELETE FROM counters; UPDATE revision SET last = 0"); err != nil {
				t.Fatal(err)
			}
			walkModel(t, s)
		})
	})
}

// walkModel asks an empty store for this and that.
func walkModel(t *rapid.T, s *store.Store) {
	ctx := context.Background()
	m := &model{values: map[string]plugin.GetResponse{}, counters: map[string]plugin.Counter{}}
	key := rapid.SampledFrom([]string{"a/1", "a/2", "b/1"})
	prefix := rapid.SampledFrom([]string{"a/", "b/", "a/1", "c"})
	add := rapid.Custom(func(t *rapid.T) plugin.CounterAdd {
		return plugin.CounterAdd{Key: key.Draw(t, "key"), Window: rapid.SampledFrom([]string{monday, tuesday}).Draw(t, "window"),
			N: rapid.Int64Range(-5, 5).Draw(t, "n"), Limit: rapid.Int64Range(0, 6).Draw(t, "limit")}
	})
	t.Repeat(map[string]func(*rapid.T){
		"swap": func(t *rapid.T) {
			req := &plugin.SwapRequest{Key: key.Draw(t, "key"), Value: []byte(rapid.String().Draw(t, "value")), Revision: rapid.Int64Range(0, 3).Draw(t, "revision")}
			if rapid.Bool().Draw(t, "in time") {
				req.Revision = m.values[req.Key].Revision
			}
			got, err := s.Swap(ctx, req)
			same(t, err, m.swap(req), got)
		},
		"delete": func(t *rapid.T) {
			p := prefix.Draw(t, "prefix")
			got, err := s.Delete(ctx, &plugin.DeleteRequest{Prefix: p})
			same(t, err, &plugin.DeleteResponse{Deleted: m.deletePrefix(p)}, got)
		},
		"list": func(t *rapid.T) {
			p := prefix.Draw(t, "prefix")
			got, err := s.List(ctx, &plugin.ListRequest{Prefix: p})
			same(t, err, &plugin.ListResponse{Keys: append([]string(nil), m.list(p)...)}, got)
		},
		"count": func(t *rapid.T) {
			adds := rapid.SliceOfN(add, 1, 4).Draw(t, "adds")
			got, err := s.Count(ctx, &plugin.CountRequest{Adds: adds})
			same(t, err, m.count(adds), err == nil && got.Granted)
		},
		"": func(t *rapid.T) {
			for k, want := range m.values {
				got, err := s.Get(ctx, &plugin.GetRequest{Key: k})
				same(t, err, want.Revision, got.Revision)
				same(t, err, string(want.Value), string(got.Value))
			}
			got, err := s.Counters(ctx, &plugin.CountersRequest{})
			var want []plugin.Counter
			for _, k := range slices.Sorted(maps.Keys(m.counters)) {
				want = append(want, m.counters[k])
			}
			same(t, err, want, got.Counters)
		},
	})
}

// same fails the case when the store's answer is not the model's.
func same[T any](t *rapid.T, err error, want, got T) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}
