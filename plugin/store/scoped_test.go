package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

func TestScoped(t *testing.T) {
	tests := []struct {
		name, connector, key string
		allowed              bool
		why                  string
	}{
		{"own", "linkedin", "linkedin/connections/c1/token", true, "the contract's form"},
		{"own prefix", "linkedin", "linkedin/", true, "all of one's own keys"},
		{"another's", "linkedin", "other/token", false, "belongs to another connector"},
		{"longer name", "linkedin", "linkedin2/token", false, "the slash is part of the prefix"},
		{"no slash", "linkedin", "linkedin", false, "as a prefix it would reach linkedin2"},
		{"nothing", "linkedin", "", false, "as a prefix it would reach everything"},
		{"case", "linkedin", "LinkedIn/token", false, "names differ by case"},
		{"inside", "linkedin", "other/linkedin/token", false, "it must begin with it"},
		{"no connector", "", "/token", false, "a host that does not know the name lends nothing"},
		{"part of a connector", "linkedin/connections", "linkedin/connections/c1/token", false, "a name has no slash"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for method, err := range callAll(t, store.Scoped(memory(t), tt.connector), tt.key) {
				if forbidden := plugin.KindOf(err) == plugin.Forbidden; forbidden == tt.allowed {
					t.Errorf("%s: %s(%q) for %q: %v", tt.why, method, tt.key, tt.connector, err)
				}
				if err != nil && !strings.Contains(err.Error(), tt.connector) {
					t.Errorf("%s: %q does not name the connector", method, err)
				}
			}
		})
	}
}

// callAll calls every method with a key or a prefix and returns the errors.
func callAll(t *testing.T, s plugin.Store, key string) map[string]error {
	ctx, errs := t.Context(), map[string]error{}
	_, errs["Get"] = s.Get(ctx, &plugin.GetRequest{Key: key})
	_, errs["Swap"] = s.Swap(ctx, &plugin.SwapRequest{Key: key})
	_, errs["Delete key"] = s.Delete(ctx, &plugin.DeleteRequest{Key: key})
	_, errs["Delete prefix"] = s.Delete(ctx, &plugin.DeleteRequest{Prefix: key})
	_, errs["List"] = s.List(ctx, &plugin.ListRequest{Prefix: key})
	_, errs["Lease"] = s.Lease(ctx, &plugin.LeaseRequest{Key: key, Holder: "h", TTL: time.Second})
	_, errs["Count"] = s.Count(ctx, &plugin.CountRequest{Adds: []plugin.CounterAdd{{Key: key, Window: tuesday, N: 1}}})
	_, errs["Counters"] = s.Counters(ctx, &plugin.CountersRequest{Prefix: key})
	return errs
}

// A key of one's own must not open the door to another's beside it.
func TestScopedMixedRequests(t *testing.T) {
	s := store.Scoped(memory(t), "linkedin")
	_, err := s.Delete(t.Context(), &plugin.DeleteRequest{Key: "linkedin/a", Prefix: "other/"})
	if plugin.KindOf(err) != plugin.Forbidden {
		t.Errorf("Delete: %v, want forbidden", err)
	}
	_, err = s.Count(t.Context(), &plugin.CountRequest{Adds: []plugin.CounterAdd{
		{Key: "linkedin/a", Window: tuesday, N: 1}, {Key: "other/a", Window: tuesday, N: 1}}})
	if plugin.KindOf(err) != plugin.Forbidden {
		t.Errorf("Count: %v, want forbidden", err)
	}
}
