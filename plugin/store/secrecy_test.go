package store_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// A stored value is in no file, in no usual spelling, while the store is open,
// after it is closed, and after the value was replaced or deleted.
func TestNoFileHoldsAValue(t *testing.T) {
	const secret = "AQXcanary-of-the-access-token"
	p := newPlace(t)
	s := p.open(t)
	look := func(when string) {
		t.Helper()
		for _, spelling := range []string{secret, hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret)), reversed(secret)} {
			for _, name := range grep(t, filepath.Dir(p.home), spelling) {
				t.Errorf("%s: %s holds the value as %q", when, name, spelling)
			}
		}
	}
	put(t, s, "linkedin/token", secret)
	put(t, s, "linkedin/large", strings.Repeat(secret, 10_000))
	look("written")
	put(t, s, "linkedin/token", secret+"2")
	if _, err := s.Delete(t.Context(), &plugin.DeleteRequest{Key: "linkedin/large"}); err != nil {
		t.Fatal(err)
	}
	look("replaced and deleted")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	look("closed")
	// The search itself works: names are not encrypted.
	if len(grep(t, p.home, "linkedin/token")) == 0 {
		t.Error("the key's name is not found either")
	}
}

// Nor is it in a file of a server, nor is a member of the audit trail.
func TestNoServerFileHoldsAValue(t *testing.T) {
	const secret, member = "AQXcanary-of-the-access-token", "urn:li:person:Canary"
	p := newShared(t)
	s := p.open(t)
	put(t, s, "linkedin/canary", secret)
	a := trail(t, s, nil)
	appendAll(t, a, plugin.AuditEntry{Action: "get_person", Subjects: []string{member}})
	if got := actions(t, a, &store.AuditFilter{Subject: member}); len(got) != 1 {
		t.Fatalf("the member is found in %v, want one row", got)
	}
	p.exec(t, "CHECKPOINT")
	for _, text := range []string{secret, member} {
		for _, name := range grep(t, running(t).Dir, text) {
			t.Errorf("%s holds %q", name, text)
		}
	}
	if len(grep(t, running(t).Dir, "linkedin/canary")) == 0 {
		t.Error("the key's name is not found either")
	}
}

// A value opens only where it was written: copied by someone who can write to
// the database but has no key, it is refused.
func TestMovedValue(t *testing.T) { onPlaces(t, movedValue) }

func movedValue(t *testing.T, newPlace func(testing.TB) place) {
	tests := []struct {
		name, script string
		why          string
	}{
		{"swapped rows", "UPDATE entries SET value = (SELECT value FROM entries AS o WHERE o.key = 'linkedin/b') WHERE key = 'linkedin/a'", "another account's token"},
		{"renamed", "DELETE FROM entries WHERE key = 'linkedin/a'; UPDATE entries SET key = 'linkedin/a' WHERE key = 'linkedin/b'", "the same, by its name"},
		{"one byte", "UPDATE entries SET value = CAST(substr(value, 1, 20) || CASE WHEN substr(value, 21, 1) = x'00' THEN CAST('!' AS BLOB) ELSE x'00' END || substr(value, 22) AS BLOB) WHERE key = 'linkedin/a'", "changed"},
		{"clear text", "UPDATE entries SET value = CAST('AQX' AS BLOB) WHERE key = 'linkedin/a'", "not encrypted at all"},
		{"nothing", "UPDATE entries SET value = x'' WHERE key = 'linkedin/a'", "emptied"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			s := p.open(t)
			put(t, s, "linkedin/a", "token of a")
			put(t, s, "linkedin/b", "token of b")
			p.exec(t, "CREATE TABLE kept AS SELECT * FROM entries")
			p.exec(t, tt.script)
			got, err := s.Get(t.Context(), &plugin.GetRequest{Key: "linkedin/a"})
			if e := plugin.AsError(err); e == nil || e.Kind != plugin.StoreUnavailable || !strings.Contains(e.Message, "linkedin/a") || e.Hint == "" {
				t.Errorf("%s: Get = %+v, %+v, want store_unavailable that names the key", tt.why, got, e)
			}
			p.exec(t, "DELETE FROM entries; INSERT INTO entries SELECT * FROM kept")
			if a, b := get(t, s, "linkedin/a"), get(t, s, "linkedin/b"); a != "token of a" || b != "token of b" {
				t.Errorf("%s: values are %q and %q with the rows back in place", tt.why, a, b)
			}
		})
	}
}

// grep returns the files under root that contain a text.
func grep(t *testing.T, root, text string) []string {
	t.Helper()
	var found []string
	for name := range modes(t, root) {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err == nil && bytes.Contains(content, []byte(text)) {
			found = append(found, name)
		}
	}
	return found
}

func reversed(text string) string {
	b := []byte(text)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
