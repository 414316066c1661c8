package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin"
)

// runDiff runs linkstep schemas diff.
func runDiff(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs}
	root := a.rootCommand()
	root.SetArgs(append([]string{"schemas", "diff"}, args...))
	status = a.finish(root.ExecuteContextC(t.Context()))
	return status, out.String(), errs.String()
}

// folderOf is a folder with the schemas of an action greet.
func folderOf(t *testing.T, input string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "greet.input.json"), []byte(input), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// versionOf is a file with the description of such a version, whose action has
// that input.
func versionOf(t *testing.T, version, input string) string {
	t.Helper()
	text, err := json.Marshal(&plugin.Description{Name: "hello", Version: version, Actions: []plugin.ActionSpec{{Name: "greet", Input: json.RawMessage(input)}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "version.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSchemasDiffHeedsVersions lets a version break what its number allows.
func TestSchemasDiffHeedsVersions(t *testing.T) {
	const list = "breaking    greet input /properties/name: it must be of type string now\n1 breaking, 0 compatible\n"
	tests := []struct {
		name, old, now string
		status         int
		says           string // after the list, or in the hint
		why            string
	}{
		{"a major version", "1.4.0", "2.0.0", 0, "Version 2.0.0 may break what version 1.4.0 promised.\n", "the number says so"},
		{"a minor version", "1.4.0", "1.5.0", 1, "give the connector version 2.0.0.", "steps go on calling"},
		{"a minor version before the first", "0.4.0", "0.5.0", 0, "Version 0.5.0 may break what version 0.4.0 promised.\n", "semantic versions begin at 1"},
		{"a patch before the first", "0.4.0", "0.4.1", 1, "give the connector version 0.5.0.", "a patch is no place for it"},
		{"no number", "newest", "2.0.0", 1, "give the connector a new major version.", "nothing says that it may"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			old, now := versionOf(t, tt.old, `{"properties":{"name":{}}}`), versionOf(t, tt.now, `{"properties":{"name":{"type":"string"}}}`)
			status, stdout, stderr := runDiff(t, old, now)
			want := list
			if tt.status == 0 {
				want += tt.says
			}
			if status != tt.status || stdout != want || (tt.status != 0) != strings.Contains(stderr, tt.says) {
				t.Errorf("status %d, want %d: %s\ngot  %q\nwant %q\n%s", status, tt.status, tt.why, stdout, want, stderr)
			}
			status, stdout, _ = runDiff(t, old, now, "--json")
			if may := fmt.Sprintf(`"may_break":%t`, tt.status == 0); status != tt.status || !strings.Contains(strings.ReplaceAll(stdout, " ", ""), may) {
				t.Errorf("as JSON: status %d, want %d and %s\n%s", status, tt.status, may, stdout)
			}
		})
	}
}

func TestSchemasDiff(t *testing.T) {
	t.Setenv("LINKSTEP_HOME", t.TempDir())
	before := folderOf(t, `{"properties":{"name":{}}}`)
	wider := folderOf(t, `{"properties":{"name":{},"polite":{}}}`)
	narrower := folderOf(t, `{"properties":{"name":{"type":"string"}}}`)
	tests := []struct {
		name     string
		old, now string
		status   int
		want     string
		why      string
	}{
		{"nothing", before, before, 0, "0 breaking, 0 compatible\n", "equal"},
		{"compatible", before, wider, 0, "compatible  greet input /properties/polite: it is new\n0 breaking, 1 compatible\n", "callers need not know it"},
		{"breaking", before, narrower, 1, "breaking    greet input /properties/name: it must be of type string now\n1 breaking, 0 compatible\n", "it took numbers"},
		{"a folder and a plugin", filepath.Join("..", ".."), pluginFile(t), 0, "0 breaking, 0 compatible\n", "the binary says what its manifest says"},
		{"no folder", before, filepath.Join(before, "no"), 3, "", "mistyped"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := runDiff(t, tt.old, tt.now)
			if status != tt.status || stdout != tt.want || (status != 0) != strings.Contains(stderr, "hint: ") {
				t.Errorf("status %d, want %d: %s\ngot  %q\nwant %q\n%s", status, tt.status, tt.why, stdout, tt.want, stderr)
			}
		})
	}

	status, stdout, _ := runDiff(t, before, narrower, "--json")
	var doc struct {
		Output struct {
			Breaking int
			Changes  []struct{ Breaking bool }
		}
	}
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil || status != 1 || doc.Output.Breaking != 1 || len(doc.Output.Changes) != 1 {
		t.Errorf("as JSON: status %d, %v\n%s", status, err, stdout)
	}
}
