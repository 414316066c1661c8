package store_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

const sharedKeyHint = "Copy the key file from a host that uses this database, or set LINKSTEP_KEY_FILE to where it is. If no host has it, drop the schema and connect the accounts again."

// What PostgreSQL refuses, in the words of the store; then it works again as
// soon as the cause is gone.
func TestOpenSharedRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		spoil, repair func(t *testing.T, p *place)
		message, hint string
		why           string
	}{
		{"newer", func(t *testing.T, p *place) { p.setVersion(t, 99) }, func(t *testing.T, p *place) { p.setVersion(t, schemaVersion) },
			fmt.Sprint("the database DB was written by a newer linkstep: its version is 99, this program knows ", schemaVersion),
			"Install the newer linkstep, or name another schema with search_path in LINKSTEP_STORE_URL.", "migrations go forward only"},
		{"no key", func(t *testing.T, p *place) { rename(t, p.key, p.key+"1") }, func(t *testing.T, p *place) { rename(t, p.key+"1", p.key) },
			"the key file KEY of the database DB is missing", sharedKeyHint, "a second host must not make another"},
		{"another key", func(t *testing.T, p *place) {
			rename(t, p.key, p.key+"1")
			newOther := newPlace(t)
			newOther.open(t)
			rename(t, newOther.key, p.key)
		}, func(t *testing.T, p *place) { rename(t, p.key+"1", p.key) },
			"the key in KEY is not the one of the database DB, which was made with key N in KEY", sharedKeyHint, "the host has its own file"},
		{"tables of another program", func(t *testing.T, p *place) { p.exec(t, "ALTER TABLE linkstep_version RENAME TO kept") },
			func(t *testing.T, p *place) { p.exec(t, "ALTER TABLE kept RENAME TO linkstep_version") },
			"the schema SCHEMA of the database DB is not as linkstep made it",
			"Restore the database from a backup, or name another schema with search_path in LINKSTEP_STORE_URL.", "nothing is overwritten"},
		{"no such database", func(_ *testing.T, p *place) { p.url = strings.Replace(p.url, "/postgres?", "/absent?", 1) },
			func(_ *testing.T, p *place) { p.url = strings.Replace(p.url, "/absent?", "/postgres?", 1) },
			"there is no database DB", "Make it with createdb, or set LINKSTEP_STORE_URL to the one that is meant.", "it is not ours to make"},
		{"no such user", func(_ *testing.T, p *place) { p.url = strings.Replace(p.url, "//linkstep@", "//ada:hunter2@", 1) },
			func(_ *testing.T, p *place) { p.url = strings.Replace(p.url, "//ada:hunter2@", "//linkstep@", 1) },
			"the database DB refuses the login", "Check the user in LINKSTEP_STORE_URL and the password in the file that PGPASSFILE names.", "a role that is absent"},
		{"no server", func(_ *testing.T, p *place) { p.url = strings.Replace(p.url, "host=", "host=/absent", 1) },
			func(_ *testing.T, p *place) { p.url = strings.Replace(p.url, "host=/absent", "host=", 1) },
			"the database DB cannot be reached",
			"Nothing was lost. It goes on by itself as soon as the server is back; check its address and the network if it should be there.", "the address is wrong"},
		{"read-only", func(_ *testing.T, p *place) { p.url += "x&default_transaction_read_only=on" },
			func(_ *testing.T, p *place) { p.url = strings.TrimSuffix(p.url, "x&default_transaction_read_only=on") },
			"the database DB is read-only", "Set LINKSTEP_STORE_URL to the server that takes writes, not to its copy.", "a standby takes no new schema"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newShared(t)
			put(t, p.open(t), "linkedin/token", "AQX")
			tt.spoil(t, &p)
			_, err := p.try()
			want := &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Message: tt.message, Hint: tt.hint}
			if diff := cmp.Diff(want, plainShared(t, err, p), cmpopts.IgnoreFields(plugin.Error{}, "Detail", "Err")); diff != "" {
				t.Errorf("%s: Open (-want +got):\n%s", tt.why, diff)
			}
			wantNoSecret(t, err, p.url, "hunter2")
			tt.repair(t, &p)
			if got := get(t, p.open(t), "linkedin/token"); got != "AQX" {
				t.Errorf("%s: value is %q afterwards", tt.why, got)
			}
		})
	}
}

// plainShared is plain for what is in PostgreSQL.
func plainShared(t *testing.T, err error, p place) *plugin.Error {
	t.Helper()
	e := plain(t, err, "\x00")
	_, rest, _ := strings.Cut(p.url, "@/")
	database, rest, _ := strings.Cut(rest, "?host=")
	host, schema, _ := strings.Cut(rest, "&search_path=")
	schema, _, _ = strings.Cut(schema, "&")
	e.Message = strings.NewReplacer(database+" at "+net.JoinHostPort(host, "5432"), "DB", p.key, "KEY", schema, "SCHEMA").Replace(e.Message)
	return e
}

// wantNoSecret wants none of the texts anywhere in an error.
func wantNoSecret(t *testing.T, err error, secrets ...string) {
	t.Helper()
	e := plugin.AsError(err)
	for _, text := range []string{e.Message, e.Hint, e.Detail, fmt.Sprint(e.Err)} {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in %q", secret, text)
			}
		}
	}
}

func TestURLRefused(t *testing.T) {
	tests := []struct{ name, url, message string }{
		{"another scheme", "mysql://ada:hunter2@db/x", "the address of the shared store is not one of a PostgreSQL database"},
		{"words", "host=db password=hunter2", "the address of the shared store is not one of a PostgreSQL database"},
		{"broken", "postgres://ada:hunter2@db:port/x?sslmode=maybe", "an option in the address of the shared store is wrong, or the address is not one of a PostgreSQL database"},
		{"two schemas", "postgres://ada:hunter2@db/x?search_path=a,b", "the search_path in the address of the shared store is not the name of one schema"},
		{"no identifier", "postgres://ada:hunter2@db/x?search_path=a;drop", "the search_path in the address of the shared store is not the name of one schema"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := store.Open(t.Context(), "", &store.Options{URL: tt.url})
			e := plugin.AsError(err)
			if e == nil || e.Kind != plugin.StoreUnavailable || e.Message != tt.message || e.Hint == "" || e.Detail != "" || e.Err != nil {
				t.Errorf("Open(%s) = %+v, want %q and no more", tt.url, e, tt.message)
			}
		})
	}
}

// A new shared database gets no key that nobody has named: the next host
// would look for it in vain.
func TestSharedNeedsNamedKey(t *testing.T) {
	p := newShared(t)
	t.Setenv("HOME", t.TempDir())
	_, err := store.Open(t.Context(), "", &store.Options{URL: p.url})
	if e := plugin.AsError(err); e == nil || e.Kind != plugin.StoreUnavailable || !strings.Contains(e.Hint, "LINKSTEP_KEY_FILE") {
		t.Fatalf("Open = %+v, want store_unavailable that asks for LINKSTEP_KEY_FILE", e)
	}
	p.open(t)
	s, err := store.Open(t.Context(), "", &store.Options{URL: p.url}) // recorded now
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

// The server dies and comes back, also in the middle of a call: calls meanwhile
// fail clearly, none hangs, and the same store goes on afterwards.
func TestServerGoesAway(t *testing.T) {
	p := newShared(t)
	s, c := p.open(t), running(t)
	revision := put(t, s, "linkedin/token", "AQX")
	blocker := p.raw(t)
	tx, err := blocker.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("UPDATE revision SET last = last"); err != nil {
		t.Fatal(err)
	}
	inTheMiddle := make(chan error)
	go func() {
		_, err := s.Swap(context.Background(), &plugin.SwapRequest{Key: "linkedin/token", Value: []byte("AQY"), Revision: revision})
		inTheMiddle <- err
	}()
	waitForLock(t, p)
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	tx.Rollback()
	if err := <-inTheMiddle; plugin.KindOf(err) != plugin.StoreUnavailable {
		t.Errorf("Swap under way: %v, want store_unavailable", err)
	}
	for method, err := range callAll(t, s, "linkedin/other") {
		e := plugin.AsError(err)
		if e == nil || e.Kind != plugin.StoreUnavailable || !strings.Contains(e.Hint, "goes on by itself") {
			t.Errorf("%s without a server: %+v, want store_unavailable with a hint", method, e)
			continue
		}
		wantNoSecret(t, err, p.url)
	}
	if _, err := p.try(); plugin.KindOf(err) != plugin.StoreUnavailable {
		t.Errorf("Open without a server: %v, want store_unavailable", err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "linkedin/token"); got != "AQX" {
		t.Errorf("value is %q, want what was there before", got)
	}
	for method, err := range callAll(t, s, "linkedin/other") {
		if err != nil {
			t.Errorf("%s with the server back: %v", method, err)
		}
	}
}

// waitForLock waits until someone in the database waits for a lock.
func waitForLock(t *testing.T, p place) {
	t.Helper()
	db := p.raw(t)
	for range 1000 {
		var waiting int
		if err := db.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nobody waits for a lock")
}

// A caller that gives up while another host holds the row has written nothing,
// and the store goes on.
func TestSharedCancel(t *testing.T) {
	p := newShared(t)
	s := p.open(t)
	tx, err := p.raw(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("UPDATE revision SET last = last"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := s.Swap(ctx, &plugin.SwapRequest{Key: "linkedin/token", Value: []byte("AQX")})
		done <- err
	}()
	waitForLock(t, p)
	cancel()
	if err := <-done; plugin.KindOf(err) != plugin.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("Swap: %v, want canceled", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "linkedin/token"); got != "" {
		t.Errorf("a canceled Swap wrote %q", got)
	}
	put(t, s, "linkedin/token", "AQY")
}
