package store_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

func TestSwap(t *testing.T) { onStores(t, swap) }

func swap(t *testing.T, empty func(testing.TB) *store.Store) {
	s := empty(t)
	first := put(t, s, "linkedin/token", "one")
	tests := []struct {
		name string
		req  plugin.SwapRequest
		want plugin.SwapResponse
		why  string
	}{
		{"late create", plugin.SwapRequest{Key: "linkedin/token", Value: []byte("x")},
			plugin.SwapResponse{Revision: first}, "revision 0 means that the key must be absent"},
		{"update of nothing", plugin.SwapRequest{Key: "linkedin/other", Value: []byte("x"), Revision: 7},
			plugin.SwapResponse{}, "what was deleted meanwhile does not come back"},
		{"stale", plugin.SwapRequest{Key: "linkedin/token", Value: []byte("x"), Revision: first + 1},
			plugin.SwapResponse{Revision: first}, "another writer was first"},
		{"in time", plugin.SwapRequest{Key: "linkedin/token", Value: []byte("two"), Revision: first},
			plugin.SwapResponse{Swapped: true, Revision: first + 1}, "late swaps use up no revision"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.Swap(t.Context(), &tt.req)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("%s: Swap(%+v) (-want +got):\n%s", tt.why, tt.req, diff)
			}
		})
	}
	if got := get(t, s, "linkedin/token"); got != "two" {
		t.Errorf("value is %q, want the only one swapped in time", got)
	}
}

// Someone who read a key before it was deleted must not overwrite what was
// made under the same key since.
func TestRevisionsGrowOverDeletion(t *testing.T) { onStores(t, revisionsGrowOverDeletion) }

func revisionsGrowOverDeletion(t *testing.T, empty func(testing.TB) *store.Store) {
	s := empty(t)
	before := put(t, s, "linkedin/token", "one")
	if _, err := s.Delete(t.Context(), &plugin.DeleteRequest{Key: "linkedin/token"}); err != nil {
		t.Fatal(err)
	}
	if after := put(t, s, "linkedin/token", "one"); after <= before {
		t.Errorf("revision %d after %d", after, before)
	}
}

func TestValuesOfAnySize(t *testing.T) { onStores(t, valuesOfAnySize) }

func valuesOfAnySize(t *testing.T, empty func(testing.TB) *store.Store) {
	s := empty(t)
	for _, size := range []int{0, 1, 4096, 1 << 20} {
		key, value := fmt.Sprintf("linkedin/%d", size), bytes.Repeat([]byte{0xfe}, size)
		if _, err := s.Swap(t.Context(), &plugin.SwapRequest{Key: key, Value: value}); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if got := get(t, s, key); got != string(value) {
			t.Errorf("%d bytes came back as %d", size, len(got))
		}
	}
	_, err := s.Swap(t.Context(), &plugin.SwapRequest{Key: "linkedin/big", Value: make([]byte, 1<<20+1)})
	if plugin.KindOf(err) != plugin.TooLarge {
		t.Errorf("1 MiB and a byte: %v, want too_large", err)
	}
}

func TestDeleteAndList(t *testing.T) { onStores(t, deleteAndList) }

func deleteAndList(t *testing.T, empty func(testing.TB) *store.Store) {
	keys := []string{"a/1", "a/2", "a/B", "a/_", "a0", "ab/1", "a\u007f", "aé/1", "b/1"}
	tests := []struct {
		name   string
		delete plugin.DeleteRequest
		list   plugin.ListRequest
		want   []string
		why    string
	}{
		{"all", plugin.DeleteRequest{Key: "absent"}, plugin.ListRequest{}, keys, "an absent key is no error; no prefix lists all"},
		{"prefix", plugin.DeleteRequest{Key: "a/2"}, plugin.ListRequest{Prefix: "a/"}, []string{"a/1", "a/B", "a/_"}, "only what begins with it, in the order of bytes"},
		{"wild cards", plugin.DeleteRequest{Prefix: "a/_"}, plugin.ListRequest{Prefix: "a/"}, []string{"a/1", "a/2", "a/B"}, "_ and % mean themselves"},
		{"case", plugin.DeleteRequest{Prefix: "A/"}, plugin.ListRequest{Prefix: "a/b"}, nil, "A is not a"},
		{"beyond ASCII", plugin.DeleteRequest{Prefix: "a/"}, plugin.ListRequest{Prefix: "a"}, []string{"a0", "ab/1", "a\u007f", "aé/1"}, "é begins with a byte above all of ASCII"},
		{"page", plugin.DeleteRequest{Prefix: "c"}, plugin.ListRequest{Prefix: "a/", After: "a/1", Limit: 2}, []string{"a/2", "a/B"}, "after is not among them"},
		{"page after an absent key", plugin.DeleteRequest{Key: "a/2"}, plugin.ListRequest{Prefix: "a/", After: "a/2", Limit: 2}, []string{"a/B", "a/_"}, "the key may be deleted between two pages"},
		{"first page", plugin.DeleteRequest{Key: "b/1"}, plugin.ListRequest{Prefix: "a/", After: "A", Limit: 1}, []string{"a/1"}, "after may be before the prefix"},
		{"last page", plugin.DeleteRequest{Key: "b/1"}, plugin.ListRequest{Prefix: "a/", After: "b"}, nil, "or behind it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := empty(t)
			for _, k := range keys {
				put(t, s, k, "v")
			}
			if _, err := s.Delete(t.Context(), &tt.delete); err != nil {
				t.Fatal(err)
			}
			got, err := s.List(t.Context(), &tt.list)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.Keys); diff != "" {
				t.Errorf("%s: after %+v, List(%+v) (-want +got):\n%s", tt.why, tt.delete, tt.list, diff)
			}
		})
	}
}

func TestListStopsAtThousand(t *testing.T) { onStores(t, listStopsAtThousand) }

func listStopsAtThousand(t *testing.T, empty func(testing.TB) *store.Store) {
	s := empty(t)
	for i := range 1005 {
		put(t, s, fmt.Sprintf("a/%04d", i), "")
	}
	got, err := s.List(t.Context(), &plugin.ListRequest{Prefix: "a/"})
	if err != nil || len(got.Keys) != 1000 {
		t.Errorf("List gave %d keys, %v, want 1,000", len(got.Keys), err)
	}
	got, err = s.List(t.Context(), &plugin.ListRequest{Prefix: "a/", After: got.Keys[999]})
	if err != nil || len(got.Keys) != 5 {
		t.Errorf("the next page has %d keys, %v, want 5", len(got.Keys), err)
	}
}

func TestImpossibleRequests(t *testing.T) { onStores(t, impossibleRequests) }

func impossibleRequests(t *testing.T, empty func(testing.TB) *store.Store) {
	s := empty(t)
	long := strings.Repeat("k", 1025)
	get := func(key string) error {
		_, err := s.Get(t.Context(), &plugin.GetRequest{Key: key})
		return err
	}
	del := func(req plugin.DeleteRequest) error { _, err := s.Delete(t.Context(), &req); return err }
	count := func(add plugin.CounterAdd) error {
		_, err := s.Count(t.Context(), &plugin.CountRequest{Adds: []plugin.CounterAdd{add}})
		return err
	}
	_, negative := s.List(t.Context(), &plugin.ListRequest{Limit: -1})
	tests := []struct {
		name string
		err  error
	}{
		{"no key", get("")},
		{"long key", get(long)},
		{"not UTF-8", get("a/\xff")},
		{"zero byte", get("a/\x00")},
		{"last rune", get("a/\U0010FFFF")},
		{"delete nothing", del(plugin.DeleteRequest{})},
		{"delete two things", del(plugin.DeleteRequest{Key: "a/1", Prefix: "a/"})},
		{"delete a long prefix", del(plugin.DeleteRequest{Prefix: long})},
		{"list fewer than none", negative},
		{"counter without a day", count(plugin.CounterAdd{Key: "a/1", N: 1})},
		{"counter on no day", count(plugin.CounterAdd{Key: "a/1", Window: "2026-02-29", N: 1})},
		{"counter without a name", count(plugin.CounterAdd{Window: "2026-11-24", N: 1})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if e := plugin.AsError(tt.err); e == nil || e.Kind != plugin.Internal || e.Hint == "" {
				t.Errorf("error is %+v, want internal with a hint", e)
			}
		})
	}
}

// Of many that swap the same revision, one wins each round.
func TestSwapIsExclusive(t *testing.T) { onStores(t, swapIsExclusive) }

func swapIsExclusive(t *testing.T, empty func(testing.TB) *store.Store) {
	s := empty(t)
	const writers, rounds = 8, 20
	wins := make([]int, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for wins[i] < rounds {
				got, err := s.Get(context.Background(), &plugin.GetRequest{Key: "a/n"})
				if err != nil {
					t.Error(err)
					return
				}
				res, err := s.Swap(context.Background(), &plugin.SwapRequest{Key: "a/n", Value: append(got.Value, 'x'), Revision: got.Revision})
				if err != nil {
					t.Error(err)
					return
				}
				if res.Swapped {
					wins[i]++
				}
			}
		})
	}
	wg.Wait()
	if got := len(get(t, s, "a/n")); got != writers*rounds {
		t.Errorf("%d additions of %d are left", got, writers*rounds)
	}
}
