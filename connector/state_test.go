package connector

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// states are the two kinds of state: in a store, and in memory.
func states(t *testing.T) map[string]*state {
	t.Helper()
	s, err := store.Memory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return map[string]*state{"store": {store: s}, "memory": {}}
}

func TestState(t *testing.T) {
	for name, s := range states(t) {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if v, revision, err := s.get(ctx, "linkedin/a"); v != nil || revision != 0 || err != nil {
				t.Errorf("an absent key: %q, %d, %v", v, revision, err)
			}
			ok, first, err := s.swap(ctx, "linkedin/a", []byte("1"), 0)
			if !ok || err != nil {
				t.Fatalf("swap: %t, %v", ok, err)
			}
			if ok, have, err := s.swap(ctx, "linkedin/a", []byte("2"), 0); ok || have != first || err != nil {
				t.Errorf("a second writer: %t, revision %d, %v; want refused at %d", ok, have, err, first)
			}
			if err := s.put(ctx, "linkedin/a", []byte("3")); err != nil {
				t.Fatal(err)
			}
			if err := s.put(ctx, "linkedin/ab", []byte("4")); err != nil {
				t.Fatal(err)
			}
			if v, revision, _ := s.get(ctx, "linkedin/a"); string(v) != "3" || revision <= first {
				t.Errorf("after put: %q at %d", v, revision)
			}
			var n int
			if ok, err := s.getJSON(ctx, "linkedin/a", &n); !ok || n != 3 || err != nil {
				t.Errorf("getJSON: %t, %d, %v", ok, n, err)
			}
			if err := s.put(ctx, "linkedin/a", []byte("{")); err != nil {
				t.Fatal(err)
			}
			if ok, err := s.getJSON(ctx, "linkedin/a", &n); ok || err != nil {
				t.Errorf("getJSON of what is none: %t, %v; it counts as absent", ok, err)
			}
			if err := s.drop(ctx, "linkedin/ab"); err != nil {
				t.Fatal(err)
			}
			if _, revision, _ := s.get(ctx, "linkedin/ab"); revision != 0 {
				t.Error("drop leaves the key")
			}
			if _, revision, _ := s.get(ctx, "linkedin/a"); revision == 0 {
				t.Error("drop takes more than the prefix")
			}
		})
	}
}

func TestTokenStore(t *testing.T) {
	for name, s := range states(t) {
		t.Run(name, func(t *testing.T) {
			ctx, tokens := t.Context(), newTokenStore(s, "linkedin/t")
			tok := &oauth.Token{AccessToken: "a", Expiry: noon}
			revision, err := tokens.Save(ctx, tok, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tokens.Save(ctx, tok, 0); !errors.Is(err, oauth.ErrConflict) {
				t.Errorf("a second writer: %v", err)
			}
			got, at, err := tokens.Load(ctx)
			if err != nil || got.AccessToken != "a" || at != revision {
				t.Errorf("Load: %v, %d, %v", got, at, err)
			}
			if err := s.put(ctx, "linkedin/t", []byte("{}")); err != nil {
				t.Fatal(err)
			}
			if _, _, err := tokens.Load(ctx); err == nil {
				t.Error("a damaged token passes")
			}
		})
	}
}

func TestLease(t *testing.T) {
	s := states(t)["store"]
	one, other := newTokenStore(s, "linkedin/t"), newTokenStore(s, "linkedin/t")
	release, err := one.Lease(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 120*time.Millisecond)
	defer cancel()
	if _, err := other.Lease(ctx, true); !errors.Is(err, context.DeadlineExceeded) && plugin.KindOf(err) != plugin.Deadline {
		t.Fatalf("a second holder: %v", err)
	}
	release()
	again, err := other.Lease(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	again()
	alone, err := newTokenStore(&state{}, "linkedin/t").Lease(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	alone()
}

func TestAccess(t *testing.T) {
	for name, s := range states(t) {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			a := &access{state: s, application: "app"}
			last := func(a *access, later time.Duration) (trial, bool) {
				t.Helper()
				got, ok, err := a.last(ctx, "search_people", noon.Add(later))
				if err != nil {
					t.Fatal(err)
				}
				return got, ok
			}
			if _, ok := last(a, 0); ok {
				t.Error("it was never tried")
			}
			refused := trial{Status: 403, Code: "ACCESS_DENIED", At: noon}
			if err := a.note(ctx, "search_people", refused); err != nil {
				t.Fatal(err)
			}
			elsewhere := &access{state: s, application: "app"}
			for who, a := range map[string]*access{"here": a, "another connection": elsewhere} {
				if got, ok := last(a, 23*time.Hour); !ok || got != refused {
					t.Errorf("%s, after 23 h: %+v, %t", who, got, ok)
				}
				if _, ok := last(a, 24*time.Hour); ok {
					t.Errorf("%s: it is remembered for more than a day", who)
				}
				if _, ok := last(a, -25*time.Hour); ok {
					t.Errorf("%s: a clock that was set back keeps it for ever", who)
				}
			}
			if _, ok := last(&access{state: s, application: "other"}, 0); ok {
				t.Error("another application is refused too")
			}
			if err := a.forget(ctx); err != nil {
				t.Fatal(err)
			}
			if _, ok := last(a, 0); ok {
				t.Error("it is not forgotten")
			}
			if err := a.note(ctx, "search_people", trial{OK: true, At: noon}); err != nil {
				t.Fatal(err)
			}
			if err := a.forget(ctx); err != nil {
				t.Fatal(err)
			}
			if got, ok := last(a, 0); !ok || !got.OK {
				t.Error("what is allowed is forgotten too")
			}
		})
	}
}

// A step that succeeds all day long must not write to the store each time.
func TestAccessIsWrittenSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &state{}
		a := &access{state: s, application: "app"}
		for i := range 100 {
			if err := a.note(t.Context(), "x", trial{OK: true, At: noon.Add(time.Duration(i) * time.Minute)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, revision, _ := s.get(t.Context(), accessPrefix+"app"); revision != 1 {
			t.Errorf("written %d times", revision)
		}
	})
}
