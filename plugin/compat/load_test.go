package compat_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/compat"
)

// write writes files into a new folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoad(t *testing.T) {
	config, input, output := json.RawMessage(`{"title":"c"}`), json.RawMessage(`{"title":"i"}`), json.RawMessage(`{"title":"o"}`)
	action := plugin.ActionSpec{
		Name: "greet", Version: "1.0.0", Effect: plugin.EffectRead, Idempotent: true, Keyed: true, Access: plugin.AccessOpen, Cost: 1,
		Scopes: [][]string{{"a"}}, ErrorKinds: []plugin.Kind{plugin.NotFound}, Data: plugin.Data{Subject: plugin.SubjectNone}, Paging: &plugin.Paging{Field: "people", MaxPageSize: 25},
		Input: input, Output: output,
	}
	full := &plugin.Description{
		Name: "hello", DisplayName: "Hello", Version: "1.2.3", Summary: "Greets.", Protocol: 1,
		ConfigSchema: config, Actions: []plugin.ActionSpec{action},
	}
	manifest, err := plugin.NewManifest(full)
	if err != nil {
		t.Fatal(err)
	}
	asJSON := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	files := func(in string) map[string]string {
		return map[string]string{in + "config.json": string(config), in + "greet.input.json": string(input), in + "greet.output.json": string(output)}
	}
	withManifest := files("schemas/")
	withManifest["manifest.json"] = asJSON(manifest)
	tests := []struct {
		name string
		path string
		want *plugin.Description
		why  string
	}{
		{"manifest", write(t, withManifest), full, "a checkout of a connector"},
		{"schemas alone", write(t, files("")), &plugin.Description{
			ConfigSchema: config, Actions: []plugin.ActionSpec{{Name: "greet", Input: input, Output: output}},
		}, "a folder of schemas tells no more"},
		{"description", write(t, map[string]string{"d.json": asJSON(full)}) + "/d.json", full, "a file of one's own"},
		{"output of describe", write(t, map[string]string{"d.json": asJSON(map[string]any{"output": full})}) + "/d.json", full, "redirected into a file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := compat.Load(tt.path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.why, diff)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	outside := `{"_meta":{"dev.linkstep":{"config_schema":{"path":"../secret.json"}}}}`
	tests := []struct{ name, path, why string }{
		{"nothing", filepath.Join(t.TempDir(), "no"), "mistyped"},
		{"an empty folder", t.TempDir(), "another folder was meant"},
		{"a broken manifest", write(t, map[string]string{"manifest.json": "{"}), "it must not count as empty"},
		{"schemas outside", write(t, map[string]string{"manifest.json": outside}), "a manifest is not to read the disk"},
		{"schemas that are missing", write(t, map[string]string{"manifest.json": `{"_meta":{"dev.linkstep":{"config_schema":{"path":"c.json"}}}}`}), "half a version"},
		{"another document", write(t, map[string]string{"d.json": `{"output":{}}`}) + "/d.json", "no connector is in it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d, err := compat.Load(tt.path); err == nil {
				t.Errorf("Load = %v, want an error: %s", d, tt.why)
			}
		})
	}
}

// What a build server asks before a release.
func Example() {
	old := &plugin.Description{Name: "hello", Actions: []plugin.ActionSpec{{
		Name: "greet", Effect: plugin.EffectRead, Idempotent: true,
		Input: []byte(`{"additionalProperties":false,"properties":{"name":{"type":"string","maxLength":100}}}`), Output: []byte(`{"required":["text"]}`),
	}}}
	now := &plugin.Description{Name: "hello", Actions: []plugin.ActionSpec{{
		Name: "greet", Effect: plugin.EffectRead, Idempotent: true,
		Input: []byte(`{"additionalProperties":false,"properties":{"name":{"type":"string","maxLength":50},"polite":{"type":"boolean"}}}`), Output: []byte(`{"required":["text"]}`),
	}}}
	for _, c := range compat.Compare(old, now) {
		fmt.Println(c)
	}
	// Output:
	// breaking    greet input /properties/name: its maxLength was 100 and is 50
	// compatible  greet input /properties/polite: it is new
}
