package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// many is more values than one transaction encrypts anew.
const many = 70

// fillMany writes values that say which key they are of.
func fillMany(t *testing.T, s plugin.Store) {
	t.Helper()
	for i := range many {
		key := fmt.Sprintf("linkedin/%03d", i)
		put(t, s, key, "value of "+key)
	}
}

// wantMany wants what fillMany has written.
func wantMany(t *testing.T, when string, s plugin.Store) {
	t.Helper()
	for i := range many {
		key := fmt.Sprintf("linkedin/%03d", i)
		if got := get(t, s, key); got != "value of "+key {
			t.Errorf("%s: value of %s is %q", when, key, got)
		}
	}
}

func TestRotateKey(t *testing.T) { onPlaces(t, rotateKey) }

func rotateKey(t *testing.T, newPlace func(testing.TB) place) {
	p := newPlace(t)
	s, other := p.open(t), p.open(t)
	fillMany(t, s)
	oldFile, err := os.ReadFile(p.key)
	if err != nil {
		t.Fatal(err)
	}
	p.exec(t, "CREATE TABLE former AS SELECT key, value FROM entries")
	got, err := s.RotateKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&store.Rotation{Values: many}, got); diff != "" {
		t.Errorf("RotateKey (-want +got):\n%s", diff)
	}
	put(t, other, "linkedin/000", "value of linkedin/000") // with the old key at first
	for when, s := range map[string]*store.Store{"same store": s, "other process": other, "opened later": p.open(t)} {
		wantMany(t, when, s)
	}
	p.exec(t, "UPDATE entries SET value = (SELECT former.value FROM former WHERE former.key = entries.key) WHERE key = 'linkedin/001'")
	if _, err := p.open(t).Get(t.Context(), &plugin.GetRequest{Key: "linkedin/001"}); plugin.KindOf(err) != plugin.StoreUnavailable {
		t.Errorf("what the old key sealed still opens: %v", err)
	}
	newFile := p.key + ".new"
	rename(t, p.key, newFile)
	write(t, p.key, string(oldFile))
	if _, err := p.try(); plugin.KindOf(err) != plugin.StoreUnavailable || !strings.Contains(err.Error(), p.key) {
		t.Errorf("Open with the key file of before: %v, want store_unavailable that names it", err)
	}
	rename(t, newFile, p.key)
	if got, err := s.RotateKey(t.Context()); err != nil || got.Values != many-1 || got.Unreadable != 1 || got.Resumed {
		t.Errorf("second RotateKey = %+v, %v, want all but the one put back", got, err)
	}
}

// What one database does with a key file leaves another's values alone, also
// when both rotate at the same time.
func TestRotateSharedKeyFile(t *testing.T) {
	one, two := newPlace(t), newPlace(t)
	two.key = one.key
	var wg sync.WaitGroup
	for _, p := range []place{one, two} {
		s := p.open(t)
		put(t, s, "linkedin/token", "AQX")
		for range 3 {
			wg.Go(func() {
				if _, err := s.RotateKey(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	for _, p := range []place{one, two} {
		if got := get(t, p.open(t), "linkedin/token"); got != "AQX" {
			t.Errorf("value is %q", got)
		}
	}
	for name := range modes(t, filepath.Dir(one.key)) {
		if name != "key.json" && name != "key.json.lock" {
			t.Errorf("%s was left behind", name)
		}
	}
}

func TestRotateInMemory(t *testing.T) {
	s := memory(t)
	fillMany(t, s)
	if got, err := s.RotateKey(t.Context()); err != nil || got.Values != many {
		t.Fatalf("RotateKey = %+v, %v", got, err)
	}
	wantMany(t, "afterwards", s)
}

// childRotate rotates the key without end.
func childRotate(p place, _ []string) error {
	s, err := p.try()
	if err != nil {
		return err
	}
	for {
		if _, err := s.RotateKey(context.Background()); err != nil {
			return err
		}
	}
}

// A rotation killed at any moment, while another process reads and writes,
// loses no value, and the next one finishes it.
func TestKillRotation(t *testing.T) { onPlaces(t, killRotation) }

func killRotation(t *testing.T, newPlace func(testing.TB) place) {
	p := newPlace(t)
	s := p.open(t)
	fillMany(t, s)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
				key := fmt.Sprintf("linkedin/%03d", i%many)
				put(t, s, key, "value of "+key)
			}
		}
	})
	for range scaled(3, 200) {
		cmd := child(t, "rotate", p)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+rand.IntN(150)) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		fresh := p.open(t)
		wantMany(t, "after a kill", fresh)
		fresh.Close()
	}
	close(stop)
	wg.Wait()
	got, err := s.RotateKey(t.Context())
	if err != nil || got.Unreadable != 0 {
		t.Fatalf("RotateKey = %+v, %v", got, err)
	}
	wantMany(t, "at the end", p.open(t))
	var left int
	if err := p.raw(t).QueryRow("SELECT count(DISTINCT substr(value, 1, 5)) FROM entries").Scan(&left); err != nil || left != 1 {
		t.Errorf("values are sealed with %d keys, %v, want one", left, err)
	}
}
