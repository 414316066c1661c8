package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
