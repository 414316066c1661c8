package cache_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
)

// server takes a second for a load and counts those that it began and that
// were canceled.
type server struct {
	mu              sync.Mutex // guards the fields below
	began, canceled int
}

func (s *server) load(ctx context.Context) (string, time.Duration, error) {
	s.mu.Lock()
	s.began++
	s.mu.Unlock()
	select {
	case <-time.After(time.Second):
		return "ada", time.Hour, nil
	case <-ctx.Done():
		s.mu.Lock()
		s.canceled++
		s.mu.Unlock()
		return "", 0, ctx.Err()
	}
}

func (s *server) want(t *testing.T, began, canceled int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.began != began || s.canceled != canceled {
		t.Errorf("%d loads, %d canceled; want %d, %d", s.began, s.canceled, began, canceled)
	}
}

func TestEqualLoadsAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, nil), new(server)
		var wg sync.WaitGroup
		var mu sync.Mutex
		joined := 0
		for i := range 64 {
			maxAge := time.Duration(i%2) * time.Hour // who wants it fresh may join as well
			wg.Go(func() {
				hit, err := c.Get(t.Context(), key, maxAge, s.load)
				if hit.Value != "ada" || hit.Cached || err != nil {
					t.Errorf("%+v, %v", hit, err)
				}
				mu.Lock()
				defer mu.Unlock()
				if hit.Joined {
					joined++
				}
			})
		}
		wg.Wait()
		s.want(t, 1, 0)
		if joined != 63 {
			t.Errorf("%d joined, want 63", joined)
		}
	})
}

func TestCallersWhoGiveUp(t *testing.T) {
	tests := []struct {
		name, why       string
		stays           bool // one of the two callers
		began, canceled int
	}{
		{"the first one", "the load goes on for the other", true, 1, 0},
		{"both", "nobody waits: the load is canceled, and not joined", false, 2, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(t, nil), new(server)
				ctx, cancel := context.WithCancel(t.Context())
				var wg sync.WaitGroup
				hasty := func() {
					if _, err := c.Get(ctx, key, time.Hour, s.load); !errors.Is(err, context.Canceled) {
						t.Errorf("error %v, want the caller's cancellation", err)
					}
				}
				wg.Go(hasty)
				synctest.Wait()
				if tt.stays {
					wg.Go(func() {
						if hit, err := c.Get(t.Context(), key, time.Hour, s.load); hit.Value != "ada" || err != nil {
							t.Errorf("%s: %+v, %v", tt.why, hit, err)
						}
					})
				} else {
					wg.Go(hasty)
				}
				synctest.Wait()
				cancel()
				synctest.Wait()
				if hit, err := c.Get(t.Context(), key, time.Hour, s.load); hit.Value != "ada" || err != nil {
					t.Errorf("%s: afterwards %+v, %v", tt.why, hit, err)
				}
				wg.Wait()
				s.want(t, tt.began, tt.canceled)
			})
		})
	}
}

// A load that is being canceled and has not noticed yet is joined by nobody.
func TestCanceledLoadIsNotJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(t, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Get(ctx, key, time.Hour, func(ctx context.Context) (string, time.Duration, error) {
			<-ctx.Done()
			time.Sleep(time.Minute)
			return "", 0, ctx.Err()
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the caller's deadline", err)
		}
		began := 0
		slow := func(context.Context) (string, time.Duration, error) {
			began++
			time.Sleep(2 * time.Minute)
			return "ada", time.Hour, nil
		}
		go func() {
			if hit, err := c.Get(t.Context(), key, time.Hour, slow); hit.Value != "ada" || hit.Joined || err != nil {
				t.Errorf("%+v, %v; want a load of its own", hit, err)
			}
		}()
		time.Sleep(90 * time.Second) // the old load has ended, and takes nothing away
		if hit, err := c.Get(t.Context(), key, time.Hour, slow); hit.Value != "ada" || !hit.Joined || err != nil {
			t.Errorf("%+v, %v; want the new load joined", hit, err)
		}
		if hit, _ := c.Get(t.Context(), key, time.Hour, slow); !hit.Cached || began != 1 {
			t.Errorf("%+v after %d loads, want one that was kept", hit, began)
		}
	})
}

func TestSharedContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type name struct{}
		c := newCache(t, nil)
		start := time.Now()
		var deadlines []time.Duration
		look := func(ctx context.Context) {
			deadline, ok := ctx.Deadline()
			if !ok {
				deadline = start
			}
			deadlines = append(deadlines, deadline.Sub(start))
		}
		load := func(ctx context.Context) (string, time.Duration, error) {
			if ctx.Value(name{}) != "first" {
				t.Error("not the first caller's values")
			}
			for range 3 {
				look(ctx)
				time.Sleep(2 * time.Second)
			}
			return "ada", time.Hour, ctx.Err()
		}
		ask := func(timeout time.Duration) {
			ctx := context.WithValue(t.Context(), name{}, "first")
			if timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, timeout)
				defer cancel()
			}
			if _, err := c.Get(ctx, key, time.Hour, load); err != nil && timeout != 3*time.Second {
				t.Errorf("timeout %v: %v", timeout, err)
			}
		}
		var wg sync.WaitGroup
		wg.Go(func() { ask(3 * time.Second) }) // ends before the load, which goes on
		time.Sleep(time.Second)
		wg.Go(func() { ask(time.Minute) })
		time.Sleep(2 * time.Second)
		wg.Go(func() { ask(0) })
		wg.Wait()
		want := []time.Duration{3 * time.Second, 61 * time.Second, 0}
		for i, d := range deadlines {
			if d != want[i] {
				t.Errorf("deadlines %v, want %v (0: none)", deadlines, want)
				break
			}
		}
	})
}

func TestPurgeWhileLoading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, nil), new(server)
		go func() {
			if hit, err := c.Get(t.Context(), key, time.Hour, s.load); hit.Value != "ada" || err != nil {
				t.Errorf("%+v, %v; want the answer all the same", hit, err)
			}
		}()
		synctest.Wait()
		c.Purge("ada")
		time.Sleep(time.Minute)
		if hit, _ := c.Get(t.Context(), key, time.Hour, s.load); hit.Cached {
			t.Error("kept from before the purge")
		}
		go c.Get(t.Context(), key, 0, s.load)
		synctest.Wait()
		c.Purge("ada")
		if hit, err := c.Get(t.Context(), key, time.Hour, s.load); hit.Joined || hit.Cached || err != nil {
			t.Errorf("%+v, %v; joined a load from before the purge", hit, err)
		}
	})
}

func TestPanicReachesTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(t, nil)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				defer func() {
					e, ok := recover().(*cache.PanicError)
					if !ok || e.Value != "secret" || strings.Contains(e.Error(), "secret") || !strings.Contains(e.Error(), "flight_test.go") {
						t.Errorf("recovered %v, want the load's panic with its stack and without its value", e)
					}
				}()
				c.Get(t.Context(), key, time.Hour, func(context.Context) (string, time.Duration, error) {
					time.Sleep(time.Second)
					panic("secret")
				})
			})
		}
		wg.Wait()
	})
}

func TestEndedCallerLoadsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(t, nil), new(server)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Get(ctx, key, time.Hour, s.load); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want the cancellation", err)
		}
		synctest.Wait()
		s.want(t, 0, 0)
	})
}
