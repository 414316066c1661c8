package store_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// leaseStep is one request of a case, and what is wanted of it.
type leaseStep struct {
	after  time.Duration // since the last step
	holder string
	ttl    time.Duration
	held   bool
	until  time.Duration // since the first step; 0: nobody holds it
}

const m = time.Minute

var leaseTests = []struct {
	name  string
	steps []leaseStep
	why   string
}{
	{"two ask", []leaseStep{{0, "a", m, true, m}, {0, "b", m, false, m}}, "the second is told how long to wait"},
	{"extend", []leaseStep{{0, "a", m, true, m}, {m / 2, "a", m, true, 3 * m / 2}, {m * 3 / 4, "b", m, false, 3 * m / 2}}, "the holder may ask again"},
	{"shorten", []leaseStep{{0, "a", 10 * m, true, 10 * m}, {0, "a", m, true, m}}, "also for less"},
	{"expire", []leaseStep{{0, "a", m, true, m}, {m, "b", m, true, 2 * m}}, "it is over when it says so"},
	{"expired holder", []leaseStep{{0, "a", m, true, m}, {m, "b", m, true, 2 * m}, {0, "a", m, false, 2 * m}}, "a holder that slept has lost it"},
	{"give back", []leaseStep{{0, "a", m, true, m}, {0, "a", 0, false, 0}, {0, "b", m, true, m}}, "the next need not wait"},
	{"give back another's", []leaseStep{{0, "a", m, true, m}, {0, "b", 0, false, m}, {0, "a", m, true, m}}, "only the holder can"},
	{"give back nothing", []leaseStep{{0, "a", 0, false, 0}}, "is no error"},
}

func TestLease(t *testing.T) {
	for _, tt := range leaseTests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := memory(t)
				start := time.Now()
				for i, st := range tt.steps {
					time.Sleep(st.after)
					got, err := s.Lease(t.Context(), &plugin.LeaseRequest{Key: "linkedin/lease", Holder: st.holder, TTL: st.ttl})
					if err != nil {
						t.Fatal(err)
					}
					want := &plugin.LeaseResponse{Held: st.held}
					if st.until > 0 {
						want.Until = start.Add(st.until).UTC()
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s: step %d, %+v (-want +got):\n%s", tt.why, i, st, diff)
					}
				}
			})
		})
	}
}

// The same by a server's clock, which cannot be set: instead of time passing,
// what is in the table grows older. The host's clock does not matter.
func TestLeaseByServersClock(t *testing.T) {
	p := newShared(t)
	s, raw := p.open(t), p.raw(t)
	for _, tt := range leaseTests {
		t.Run(tt.name, func(t *testing.T) {
			var passed time.Duration
			for i, st := range tt.steps {
				passed += st.after
				if _, err := raw.Exec("UPDATE leases SET expires = expires - $1", st.after.Microseconds()); err != nil {
					t.Fatal(err)
				}
				got, err := s.Lease(t.Context(), &plugin.LeaseRequest{Key: tt.name, Holder: st.holder, TTL: st.ttl})
				if err != nil {
					t.Fatal(err)
				}
				if got.Held != st.held || got.Until.IsZero() != (st.until == 0) {
					t.Errorf("%s: step %d, %+v: got %+v", tt.why, i, st, got)
				}
				var left float64
				query := "SELECT coalesce(max(expires) / 1e6 - extract(epoch FROM clock_timestamp()), 0)::float8 FROM leases WHERE key = $1"
				if err := raw.QueryRow(query, tt.name).Scan(&left); err != nil {
					t.Fatal(err)
				}
				if want := max(st.until-passed, 0).Seconds(); left > want || (want > 0 && left <= want-m.Seconds()/2) {
					t.Errorf("%s: step %d, %+v: %.1f s are left, want %.1f", tt.why, i, st, left, want)
				}
			}
		})
	}
}

func TestLeaseBounds(t *testing.T) { onStores(t, leaseBounds) }

func leaseBounds(t *testing.T, empty func(testing.TB) *store.Store) {
	s := empty(t)
	tests := []struct {
		name string
		req  plugin.LeaseRequest
	}{
		{"no key", plugin.LeaseRequest{Holder: "a", TTL: time.Second}},
		{"no holder", plugin.LeaseRequest{Key: "linkedin/lease", TTL: time.Second}},
		{"negative", plugin.LeaseRequest{Key: "linkedin/lease", Holder: "a", TTL: -time.Second}},
		{"over ten minutes", plugin.LeaseRequest{Key: "linkedin/lease", Holder: "a", TTL: 10*time.Minute + 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if res, err := s.Lease(t.Context(), &tt.req); plugin.KindOf(err) != plugin.Internal {
				t.Errorf("Lease(%+v) = %+v, %v, want internal", tt.req, res, err)
			}
		})
	}
}

// A clock that was set back by a year must not make a lease last for one.
func TestLeaseFromTheFuture(t *testing.T) { onPlaces(t, leaseFromTheFuture) }

func leaseFromTheFuture(t *testing.T, newPlace func(testing.TB) place) {
	p := newPlace(t)
	s, raw := p.open(t), p.raw(t)
	_, err := raw.Exec("INSERT INTO leases (key, holder, expires) VALUES ('linkedin/lease', 'a', $1)", time.Now().AddDate(1, 0, 0).UnixMicro())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Lease(t.Context(), &plugin.LeaseRequest{Key: "linkedin/lease", Holder: "b", TTL: time.Minute}); err != nil || !got.Held {
		t.Errorf("Lease = %+v, %v, want it held", got, err)
	}
}
