package schema_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/schema"
)

// color is a type that is not what Go says it is.
type color string

func mapColor(t reflect.Type) *jsonschema.Schema {
	if t != reflect.TypeFor[color]() {
		return nil
	}
	return &jsonschema.Schema{Type: "string", Enum: []any{"red", "blue"}}
}

// palette has one of everything that is treated in its own way.
type palette struct {
	Main  color           `json:"main"`
	Names []string        `json:"names,omitempty" jsonschema:"example=a,example=b"`
	Kinds []string        `json:"kinds,omitempty" jsonschema:"enum=x,enum=y,example=x"`
	Dark  bool            `json:"dark,omitempty"`
	Token plugin.Secret   `json:"token,omitzero"`
	Raw   json.RawMessage `json:"raw,omitempty"`
	Inner struct {
		Flag bool `json:"flag"`
	} `json:"inner"`
}

// filled is a description with one action of the types given.
func filled(t *testing.T, types *schema.Types) *plugin.Description {
	t.Helper()
	d := &plugin.Description{DisplayName: "Hello", Actions: []plugin.ActionSpec{{
		Name: "greet", Title: "Greet", Description: "Greets.",
		Examples: []plugin.Example{{Input: json.RawMessage(`{"n":1}`), Output: json.RawMessage(`{"n":2}`)}, {Input: json.RawMessage(`{}`)}},
	}}}
	if err := types.Fill(d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestProperties(t *testing.T) {
	d := filled(t, &schema.Types{Map: mapColor, Actions: map[string]schema.Pair{"greet": {Input: palette{}, Output: palette{}}}})
	var input struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(d.Actions[0].Input, &input); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, want, why string }{
		{"main", `{"type":"string","enum":["red","blue"]}`, "the author's map goes first"},
		{"names", `{"items":{"type":"string","examples":["a","b"]},"type":"array","examples":[["a","b"]]}`, "a form shows an example of the list"},
		{"kinds", `{"items":{"type":"string","enum":["x","y"]},"type":"array","examples":[["x"]]}`, "choices need no examples"},
		{"dark", `{"type":"boolean","examples":[true]}`, "a flag has one example that says anything"},
		{"token", `{"type":"string","writeOnly":true}`, "a secret must not be shown by a form"},
		{"raw", `{"additionalProperties":true,"type":"object"}`, "raw JSON is what a vendor sent"},
		{"inner", `{"properties":{"flag":{"type":"boolean","examples":[true]}},"additionalProperties":false,"type":"object","required":["flag"]}`, "no reference, and closed at any depth"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, compact(t, input.Properties[tt.name])); diff != "" {
				t.Errorf("property %s: %s (-want +got):\n%s", tt.name, tt.why, diff)
			}
		})
	}
}

func TestRoots(t *testing.T) {
	type one struct {
		N int `json:"n,omitempty"`
	}
	d := filled(t, &schema.Types{
		Settings: one{}, SettingsDescription: "How to greet.",
		Actions: map[string]schema.Pair{"greet": {Input: one{}, Output: one{}}},
	})
	const draft = `"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"n":{"type":"integer"}},`
	tests := []struct {
		name string
		got  json.RawMessage
		want string
		why  string
	}{
		{"settings", d.ConfigSchema, `{` + draft + `"additionalProperties":false,"type":"object","title":"Hello connection","description":"How to greet."}`, "closed"},
		{"input", d.Actions[0].Input, `{` + draft + `"additionalProperties":false,"type":"object","title":"Greet","description":"Greets.","examples":[{"n":1},{}]}`, "closed, with the action's examples"},
		{"output", d.Actions[0].Output, `{` + draft + `"type":"object","title":"Greet: result","description":"What the step greet gives.","examples":[{"n":2}]}`, "open, with the examples that have an output"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, compact(t, tt.got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.why, diff)
			}
		})
	}
	none := filled(t, &schema.Types{Actions: map[string]schema.Pair{"greet": {Input: one{}, Output: one{}}}})
	if got := compact(t, none.ConfigSchema); !strings.Contains(got, `"additionalProperties":false,"type":"object"`) {
		t.Errorf("no settings are %s, want an object without properties", got)
	}
}

func TestFillRefuses(t *testing.T) {
	pair := schema.Pair{Input: struct{}{}, Output: struct{}{}}
	tests := []struct {
		name    string
		actions map[string]schema.Pair
		want    string
		why     string
	}{
		{"an action without types", nil, "the types of action greet are not given", "a new action was forgotten"},
		{"types without an output", map[string]schema.Pair{"greet": {Input: struct{}{}}}, "the types of action greet are not given", "half is as bad"},
		{"types without an action", map[string]schema.Pair{"greet": pair, "great": pair}, "the connector has no action great, whose types are given", "a name was mistyped"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := (&schema.Types{Actions: tt.actions}).Fill(&plugin.Description{Actions: []plugin.ActionSpec{{Name: "greet"}}})
			if err == nil || err.Error() != tt.want {
				t.Errorf("Fill = %v, want %q: %s", err, tt.want, tt.why)
			}
		})
	}
}

func TestFresh(t *testing.T) {
	d := filled(t, &schema.Types{Actions: map[string]schema.Pair{"greet": {Input: struct{}{}, Output: struct{}{}}}})
	dir := t.TempDir() + "/schemas"
	if err := schema.Fresh(dir, d); err == nil || !strings.Contains(err.Error(), "greet.input.json is missing; run go generate") {
		t.Errorf("Fresh of nothing = %v", err)
	}
	if err := schema.Write(dir, d); err != nil {
		t.Fatal(err)
	}
	if err := schema.Fresh(dir, d); err != nil {
		t.Errorf("Fresh after Write = %v", err)
	}
	d.Actions[0].Output = json.RawMessage(`{"type":"object","title":"changed"}`)
	const want = "greet.output.json is not what the Go types say; run go generate"
	if err := schema.Fresh(dir, d); err == nil || err.Error() != want {
		t.Errorf("Fresh after a change = %v, want %q", err, want)
	}
}

// compact is JSON on one line.
func compact(t *testing.T, text json.RawMessage) string {
	t.Helper()
	b, err := json.Marshal(text)
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return string(b)
}
