package cache_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/cache"
)

type nameKey struct{}

// heard is who was told what, by the name in their context. It is safe for
// concurrent use.
type heard struct {
	mu  sync.Mutex // guards all
	all []string
}

func (h *heard) say(what string) func(context.Context) {
	return func(caller context.Context) {
		h.mu.Lock()
		defer h.mu.Unlock()
		name, _ := caller.Value(nameKey{}).(string)
		h.all = append(h.all, name+" "+what)
	}
}

func (h *heard) sorted() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(slices.Values(h.all))
}

func TestTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, h := newCache(t, nil), new(heard)
		load := func(ctx context.Context) (string, time.Duration, error) {
			cache.Tell(ctx, h.say("one"))
			time.Sleep(2 * time.Second)
			cache.Tell(ctx, h.say("two"))
			return "ada", time.Hour, nil
		}
		var wg sync.WaitGroup
		ask := func(name string) {
			wg.Go(func() {
				if _, err := c.Get(context.WithValue(t.Context(), nameKey{}, name), key, time.Hour, load); err != nil {
					t.Error(err)
				}
			})
		}
		ask("early")
		synctest.Wait()
		if diff := cmp.Diff([]string{"early one"}, h.sorted()); diff != "" {
			t.Errorf("while the load goes on (-want +got):\n%s", diff)
		}
		time.Sleep(time.Second)
		ask("late")
		synctest.Wait()
		if diff := cmp.Diff([]string{"early one", "late one"}, h.sorted()); diff != "" {
			t.Errorf("when another joins (-want +got):\n%s", diff)
		}
		wg.Wait()
		ask("memory")
		wg.Wait()
		if diff := cmp.Diff([]string{"early one", "early two", "late one", "late two"}, h.sorted()); diff != "" {
			t.Errorf("when all have their answer (-want +got):\n%s", diff)
		}
	})
}

// A caller who takes its time holds up neither the load nor the others, and
// one who leaves is told no more.
func TestTellWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, h := newCache(t, nil), new(heard)
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), nameKey{}, "gone"))
		load := func(ctx context.Context) (string, time.Duration, error) {
			cache.Tell(ctx, func(caller context.Context) {
				if caller.Value(nameKey{}) == "slow" {
					time.Sleep(time.Hour)
				}
			})
			time.Sleep(time.Second)
			cache.Tell(ctx, h.say("two"))
			return "ada", time.Hour, nil
		}
		var wg sync.WaitGroup
		took := map[string]time.Duration{}
		for name, ctx := range map[string]context.Context{
			"slow": context.WithValue(t.Context(), nameKey{}, "slow"), "quick": context.WithValue(t.Context(), nameKey{}, "quick"), "gone": ctx,
		} {
			wg.Go(func() {
				began := time.Now()
				_, _ = c.Get(ctx, key, time.Hour, load)
				h.mu.Lock()
				defer h.mu.Unlock()
				took[name] = time.Since(began)
			})
		}
		synctest.Wait()
		cancel()
		wg.Wait()
		if diff := cmp.Diff(map[string]time.Duration{"slow": time.Hour, "quick": time.Second, "gone": 0}, took); diff != "" {
			t.Errorf("until the answer (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"quick two", "slow two"}, h.sorted()); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

// A load that waits for another passes on what that one says, to all its
// callers.
func TestTellThroughLoads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, h := newCache(t, nil), new(heard)
		inner := func(ctx context.Context) (string, time.Duration, error) {
			time.Sleep(time.Second)
			cache.Tell(ctx, h.say("inner"))
			return "ada", time.Hour, nil
		}
		outer := func(ctx context.Context) (string, time.Duration, error) {
			hit, err := c.Get(ctx, cache.Key{Viewer: "v", Request: "inner"}, time.Hour, inner)
			return hit.Value, time.Hour, err
		}
		var wg sync.WaitGroup
		for _, name := range []string{"a", "b"} {
			wg.Go(func() {
				if _, err := c.Get(context.WithValue(t.Context(), nameKey{}, name), key, time.Hour, outer); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		cache.Tell(context.WithValue(t.Context(), nameKey{}, "c"), h.say("at once")) // where nothing is loaded
		if diff := cmp.Diff([]string{"a inner", "b inner", "c at once"}, h.sorted()); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}
