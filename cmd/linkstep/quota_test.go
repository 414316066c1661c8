package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

// TestQuotaTable shows where each limit is known from, and a day that LinkedIn
// has ended at a count that nobody knows.
func TestQuotaTable(t *testing.T) {
	calls := func(n int64) *int64 { return &n }
	bucket := func(endpoint string, source plugin.LimitSource) plugin.UsageBucket {
		return plugin.UsageBucket{Endpoint: endpoint, Scope: plugin.ScopeMember, Used: 3, ResetsAt: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), Source: source}
	}
	known := func(b plugin.UsageBucket, limit int64) plugin.UsageBucket {
		b.Limit, b.Remaining = calls(limit), calls(limit-b.Used)
		return b
	}
	learned := known(bucket("GET /v2/b", plugin.LimitLearned), 4)
	learned.LearnedOn = "2026-11-20"
	refusing := bucket("GET /v2/d", plugin.LimitNone)
	refusing.Refusing = true
	var out bytes.Buffer
	a := &app{out: &out}
	if err := a.printQuota(&quotaView{Connection: "me", Buckets: []plugin.UsageBucket{
		known(bucket("GET /v2/a", plugin.LimitConfigured), 6), learned, bucket("GET /v2/c", plugin.LimitNone), refusing,
	}}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"me",
		"ENDPOINT COUNTED FOR USED LIMIT LEFT RESETS",
		"GET /v2/a member 3 6 (configured) [##########..........] 3 2026-11-25T00:00:00Z",
		"GET /v2/b member 3 4 (learned 2026-11-20) [###############.....] 1 2026-11-25T00:00:00Z",
		"GET /v2/c member 3 not known 2026-11-25T00:00:00Z",
		"GET /v2/d member 3 not known [####################] 0 2026-11-25T00:00:00Z",
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
