package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// While another process holds the write lock, reads go on and writes wait as
// long as their caller wants, ten seconds at most.
func TestWaitForAnotherWriter(t *testing.T) {
	p := newPlace(t)
	put(t, p.open(t), "linkedin/token", "AQX")
	raw := openRaw(t, p.database())
	raw.SetMaxOpenConns(1)
	if _, err := raw.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := p.open(t)
		if got := get(t, s, "linkedin/token"); got != "AQX" {
			t.Errorf("value is %q while another writes", got)
		}
		tests := []struct {
			name  string
			limit time.Duration // of the context; 0: none
			want  error
			kind  plugin.Kind
			waits time.Duration
		}{
			{"deadline", time.Second, context.DeadlineExceeded, plugin.Deadline, time.Second},
			{"patience", 0, nil, plugin.StoreUnavailable, 10 * time.Second},
		}
		for _, tt := range tests {
			ctx, cancel := t.Context(), func() {}
			if tt.limit > 0 {
				ctx, cancel = context.WithTimeout(ctx, tt.limit)
			}
			start := time.Now()
			_, err := s.Count(ctx, &plugin.CountRequest{Adds: []plugin.CounterAdd{{Key: "linkedin/app", Window: tuesday, N: 1}}})
			cancel()
			if plugin.KindOf(err) != tt.kind || (tt.want != nil && !errors.Is(err, tt.want)) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.kind)
			}
			if waited := time.Since(start); waited < tt.waits || waited > tt.waits+100*time.Millisecond {
				t.Errorf("%s: waited %v, want %v", tt.name, waited, tt.waits)
			}
			if tt.kind == plugin.StoreUnavailable && !strings.Contains(err.Error(), p.database()) {
				t.Errorf("%s: %q does not name the database", tt.name, err)
			}
		}
		s.Close()
	})
	if _, err := raw.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	s := p.open(t)
	all, err := s.Counters(t.Context(), &plugin.CountersRequest{})
	if err != nil || len(all.Counters) != 0 {
		t.Errorf("Counters = %+v, %v, but no add was granted", all, err)
	}
	put(t, s, "linkedin/token", "AQY")
}

func TestCanceledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := newPlace(t)
	for name, s := range map[string]*store.Store{"file": p.open(t), "memory": memory(t)} {
		_, err := s.Swap(ctx, &plugin.SwapRequest{Key: "linkedin/token", Value: []byte("AQX")})
		if plugin.KindOf(err) != plugin.Canceled || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: Swap: %v, want canceled", name, err)
		}
		if got := get(t, s, "linkedin/token"); got != "" {
			t.Errorf("%s: a canceled Swap wrote %q", name, got)
		}
		_, err = s.Get(ctx, &plugin.GetRequest{Key: "linkedin/token"})
		if plugin.KindOf(err) != plugin.Canceled {
			t.Errorf("%s: Get: %v, want canceled", name, err)
		}
	}
	if _, err := store.Open(ctx, p.home, &store.Options{KeyFile: p.key}); plugin.KindOf(err) != plugin.Canceled {
		t.Errorf("Open: %v, want canceled", err)
	}
}

// Callers that give up while others write leave the store usable, and what
// they were told matches what was written.
func TestCancelInTheMiddle(t *testing.T) {
	s := newPlace(t).open(t)
	granted := int64(0)
	for i := range 200 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*time.Microsecond)
		res, err := s.Count(ctx, &plugin.CountRequest{Adds: []plugin.CounterAdd{{Key: "linkedin/app", Window: tuesday, N: 1}}})
		cancel()
		switch {
		case err == nil && res.Granted:
			granted++
		case plugin.KindOf(err) != plugin.Deadline:
			t.Fatalf("Count: %+v, %v", res, err)
		}
	}
	all, err := s.Counters(t.Context(), &plugin.CountersRequest{})
	if err != nil || len(all.Counters) != 1 || all.Counters[0].Used != granted {
		t.Errorf("Counters = %+v, %v, want %d", all, err, granted)
	}
}
