package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin/store"
)

// schemaVersion is the version of the tables that this program makes.
const schemaVersion = 6

// onPlaces runs a test on each engine, beside other tests, with a function that
// returns a place where nothing is yet.
func onPlaces(t *testing.T, run func(t *testing.T, newPlace func(testing.TB) place)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, newPlace)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		running(t)
		run(t, newShared)
	})
}

// onStores runs a test on each engine, with a function that returns an empty
// store.
func onStores(t *testing.T, run func(t *testing.T, empty func(testing.TB) *store.Store)) {
	t.Run("sqlite", func(t *testing.T) { run(t, memory) })
	t.Run("postgres", func(t *testing.T) {
		p := newShared(t)
		s, raw := p.open(t), p.raw(t)
		run(t, func(t testing.TB) *store.Store {
			t.Helper()
			if _, err := raw.Exec("DELETE FROM entries; DELETE FROM counters; DELETE FROM leases"); err != nil {
				t.Fatal(err)
			}
			return s
		})
	})
}

// raw opens the database of p without the store, as a person with a tool does.
func (p place) raw(t testing.TB) *sql.DB {
	t.Helper()
	driver, name := "sqlite", p.database()
	if p.url != "" {
		driver, name = "pgx", p.url
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// spelling turns what SQLite says into what PostgreSQL says.
var spelling = strings.NewReplacer("x''", `'\x'::bytea`, "x'00'", `'\x00'::bytea`, "AS BLOB", "AS BYTEA")

// exec runs a script, written for SQLite, on the database of p.
func (p place) exec(t testing.TB, script string) {
	t.Helper()
	db := p.raw(t)
	defer db.Close()
	if p.url != "" {
		script = spelling.Replace(script)
	}
	if _, err := db.Exec(script); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
}

// setVersion says that the database of p is of a version.
func (p place) setVersion(t testing.TB, version int) {
	t.Helper()
	if p.url != "" {
		p.exec(t, fmt.Sprintf("UPDATE linkstep_version SET version = %d", version))
		return
	}
	p.exec(t, fmt.Sprintf("PRAGMA user_version = %d", version))
}
