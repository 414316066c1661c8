package store_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

const ada, grace = "urn:li:person:Ada", "urn:li:person:Grace"

// trail returns the audit trail of a store until the test ends.
func trail(t testing.TB, s *store.Store, opts *store.AuditOptions) *store.Audit {
	t.Helper()
	a := s.Audit(opts)
	t.Cleanup(func() { a.Close() })
	return a
}

func appendAll(t testing.TB, a *store.Audit, entries ...plugin.AuditEntry) {
	t.Helper()
	for _, e := range entries {
		if err := a.Append(context.Background(), &e); err != nil {
			t.Fatalf("Append(%+v): %v", e, err)
		}
	}
}

// actions returns the actions of the rows that a filter chooses.
func actions(t testing.TB, a *store.Audit, f *store.AuditFilter) []string {
	t.Helper()
	rows, err := a.Read(context.Background(), f)
	if err != nil {
		t.Fatalf("Read(%+v): %v", f, err)
	}
	var found []string
	for _, row := range rows {
		found = append(found, row.Action)
	}
	return found
}

func TestAudit(t *testing.T) { onPlaces(t, auditTrail) }

func auditTrail(t *testing.T, newPlace func(testing.TB) place) {
	s := newPlace(t).open(t)
	a := trail(t, s, &store.AuditOptions{Host: "h1"})
	now := time.Now().UTC().Truncate(time.Microsecond)
	appendAll(t, a,
		plugin.AuditEntry{At: now.Add(-2 * time.Hour), Connection: "me", Action: "first", Subjects: []string{ada, grace}, Purpose: "hiring", Outcome: "ok"},
		plugin.AuditEntry{At: now.Add(-time.Hour), Connection: "page", Action: "second", Subjects: []string{grace}, Outcome: "forbidden"},
		plugin.AuditEntry{At: now, Connection: "me", Action: "third", Outcome: "ok"})
	tests := []struct {
		name   string
		filter *store.AuditFilter
		want   []string
		why    string
	}{
		{"all", nil, []string{"third", "second", "first"}, "the newest first"},
		{"since", &store.AuditFilter{Since: now.Add(-time.Hour)}, []string{"third", "second"}, "the moment itself belongs to it"},
		{"connection", &store.AuditFilter{Connection: "me"}, []string{"third", "first"}, "of one connection"},
		{"subject", &store.AuditFilter{Subject: grace}, []string{"second", "first"}, "also as one of several"},
		{"subject of another", &store.AuditFilter{Subject: "urn:li:person:Ad"}, nil, "a hash has no parts"},
		{"wild card", &store.AuditFilter{Subject: "%"}, nil, "means itself"},
		{"both", &store.AuditFilter{Connection: "page", Subject: ada}, nil, "filters add up"},
		{"limit", &store.AuditFilter{Limit: 1}, []string{"third"}, "the newest"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, actions(t, a, tt.filter)); diff != "" {
				t.Errorf("%s: Read(%+v) (-want +got):\n%s", tt.why, tt.filter, diff)
			}
		})
	}
	rows, err := a.Read(t.Context(), &store.AuditFilter{Subject: ada})
	if err != nil {
		t.Fatal(err)
	}
	want := []store.AuditRow{{At: now.Add(-2 * time.Hour), Host: "h1", Connection: "me", Action: "first", Purpose: "hiring", Outcome: "ok"}}
	if diff := cmp.Diff(want, rows, cmpopts.IgnoreFields(store.AuditRow{}, "Subjects")); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
	for _, hash := range rows[0].Subjects {
		if !regexp.MustCompile("^[0-9a-f]{32}$").MatchString(hash) {
			t.Errorf("subject is kept as %q", hash)
		}
	}
}

// After a rotation of the keys a member has another hash, and is found and
// erased under both.
func TestAuditOverRotation(t *testing.T) { onPlaces(t, auditOverRotation) }

func auditOverRotation(t *testing.T, newPlace func(testing.TB) place) {
	p := newPlace(t)
	s := p.open(t)
	a, other := trail(t, s, nil), trail(t, p.open(t), nil)
	appendAll(t, a, plugin.AuditEntry{Action: "before", Subjects: []string{ada, grace}})
	actions(t, a, nil)
	for range 2 {
		if _, err := s.RotateKey(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	appendAll(t, other, plugin.AuditEntry{Action: "after", Subjects: []string{ada}})
	rows, err := other.Read(t.Context(), &store.AuditFilter{Subject: ada})
	if err != nil || len(rows) != 2 || rows[0].Action != "after" || rows[0].Subjects[0] == rows[1].Subjects[0] {
		t.Fatalf("rows are %+v, %v, want two with different hashes", rows, err)
	}
	if n, err := other.Erase(t.Context(), ada); n != 2 || err != nil {
		t.Errorf("Erase = %d, %v, want 2 rows", n, err)
	}
	if n, err := a.Erase(t.Context(), ada); n != 0 || err != nil {
		t.Errorf("second Erase = %d, %v, want none", n, err)
	}
	if got := actions(t, a, &store.AuditFilter{Subject: ada}); got != nil {
		t.Errorf("still found in %v", got)
	}
	if diff := cmp.Diff([]string{"before"}, actions(t, a, &store.AuditFilter{Subject: grace})); diff != "" {
		t.Errorf("the other member's rows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"after", "before"}, actions(t, a, nil)); diff != "" {
		t.Errorf("all rows (-want +got):\n%s", diff)
	}
}

// Rows and the keys of their time go when retention ends.
func TestAuditRetention(t *testing.T) { onPlaces(t, auditRetention) }

func auditRetention(t *testing.T, newPlace func(testing.TB) place) {
	p := newPlace(t)
	s := p.open(t)
	day := 24 * time.Hour
	first := trail(t, s, nil)
	appendAll(t, first,
		plugin.AuditEntry{At: time.Now().Add(-91 * day), Action: "old", Subjects: []string{ada}},
		plugin.AuditEntry{At: time.Now().Add(-89 * day), Action: "kept", Subjects: []string{ada}})
	if err := first.Close(); err != nil { // writes both, and then looks for old rows
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"kept"}, actions(t, trail(t, s, nil), nil)); diff != "" {
		t.Errorf("after 90 days (-want +got):\n%s", diff)
	}
	a := trail(t, s, nil)
	appendAll(t, a, plugin.AuditEntry{Action: "new"})
	if _, err := s.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	short := trail(t, s, &store.AuditOptions{Retention: day})
	if diff := cmp.Diff([]string{"new"}, actions(t, short, nil)); diff != "" {
		t.Errorf("after a retention of a day (-want +got):\n%s", diff)
	}
	keys := func() (n int) {
		t.Helper()
		if err := p.raw(t).QueryRow("SELECT count(*) FROM audit_keys").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := keys()
	p.exec(t, fmt.Sprintf("UPDATE audit_keys SET retired = %d WHERE retired > 0", time.Now().Add(-2*day).UnixMicro()))
	actions(t, trail(t, s, &store.AuditOptions{Retention: day}), nil)
	if after := keys(); after != 1 {
		t.Errorf("%d keys of %d are left, want the one in use", after, before)
	}
}

// An entry is written after a second, many at once, and the rest by Close.
func TestAuditBatches(t *testing.T) {
	p := newPlace(t)
	p.open(t)
	raw := p.raw(t)
	rows := func() (n int) {
		if err := raw.QueryRow("SELECT count(*) FROM audit").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	synctest.Test(t, func(t *testing.T) {
		s := p.open(t)
		a := s.Audit(nil)
		e := plugin.AuditEntry{At: time.Now(), Action: "get_person"}
		appendAll(t, a, e)
		time.Sleep(time.Second - time.Nanosecond)
		if n := rows(); n != 0 {
			t.Errorf("%d rows before a second is over", n)
		}
		time.Sleep(time.Second)
		if n := rows(); n != 1 {
			t.Errorf("%d rows after a second, want 1", n)
		}
		for range 256 {
			appendAll(t, a, e)
		}
		if n := rows(); n != 257 {
			t.Errorf("%d rows after a full batch, want 257", n)
		}
		appendAll(t, a, e)
		for range 2 {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
		if n := rows(); n != 258 {
			t.Errorf("%d rows after Close, want 258", n)
		}
		if err := a.Append(t.Context(), &e); plugin.KindOf(err) != plugin.StoreUnavailable {
			t.Errorf("Append after Close: %v, want store_unavailable", err)
		}
		s.Close()
	})
}

// While the server is away entries wait, but not without end, and none is lost.
func TestAuditWithoutServer(t *testing.T) {
	p := newShared(t)
	a := trail(t, p.open(t), nil)
	appendAll(t, a, plugin.AuditEntry{Action: "before"})
	actions(t, a, nil)
	if err := running(t).Stop(); err != nil {
		t.Fatal(err)
	}
	taken, e := 0, &plugin.AuditEntry{Action: "meanwhile"}
	for range 5000 {
		// A full batch is tried, and says that it has to wait.
		if err := a.Append(t.Context(), e); err == nil || taken%256 == 255 {
			taken++
		} else if plugin.KindOf(err) != plugin.StoreUnavailable {
			t.Fatal(err)
		}
	}
	if taken != 4096 {
		t.Errorf("%d entries were taken, want 4,096", taken)
	}
	if err := running(t).Start(); err != nil {
		t.Fatal(err)
	}
	if got := len(actions(t, a, &store.AuditFilter{Limit: 9999})); got != taken+1 {
		t.Errorf("%d rows, want %d", got, taken+1)
	}
}

func TestAuditRefuses(t *testing.T) {
	a := trail(t, memory(t), nil)
	tests := []struct {
		name  string
		entry plugin.AuditEntry
	}{
		{"too many members", plugin.AuditEntry{Subjects: make([]string, 1001)}},
		{"a member without a name", plugin.AuditEntry{Subjects: []string{""}}},
		{"no text", plugin.AuditEntry{Purpose: "\xff"}},
		{"a body", plugin.AuditEntry{Purpose: string(make([]byte, 2000))}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := a.Append(t.Context(), &tt.entry); plugin.KindOf(err) != plugin.Internal {
				t.Errorf("Append: %v, want internal", err)
			}
		})
	}
}
