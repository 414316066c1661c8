package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/schemas"
)

// compiled is a schema that documents can be held against.
type compiled struct{ schema *jsonschema.Schema }

// compile compiles a schema file, or the part of it at a JSON pointer. A file that the meta-schema of
// 2020-12 refuses fails the test.
func compile(t *testing.T, name, pointer string) compiled {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemas.Read(name)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:///schema.json", doc); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	s, err := c.Compile("mem:///schema.json#" + pointer)
	if err != nil {
		t.Fatalf("%s%s: %v", name, pointer, err)
	}
	return compiled{s}
}

// violations says what is wrong with a document; nothing when it fits.
func (c compiled) violations(text []byte) string {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err.Error()
	}
	if err := c.schema.Validate(doc); err != nil {
		return err.Error()
	}
	return ""
}

// property is one property of a schema, wherever it stands.
type property struct {
	file, pointer, name string
	required            bool
	schema              map[string]any
}

// schemaFiles are the schemas for forms.
func schemaFiles(t *testing.T) []string {
	t.Helper()
	names := []string{"config"}
	for _, a := range describeConnector(t).Actions {
		names = append(names, a.Name+".input", a.Name+".output")
	}
	return names
}

// properties lists every property of a file, nested ones too.
func properties(t *testing.T, file string) []property {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(schemas.Read(file), &root); err != nil {
		t.Fatal(err)
	}
	var list []property
	var walk func(pointer string, s map[string]any)
	walk = func(pointer string, s map[string]any) {
		required, _ := s["required"].([]any)
		props, _ := s["properties"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(props)) {
			child, at := props[name].(map[string]any), pointer+"/properties/"+name
			list = append(list, property{file, at, name, slices.Contains(required, any(name)), child})
			walk(at, child)
		}
		if items, ok := s["items"].(map[string]any); ok {
			walk(pointer+"/items", items)
		}
	}
	walk("", root)
	return list
}

func TestSchemasFitTheMetaSchema(t *testing.T) {
	for _, name := range append(schemaFiles(t), "manifest.schema") {
		compile(t, name, "") // fails the test itself
		var root struct {
			Schema     string          `json:"$schema"`
			Type       string          `json:"type"`
			Additional json.RawMessage `json:"additionalProperties"`
		}
		if err := json.Unmarshal(schemas.Read(name), &root); err != nil {
			t.Fatal(err)
		}
		if root.Schema != "https://json-schema.org/draft/2020-12/schema" || root.Type != "object" {
			t.Errorf("%s is for %q and of type %q", name, root.Schema, root.Type)
		}
		open := strings.HasSuffix(name, ".output") || name == "manifest.schema"
		if closed := string(root.Additional) == "false"; closed == open {
			t.Errorf("%s: additionalProperties is %s; inputs are strict, outputs open", name, root.Additional)
		}
		if strings.Contains(string(schemas.Read(name)), `"$ref"`) {
			t.Errorf("%s has a reference, which forms and MCP clients do not follow", name)
		}
	}
}

// noDefault are the optional settings and inputs that have no default: a value that nobody chose
// would be wrong.
var noDefault = map[string]string{
	"client_id":     "belongs to the application",
	"client_secret": "belongs to the application",
	"search":        "its members have their own",
	"params":        "its members have their own",
	"path":          "that of the kind of search",
	"finder":        "that of the kind of search",
	"organization":  "belongs to the account",
	"limits":        "none unless somebody knows one",
	"keywords":      "what to look for",
	"first_name":    "what to look for",
	"last_name":     "what to look for",
	"company":       "what to look for",
	"title":         "what to look for",
	"school":        "what to look for",
	"page_size":     "is that of max_items",
	"max_items":     "is that of page_size",
	"cursor":        "the beginning",
}

func TestEveryPropertyExplainsItself(t *testing.T) {
	for _, file := range schemaFiles(t) {
		for _, p := range properties(t, file) {
			at := p.file + "#" + p.pointer
			for _, keyword := range []string{"title", "description", "type"} {
				if text, _ := p.schema[keyword].(string); text == "" {
					t.Errorf("%s has no %s", at, keyword)
				}
			}
			if !bounded(p.schema) {
				t.Errorf("%s has neither bounds nor choices", at)
			}
			if opaque := strings.HasSuffix(p.name, "cursor"); p.schema["examples"] == nil && p.schema["type"] != "object" && !opaque && !holdsObjects(p.schema) {
				t.Errorf("%s has no example", at)
			}
			_, hasDefault := p.schema["default"]
			if input := !strings.HasSuffix(file, ".output"); input && !p.required && !hasDefault && noDefault[p.name] == "" {
				t.Errorf("%s is optional and has no default", at)
			}
		}
	}
}

// bounded reports whether a value cannot be just anything of its type.
func bounded(s map[string]any) bool {
	has := func(keyword string) bool { _, ok := s[keyword]; return ok }
	switch s["type"] {
	case "string":
		return has("enum") || has("maxLength")
	case "integer", "number":
		return has("minimum") && has("maximum")
	case "array":
		return has("maxItems")
	}
	return true
}

// holdsObjects reports whether a schema is for a list of objects, whose members have the examples.
func holdsObjects(s map[string]any) bool {
	items, _ := s["items"].(map[string]any)
	return items != nil && items["type"] == "object"
}

func TestExamplesFitTheirSchema(t *testing.T) {
	for _, file := range schemaFiles(t) {
		roots := []property{{file: file, schema: rootOf(t, file)}}
		for _, p := range append(roots, properties(t, file)...) {
			sch := compile(t, p.file, p.pointer)
			values, _ := p.schema["examples"].([]any)
			if d, ok := p.schema["default"]; ok {
				values = append(slices.Clone(values), d)
			}
			for _, v := range values {
				text, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				if violations := sch.violations(text); violations != "" {
					t.Errorf("%s#%s: %s does not fit:\n%s", p.file, p.pointer, text, violations)
				}
			}
		}
	}
}

func rootOf(t *testing.T, file string) map[string]any {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(schemas.Read(file), &root); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestExamplesSurviveTheGoTypes(t *testing.T) {
	d := describeConnector(t)
	for i := range d.Actions {
		a := &d.Actions[i]
		types := goTypes().Actions[a.Name]
		for _, e := range a.Examples {
			roundTrip(t, a.Name+" input", e.Input, types.Input)
			if e.Output != nil {
				roundTrip(t, a.Name+" output", e.Output, types.Output)
			}
		}
		for file, goType := range map[string]any{a.Name + ".input": types.Input, a.Name + ".output": types.Output} {
			memberExamples(t, file, goType)
		}
	}
	memberExamples(t, "config", connector.Settings{})
}

// memberExamples sends each top-level property's examples through the Go type.
func memberExamples(t *testing.T, file string, goType any) {
	t.Helper()
	for _, p := range properties(t, file) {
		if strings.Count(p.pointer, "/") != 2 || p.schema["writeOnly"] == true { // a secret does not print
			continue
		}
		values, _ := p.schema["examples"].([]any)
		for _, v := range values {
			text, err := json.Marshal(map[string]any{p.name: v})
			if err != nil {
				t.Fatal(err)
			}
			roundTripMember(t, file, p.name, text, goType)
		}
	}
}

// roundTrip decodes a document and encodes it again: nothing may be lost or change.
func roundTrip(t *testing.T, what string, text []byte, goType any) {
	t.Helper()
	again, err := throughType(text, goType)
	if err != nil {
		t.Errorf("%s %s: %v", what, text, err)
		return
	}
	if diff := cmp.Diff(anyOf(text), anyOf(again)); diff != "" {
		t.Errorf("%s %s through %T (-want +got):\n%s", what, text, goType, diff)
	}
}

// roundTripMember compares one member only: required ones that are absent come back empty.
func roundTripMember(t *testing.T, file, name string, text []byte, goType any) {
	t.Helper()
	again, err := throughType(text, goType)
	if err != nil {
		t.Errorf("%s: %s: %v", file, text, err)
		return
	}
	want, got := anyOf(text).(map[string]any)[name], anyOf(again).(map[string]any)[name]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s through %T (-want +got):\n%s", file, text, goType, diff)
	}
}

func throughType(text []byte, goType any) ([]byte, error) {
	v := reflect.New(reflect.TypeOf(goType))
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v.Interface()); err != nil {
		return nil, err
	}
	return json.Marshal(v.Interface())
}

func anyOf(text []byte) (v any) {
	if err := json.Unmarshal(text, &v); err != nil {
		return fmt.Sprintf("no JSON: %s", text)
	}
	return v
}

func TestSecretsAreMarked(t *testing.T) {
	var secret []string
	for _, p := range properties(t, "config") {
		if p.schema["writeOnly"] == true {
			secret = append(secret, p.name)
		}
	}
	if diff := cmp.Diff([]string{"client_secret"}, secret); diff != "" {
		t.Errorf("writeOnly settings (-want +got):\n%s", diff)
	}
}

func TestActionsDescribeThemselves(t *testing.T) {
	for _, a := range describeConnector(t).Actions {
		if a.Input == nil || a.Output == nil || a.Title == "" || a.Description == "" || a.Version == "" || a.Cost < 1 {
			t.Errorf("%s is described in part only: %+v", a.Name, a)
		}
		if a.Effect != plugin.EffectRead || !a.Idempotent {
			t.Errorf("%s is no read", a.Name)
		}
		if !slices.Contains(a.ErrorKinds, plugin.Reauthorize) {
			t.Errorf("%s does not say that a login may end", a.Name)
		}
	}
}
