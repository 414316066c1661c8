package cache_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/cache"
)

var key = cache.Key{Viewer: "ada", Request: "person/782bbtaQ"}

func newCache(t *testing.T, opts *cache.Options) *cache.Cache[string] {
	t.Helper()
	c := cache.New(func(s string) int { return len(s) }, opts)
	t.Cleanup(c.Close)
	return c
}

// source counts loads; each gives "1", "2" and so on.
type source struct {
	loads int
	life  time.Duration
	err   error
}

func (s *source) load(context.Context) (string, time.Duration, error) {
	s.loads++
	return fmt.Sprint(s.loads), s.life, s.err
}

func TestAges(t *testing.T) {
	fresh := func(v string) cache.Hit[string] { return cache.Hit[string]{Value: v} }
	kept := func(v string, age time.Duration) cache.Hit[string] {
		return cache.Hit[string]{Value: v, Cached: true, Age: age}
	}
	tests := []struct {
		name, why string
		life      time.Duration
		wait      time.Duration // between the first call and the second
		maxAge    time.Duration // of the second call
		want      cache.Hit[string]
	}{
		{"hit", "tells its age", time.Hour, time.Minute, time.Hour, kept("1", time.Minute)},
		{"just young enough", "as old as is asked for", time.Hour, time.Minute, time.Minute, kept("1", time.Minute)},
		{"too old", "for this caller", time.Hour, time.Minute, time.Minute - 1, fresh("2")},
		{"fresh", "0 always loads", time.Hour, 0, 0, fresh("2")},
		{"life over", "as the load said", time.Hour, time.Hour, 2 * time.Hour, fresh("2")},
		{"not to be kept", "as the load said", 0, 0, time.Hour, fresh("2")},
		{"24 h", "whatever the load said", 100 * time.Hour, 24 * time.Hour, 100 * time.Hour, fresh("2")},
		{"just under 24 h", "the longest there is", 100 * time.Hour, 24*time.Hour - 1, 100 * time.Hour, kept("1", 24*time.Hour-1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, nil), &source{life: tt.life}
				if got, err := c.Get(t.Context(), key, time.Hour, s.load); got != fresh("1") || err != nil {
					t.Fatalf("first: %+v, %v", got, err)
				}
				time.Sleep(tt.wait)
				got, err := c.Get(t.Context(), key, tt.maxAge, s.load)
				if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
					t.Errorf("%s: second, error %v (-want +got):\n%s", tt.why, err, diff)
				}
			})
		})
	}
}

// What was loaded fresh replaces what was kept, also where it must not be kept
// itself.
func TestFreshReplaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, nil), &source{life: time.Hour}
		c.Get(t.Context(), key, 0, s.load)
		c.Get(t.Context(), key, 0, s.load)
		if got, _ := c.Get(t.Context(), key, time.Hour, s.load); got.Value != "2" || !got.Cached {
			t.Errorf("%+v, want the second value", got)
		}
		s.life = 0
		c.Get(t.Context(), key, 0, s.load)
		if got, _ := c.Get(t.Context(), key, time.Hour, s.load); got.Value != "4" {
			t.Errorf("%+v, want no older value than the third", got)
		}
	})
}

func TestAgeCountsFromTheBeginningOfTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(t, nil)
		slow := func(context.Context) (string, time.Duration, error) {
			time.Sleep(time.Minute)
			return "slow", time.Hour, nil
		}
		c.Get(t.Context(), key, time.Hour, slow)
		if got, _ := c.Get(t.Context(), key, time.Hour, slow); got.Age != time.Minute {
			t.Errorf("age %v, want the minute that the load took", got.Age)
		}
		time.Sleep(59 * time.Minute)
		if got, _ := c.Get(t.Context(), key, 2*time.Hour, slow); got.Cached {
			t.Errorf("%+v, want none: its hour is over", got)
		}
	})
}

func TestErrorsAreNotKept(t *testing.T) {
	c, s := newCache(t, nil), &source{life: time.Hour, err: errors.New("no")}
	if _, err := c.Get(t.Context(), key, time.Hour, s.load); !errors.Is(err, s.err) {
		t.Errorf("error %v, want the load's", err)
	}
	s.err = nil
	if got, err := c.Get(t.Context(), key, time.Hour, s.load); got.Value != "2" || got.Cached || err != nil {
		t.Errorf("%+v, %v; want a fresh value", got, err)
	}
}

func TestViewersDoNotShare(t *testing.T) {
	c, s := newCache(t, nil), &source{life: time.Hour}
	bobs := cache.Key{Viewer: "bob", Request: key.Request}
	for _, k := range []cache.Key{key, bobs} {
		if got, _ := c.Get(t.Context(), k, time.Hour, s.load); got.Cached {
			t.Errorf("%s was shown what another saw", k.Viewer)
		}
	}
	c.Purge("ada")
	if got, _ := c.Get(t.Context(), bobs, time.Hour, s.load); !got.Cached {
		t.Error("bob's entry went with ada's")
	}
	if got, _ := c.Get(t.Context(), key, time.Hour, s.load); got.Cached {
		t.Error("ada's entry is still there after her purge")
	}
}

func TestBounds(t *testing.T) {
	t.Run("entry", func(t *testing.T) {
		c := newCache(t, &cache.Options{MaxEntryBytes: 1000})
		loads := 0
		for range 3 {
			c.Get(t.Context(), key, time.Hour, func(context.Context) (string, time.Duration, error) {
				loads++
				return strings.Repeat("x", 1000), time.Hour, nil
			})
		}
		if loads != 3 {
			t.Errorf("%d loads of a value too large to keep, want 3", loads)
		}
	})
	t.Run("all", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := newCache(t, &cache.Options{MaxBytes: 100 << 10})
			put := func(i int) bool {
				k := cache.Key{Viewer: "ada", Request: fmt.Sprint(i)}
				hit, err := c.Get(t.Context(), k, time.Hour, func(context.Context) (string, time.Duration, error) {
					return strings.Repeat("x", 10<<10), time.Hour, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				return hit.Cached
			}
			for i := range 100 {
				put(i)
			}
			time.Sleep(time.Second) // otter evicts in the background
			synctest.Wait()
			kept := 0
			for i := range 100 {
				k := cache.Key{Viewer: "ada", Request: fmt.Sprint(i)}
				hit, err := c.Get(t.Context(), k, time.Hour, func(context.Context) (string, time.Duration, error) {
					return "", 0, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if hit.Cached {
					kept++
				}
			}
			if kept == 0 || kept > 10 {
				t.Errorf("%d of 10 KiB kept in 100 KiB, want at most 10", kept)
			}
		})
	})
}

// Members' data must be gone, not only out of reach: nobody has to ask for it.
func TestGoneFromMemory(t *testing.T) {
	type person [64]byte
	tests := []struct {
		name string
		end  func(*cache.Cache[*person])
	}{
		{"after 24 h", func(*cache.Cache[*person]) { time.Sleep(24*time.Hour + 2*time.Second) }},
		{"purged", func(c *cache.Cache[*person]) { c.Purge("ada") }},
		{"closed", func(c *cache.Cache[*person]) { c.Close() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := cache.New(func(*person) int { return 64 }, nil)
				defer c.Close()
				hit, err := c.Get(t.Context(), key, time.Hour, func(context.Context) (*person, time.Duration, error) {
					return new(person), 100 * time.Hour, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				p := weak.Make(hit.Value)
				hit.Value = nil
				runtime.GC()
				if p.Value() == nil {
					t.Fatal("not kept at all")
				}
				tt.end(c)
				synctest.Wait()
				runtime.GC()
				if p.Value() != nil {
					t.Error("still in memory")
				}
			})
		})
	}
}

func TestClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, nil), &source{life: time.Hour}
		c.Get(t.Context(), key, time.Hour, s.load)
		failed := make(chan error)
		go func() {
			_, err := c.Get(t.Context(), cache.Key{Viewer: "ada", Request: "slow"}, time.Hour, func(ctx context.Context) (string, time.Duration, error) {
				<-ctx.Done()
				return "", 0, ctx.Err()
			})
			failed <- err
		}()
		synctest.Wait()
		c.Close()
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Errorf("a load on its way: %v, want a cancellation", err)
		}
		if _, err := c.Get(t.Context(), key, time.Hour, s.load); !errors.Is(err, cache.ErrClosed) {
			t.Errorf("Get: %v, want ErrClosed", err)
		}
	})
}
