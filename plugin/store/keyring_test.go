package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// inKeyring returns the place of a store whose key is in the keyring only: no
// file is named for it, and the one that it was made with is gone.
func inKeyring(t *testing.T) place {
	t.Helper()
	p := newPlace(t)
	s := p.open(t)
	put(t, s, "linkedin/token", "AQX")
	if _, err := s.UseKeyring(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Close()
	remove(t, p.key)
	p.key = ""
	return p
}

func wantToken(t *testing.T, when string, s plugin.Store) {
	t.Helper()
	if got := get(t, s, "linkedin/token"); got != "AQX" {
		t.Errorf("%s: value is %q", when, got)
	}
}

// key describes the key of a store, but for what differs from run to run.
func key(t *testing.T, s *store.Store) store.Key {
	t.Helper()
	k, err := s.Key(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return *k
}

// The key goes into the keyring and back, while another process has the store
// open, and nothing but its place changes.
func TestMoveKey(t *testing.T) {
	d, p := newDesktop(t), newPlace(t)
	file := p.key
	s, other := p.open(t), p.open(t)
	put(t, s, "linkedin/token", "AQX")
	made := key(t, s)
	if made.Place != (store.KeyPlace{Source: "file", Name: file}) || made.Recorded != made.Place || made.ID == 0 || time.Since(made.Made) > time.Minute {
		t.Errorf("Key = %+v, want one just made in the file", made)
	}
	moved, err := s.UseKeyring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !moved.Moved || moved.From != made.Place || moved.To.Source != "keyring" || moved.To.Name == "" {
		t.Errorf("UseKeyring = %+v", moved)
	}
	entry := fmt.Sprintf("linkstep %s/%d", moved.To.Name, made.ID)
	if diff := cmp.Diff(map[string]string{entry: fmt.Sprintf("Linkstep key %d of %s", made.ID, p.database())}, d.entries()); diff != "" {
		t.Errorf("entries of the keyring (-want +got):\n%s", diff)
	}
	if again, err := s.UseKeyring(t.Context()); err != nil || again.Moved || len(d.entries()) != 1 {
		t.Errorf("a second UseKeyring = %+v, %v, want nothing to do", again, err)
	}
	if got := key(t, s); got.Place != made.Place || got.Recorded != moved.To || got.ID != made.ID {
		t.Errorf("Key with the file named = %+v, want the file, and the keyring recorded", got)
	}
	rename(t, file, file+".away")
	unnamed := p
	unnamed.key = ""
	fresh := unnamed.open(t)
	wantToken(t, "opened from the keyring", fresh)
	put(t, other, "linkedin/token", "AQX")
	wantToken(t, "written by the process that was open", fresh)
	back, err := fresh.UseKeyFile(t.Context(), file)
	if err != nil || back.From != moved.To || back.To != made.Place {
		t.Errorf("UseKeyFile = %+v, %v", back, err)
	}
	d.forget()
	wantToken(t, "opened from the file", unnamed.open(t))
	if got := modes(t, filepath.Dir(file))["key.json"]; got != 0o600 {
		t.Errorf("mode of the key file is %v", got)
	}
}

// A key file with the keys of another store gets this one's, and keeps its own.
func TestMoveKeyIntoSharedFile(t *testing.T) {
	newDesktop(t)
	one, two := inKeyring(t), newPlace(t)
	put(t, two.open(t), "linkedin/token", "AQX")
	if _, err := one.open(t).UseKeyFile(t.Context(), two.key); err != nil {
		t.Fatal(err)
	}
	wantToken(t, "the one moved", one.open(t))
	wantToken(t, "the one that was there", two.open(t))
}

// A rotation puts the new key where the old one is, and processes that have the
// store open find it there, also when they opened it before the move.
func TestRotateInKeyring(t *testing.T) {
	d, p := newDesktop(t), newPlace(t)
	before := p.open(t)
	put(t, before, "linkedin/token", "AQX")
	p.key = "" // recorded
	s, old := p.open(t), p.open(t)
	if _, err := s.UseKeyring(t.Context()); err != nil {
		t.Fatal(err)
	}
	was := key(t, s)
	for range 2 {
		if got, err := s.RotateKey(t.Context()); err != nil || got.Values != 1 || got.Unreadable != 0 {
			t.Fatalf("RotateKey = %+v, %v", got, err)
		}
	}
	if now := key(t, s); now.ID == was.ID || now.Place != was.Place || !now.Made.After(was.Made) || now.Rotating {
		t.Errorf("key is %+v, was %+v", now, was)
	}
	if n := len(d.entries()); n != 3 {
		t.Errorf("%d entries, want one for each key", n)
	}
	wantToken(t, "opened before", old)
	wantToken(t, "opened later", p.open(t))
}

// While a rotation is under way, both of its keys move.
func TestMoveKeyInRotation(t *testing.T) {
	newDesktop(t)
	p := newPlace(t)
	s := p.open(t)
	put(t, s, "linkedin/token", "AQX")
	was := key(t, s)
	if _, err := s.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.exec(t, fmt.Sprintf("UPDATE store_key SET previous = %d", was.ID)) // as if it had not ended
	if _, err := s.UseKeyring(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.key = ""
	fresh := p.open(t)
	if k := key(t, fresh); !k.Rotating || k.Place.Source != "keyring" {
		t.Errorf("Key = %+v, want it rotating, in the keyring", k)
	}
	if got, err := fresh.RotateKey(t.Context()); err != nil || !got.Resumed {
		t.Errorf("RotateKey = %+v, %v, want the rotation ended", got, err)
	}
	wantToken(t, "afterwards", p.open(t))
}

// A keyring that does not give the key says so, soon, and how to go on. Nothing
// is made in its stead.
func TestKeyringRefuses(t *testing.T) {
	const orFile = "or set LINKSTEP_KEY_FILE to a file with the key."
	const unlock = "Unlock it, by logging in to the desktop or with its password manager, and run this again, " + orFile
	const session = "Run this in the desktop session, " + orFile
	const restore = "Restore the key, or set LINKSTEP_KEY_FILE to a file with it. If it is lost, move the database away and connect the accounts again."
	tests := []struct {
		name          string
		prepare       func(t *testing.T, d *desktop)
		message, hint string
	}{
		{"locked", func(_ *testing.T, d *desktop) { d.feels(locked) }, "the keyring with the key of DB is locked", unlock},
		{"locked and hidden", func(_ *testing.T, d *desktop) { d.feels(hidden) }, "the keyring with the key of DB is locked", unlock},
		{"silent", func(_ *testing.T, d *desktop) { d.feels(silent) }, "the keyring with the key of DB has not answered for 3s",
			"See whether the desktop waits for a password, and run this again, " + orFile},
		{"no keyring", func(_ *testing.T, d *desktop) { d.feels(absent) }, "there is no keyring here for the key of DB: it takes a desktop that the user is logged in to", session},
		{"no bus", func(t *testing.T, _ *desktop) { t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus") },
			"there is no keyring here for the key of DB: it takes a desktop that the user is logged in to", session},
		{"no socket", func(t *testing.T, _ *desktop) { t.Setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:") },
			"there is no keyring here for the key of DB: it takes a desktop that the user is logged in to", session},
		{"bus that hangs up", func(_ *testing.T, d *desktop) { d.feels(hangsUp) }, "the keyring refuses the key of DB", "Look at the detail, " + orFile},
		{"no entry", func(_ *testing.T, d *desktop) { d.forget() },
			"the key N of the database DB is not in the keyring: there is no entry linkstep NAME", restore},
		{"damaged entry", func(_ *testing.T, d *desktop) { d.feels(spoils) }, "the entry linkstep NAME of the keyring is damaged", restore},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesktop(t)
			p := inKeyring(t)
			tt.prepare(t, d)
			before, start := contents(t, filepath.Dir(p.home)), time.Now()
			_, err := p.try()
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("Open took %v", took)
			}
			want := &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Message: tt.message, Hint: tt.hint}
			if diff := cmp.Diff(want, unnamed(t, err, p), cmpopts.IgnoreFields(plugin.Error{}, "Detail", "Err")); diff != "" {
				t.Errorf("Open (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, contents(t, filepath.Dir(p.home))); diff != "" {
				t.Errorf("Open left something behind or changed a file (-before +after):\n%s", diff)
			}
		})
	}
}

// entryName is what an entry of the keyring is found by.
var entryName = regexp.MustCompile(`linkstep [A-Z2-7]{26}/\d+`)

// unnamed returns an error with the names replaced that differ from run to run.
func unnamed(t *testing.T, err error, p place) *plugin.Error {
	t.Helper()
	e := plain(t, err, filepath.Dir(p.home))
	e.Message = strings.ReplaceAll(e.Message, "BASE/home/linkstep.db", "DB")
	e.Message = entryName.ReplaceAllString(e.Message, "linkstep NAME")
	e.Message = regexp.MustCompile(`key \d+ of`).ReplaceAllString(e.Message, "key N of")
	return e
}

// A move that fails leaves the key where it is and recorded there.
func TestMoveKeyFails(t *testing.T) {
	tests := []struct {
		name string
		mood mood
		want string // in the error
		why  string
	}{
		{"absent", absent, "there is no keyring here", "a machine without a desktop"},
		{"bare", bare, "there is no keyring here", "a desktop without a keyring"},
		{"locked", locked, "is locked", ""},
		{"asks", asks, "is locked", "it wants its owner's consent"},
		{"refuses", refuses, "refuses the key", ""},
		{"loses", loses, "not in the keyring", "it is read back before it is recorded"},
		{"damages", spoils, "is damaged", "it is read back before it is recorded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, p := newDesktop(t), newPlace(t)
			s := p.open(t)
			put(t, s, "linkedin/token", "AQX")
			was := key(t, s)
			d.feels(tt.mood)
			start := time.Now()
			_, err := s.UseKeyring(t.Context())
			if e := plugin.AsError(err); e == nil || e.Kind != plugin.StoreUnavailable || !strings.Contains(e.Message, tt.want) || e.Hint == "" {
				t.Errorf("%s: UseKeyring: %+v, want store_unavailable with %q", tt.why, e, tt.want)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("UseKeyring took %v, want the answer at once", took)
			}
			if diff := cmp.Diff(was, key(t, s)); diff != "" {
				t.Errorf("key (-before +after):\n%s", diff)
			}
			p.key = ""
			wantToken(t, "afterwards", p.open(t))
		})
	}
}

// The caller's cancellation ends the wait for a keyring, or for a bus, and
// stays one.
func TestKeyringCanceled(t *testing.T) {
	d := newDesktop(t)
	s := newPlace(t).open(t)
	for _, m := range []mood{silent, deaf} {
		d.feels(m)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := s.UseKeyring(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: UseKeyring: %v, want the caller's deadline", m, err)
		}
		cancel()
	}
}

// Where there is no one desktop, or nothing to keep, a keyring is refused.
func TestKeyringIsNotForAll(t *testing.T) {
	newDesktop(t)
	if _, err := memory(t).UseKeyring(t.Context()); plugin.KindOf(err) != plugin.Internal {
		t.Errorf("in memory: %v, want internal", err)
	}
	s := newShared(t).open(t)
	if _, err := s.UseKeyring(t.Context()); plugin.KindOf(err) != plugin.InvalidInput || plugin.AsError(err).Hint == "" {
		t.Errorf("on a server: %v, want invalid_input and a hint", err)
	}
}
