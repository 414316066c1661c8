package quota_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/quota"
)

func TestMemoryCounters(t *testing.T) {
	const mon, tue = "2026-11-23", "2026-11-24"
	type step struct {
		why  string
		adds []quota.Add
		want *quota.Result
	}
	granted := func(counts ...quota.Count) *quota.Result { return &quota.Result{Granted: true, Counts: counts} }
	steps := []step{
		{"a new counter", []quota.Add{{Key: "a", Window: mon, N: 1, Limit: 2}}, granted(quota.Count{Key: "a", Window: mon, N: 1})},
		{"up to the limit, with another", []quota.Add{{Key: "a", Window: mon, N: 1, Limit: 2}, {Key: "b", Window: mon, N: 1}},
			granted(quota.Count{Key: "a", Window: mon, N: 2}, quota.Count{Key: "b", Window: mon, N: 1})},
		{"beyond: neither is added to", []quota.Add{{Key: "b", Window: mon, N: 1}, {Key: "a", Window: mon, N: 1, Limit: 2}},
			&quota.Result{Refused: 1, Counts: []quota.Count{{Key: "b", Window: mon, N: 1}, {Key: "a", Window: mon, N: 2}}}},
		{"0 reads, whatever the window", []quota.Add{{Key: "a", Window: "0001-01-01"}}, granted(quota.Count{Key: "a", Window: mon, N: 2})},
		{"given back", []quota.Add{{Key: "a", Window: mon, N: -1}}, granted(quota.Count{Key: "a", Window: mon, N: 1})},
		{"never below 0", []quota.Add{{Key: "b", Window: mon, N: -9}}, granted(quota.Count{Key: "b", Window: mon})},
		{"a new day begins at 0", []quota.Add{{Key: "a", Window: tue, N: 1, Limit: 2}}, granted(quota.Count{Key: "a", Window: tue, N: 1})},
		{"a late comer counts in the new day", []quota.Add{{Key: "a", Window: mon, N: 1, Limit: 2}}, granted(quota.Count{Key: "a", Window: tue, N: 2})},
		{"but gives nothing back to it", []quota.Add{{Key: "a", Window: mon, N: -1}}, granted(quota.Count{Key: "a", Window: tue, N: 2})},
	}
	var c quota.MemoryCounters
	for _, s := range steps {
		got, err := c.Add(t.Context(), s.adds)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.want, got); diff != "" {
			t.Errorf("%s: Add(%v) (-want +got):\n%s", s.why, s.adds, diff)
		}
	}
	got, err := c.List(t.Context(), "a")
	if diff := cmp.Diff([]quota.Count{{Key: "a", Window: tue, N: 2}}, got); diff != "" || err != nil {
		t.Errorf("List(a), error %v (-want +got):\n%s", err, diff)
	}
}
