package store_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// sealed returns what a query finds of the database of p, as it lies there.
func sealed(t *testing.T, p place, query string) [][]byte {
	t.Helper()
	rows, err := p.raw(t).Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all [][]byte
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

// wantGone looks through all files of the home of p for any 16 bytes in a row
// of what was sealed, at steps of 16.
func wantGone(t *testing.T, when string, p place, all [][]byte) {
	t.Helper()
	if len(all) == 0 {
		t.Fatalf("%s: there is nothing to look for", when)
	}
	for name, mode := range modes(t, p.home) {
		if mode.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(p.home, name))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, value := range all {
			for i := 0; i+16 <= len(value); i += 16 {
				if bytes.Contains(text, value[i:i+16]) {
					found++
					break
				}
			}
		}
		if found > 0 {
			t.Errorf("%s: %s holds parts of %d of %d values", when, name, found, len(all))
		}
	}
}

// What is deleted, also in its encrypted form, is in no file of the database
// while that is open: not in the log, not in what is free inside a page.
func TestForget(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s, other := p.open(t), p.open(t)
	fill := func() {
		t.Helper()
		for i := range 60 { // of all sizes, between those that stay
			put(t, s, fmt.Sprintf("linkedin/%03d/gone", i), string(make([]byte, 20+i*i)))
			put(t, s, fmt.Sprintf("linkedin/%03d/kept", i), string(make([]byte, 3000-50*i)))
			put(t, s, fmt.Sprintf("linkedin/%03d/gone", i), string(make([]byte, 30+i*i))) // over the first
		}
	}
	fill()
	gone := sealed(t, p, "SELECT value FROM entries WHERE key LIKE '%/gone'")
	for i := range 60 {
		if _, err := other.Delete(t.Context(), &plugin.DeleteRequest{Prefix: fmt.Sprintf("linkedin/%03d/g", i)}); err != nil {
			t.Fatal(err)
		}
	}
	wantGone(t, "deleted", p, gone)

	fill()
	former := append(sealed(t, p, "SELECT value FROM entries"), sealed(t, p, "SELECT proof FROM store_key")...)
	if _, err := s.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantGone(t, "rotated", p, former)

	a := trail(t, s, nil)
	for range 50 {
		appendAll(t, a, plugin.AuditEntry{Action: "get_person", Subjects: []string{ada, grace}})
	}
	rows, err := a.Read(t.Context(), &store.AuditFilter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := a.Erase(t.Context(), ada); n != 50 || err != nil {
		t.Errorf("Erase = %d, %v, want 50 rows", n, err)
	}
	wantGone(t, "erased", p, [][]byte{[]byte(rows[0].Subjects[0])})
	if len(grep(t, p.home, rows[0].Subjects[1])) == 0 {
		t.Error("the other member's hash is not found either")
	}
}
