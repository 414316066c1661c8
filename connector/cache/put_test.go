package cache_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/linkstep/linkstep/connector/cache"
)

func TestPeek(t *testing.T) {
	kept := func(age time.Duration) *cache.Hit[string] {
		return &cache.Hit[string]{Value: "ada", Cached: true, Age: age}
	}
	tests := []struct {
		name, why string
		age       time.Duration // of the value when it is put
		life      time.Duration
		wait      time.Duration
		maxAge    time.Duration
		want      *cache.Hit[string] // nil: nothing
	}{
		{"kept", "tells its age", 0, time.Hour, time.Minute, time.Hour, kept(time.Minute)},
		{"older", "the age counts from the load's beginning", time.Minute, time.Hour, time.Minute, time.Hour, kept(2 * time.Minute)},
		{"too old", "for this caller", 0, time.Hour, time.Minute, time.Minute - 1, nil},
		{"fresh", "0 takes nothing from memory", 0, time.Hour, 0, 0, nil},
		{"life over", "a short life, such as that of an absence", 0, time.Minute, time.Minute, time.Hour, nil},
		{"not to be kept", "as the load says", 0, 0, 0, time.Hour, nil},
		{"24 h", "whatever the load says", 0, 100 * time.Hour, 24 * time.Hour, 100 * time.Hour, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCache(t, nil)
				c.Put(key, "ada", time.Now().Add(-tt.age), tt.life)
				time.Sleep(tt.wait)
				var got *cache.Hit[string]
				if hit, ok := c.Peek(key, tt.maxAge); ok {
					got = &hit
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s: (-want +got):\n%s", tt.why, diff)
				}
			})
		})
	}
}

func TestPutIsWhatGetFinds(t *testing.T) {
	c, s := newCache(t, nil), &source{life: time.Hour}
	c.Put(key, "ada", time.Now(), time.Hour)
	if hit, err := c.Get(t.Context(), key, time.Hour, s.load); hit.Value != "ada" || !hit.Cached || s.loads != 0 || err != nil {
		t.Errorf("%+v, %v after %d loads; want the value that was put", hit, err, s.loads)
	}
	c.Purge("ada")
	if hit, ok := c.Peek(key, time.Hour); ok {
		t.Errorf("%+v after the viewer was purged", hit)
	}
	c.Put(key, "ada", time.Now(), time.Hour)
	c.Close()
	c.Put(key, "ada", time.Now(), time.Hour)
	if hit, ok := c.Peek(key, time.Hour); ok {
		t.Errorf("%+v after Close", hit)
	}
}

// Peek does not wait for a load, and a load replaces what was put meanwhile.
func TestPeekDuringALoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(t, nil)
		go c.Get(t.Context(), key, time.Hour, func(context.Context) (string, time.Duration, error) {
			time.Sleep(time.Minute)
			return "loaded", time.Hour, nil
		})
		synctest.Wait()
		if hit, ok := c.Peek(key, time.Hour); ok {
			t.Errorf("%+v, want nothing yet", hit)
		}
		c.Put(key, "put", time.Now(), time.Hour)
		if hit, _ := c.Peek(key, time.Hour); hit.Value != "put" {
			t.Errorf("%+v, want what was put", hit)
		}
		time.Sleep(2 * time.Minute)
		if hit, _ := c.Peek(key, time.Hour); hit.Value != "loaded" {
			t.Errorf("%+v, want what was loaded", hit)
		}
	})
}
