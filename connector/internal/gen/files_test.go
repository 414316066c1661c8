package main

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin"
)

// atRoot makes the root of the module the working folder, as for run.
func atRoot(t *testing.T) {
	t.Helper()
	t.Chdir("../../..")
}

func TestGeneratedFilesAreFresh(t *testing.T) {
	atRoot(t)
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		onDisk, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(files[name]), string(onDisk)); diff != "" {
			t.Errorf("%s is stale: run go generate ./connector (-want +got):\n%s", name, diff)
		}
	}
	entries, err := os.ReadDir("schemas")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, made := files["schemas/"+e.Name()]; !made && e.Name() != "schemas.go" {
			t.Errorf("schemas/%s is made by nothing: delete it", e.Name())
		}
	}
}

// describe is what the binary says of itself.
func describeConnector(t *testing.T) *plugin.Description {
	t.Helper()
	d, err := connector.New(nil).Describe(t.Context(), &plugin.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestManifestIsWhatTheConnectorSays(t *testing.T) {
	d := describeConnector(t)
	atRoot(t)
	want, err := plugin.NewManifest(d)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var got plugin.Manifest
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	// Defaults are compared as values: their text depends on the indentation.
	if diff := cmp.Diff(want, &got, cmp.Transformer("value", func(m json.RawMessage) (v any) {
		_ = json.Unmarshal(m, &v)
		return v
	})); diff != "" {
		t.Errorf("manifest.json (-what the connector says +file):\n%s", diff)
	}
	if violations := compile(t, "manifest.schema", "").violations(text); violations != "" {
		t.Errorf("manifest.json does not fit its schema:\n%s", violations)
	}
}

func TestManifestSchemaRefusesLies(t *testing.T) {
	atRoot(t)
	text, err := os.ReadFile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	sch := compile(t, "manifest.schema", "")
	for _, tt := range []struct {
		name   string
		change func(m map[string]any)
	}{
		{"no name", func(m map[string]any) { delete(m, "name") }},
		{"another version of MCP bundles", func(m map[string]any) { m["manifest_version"] = "0.4" }},
		{"a checksum that is none", func(m map[string]any) {
			linkstep(m)["config_schema"].(map[string]any)["sha256"] = "abc"
		}},
		{"an effect that is none", func(m map[string]any) {
			linkstep(m)["actions"].([]any)[0].(map[string]any)["effect"] = "MAYBE"
		}},
		{"an error kind that is none", func(m map[string]any) {
			linkstep(m)["actions"].([]any)[0].(map[string]any)["error_kinds"] = []any{"oops"}
		}},
		{"an absolute path", func(m map[string]any) {
			linkstep(m)["config_schema"].(map[string]any)["path"] = "/etc/passwd"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var m map[string]any
			if err := json.Unmarshal(text, &m); err != nil {
				t.Fatal(err)
			}
			tt.change(m)
			changed, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if sch.violations(changed) == "" {
				t.Error("the schema takes it")
			}
		})
	}
}

func linkstep(m map[string]any) map[string]any {
	return m["_meta"].(map[string]any)["dev.linkstep"].(map[string]any)
}
