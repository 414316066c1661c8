package conform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schema is a JSON Schema that could be compiled.
type schema struct {
	doc      map[string]any
	compiled *jsonschema.Schema
}

// dialect is the only one that hosts promise to read.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// newSchema compiles a schema. It must stand alone, be an object and name no
// other dialect.
func newSchema(text json.RawMessage) (*schema, error) {
	if len(text) == 0 {
		return nil, errors.New("it is missing")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("it is no JSON: %w", err)
	}
	root, ok := doc.(map[string]any)
	if !ok {
		return nil, errors.New("it is no object")
	}
	if named, ok := root["$schema"].(string); ok && strings.TrimSuffix(named, "#") != dialect {
		return nil, fmt.Errorf("its $schema is %s, not %s", named, dialect)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(alone{})
	const url = "schema.json"
	if err := c.AddResource(url, doc); err != nil {
		return nil, err
	}
	compiled, err := c.Compile(url)
	if err != nil {
		return nil, errors.New(violations(err))
	}
	return &schema{root, compiled}, nil
}

// alone refuses references to other documents.
type alone struct{}

func (alone) Load(url string) (any, error) {
	return nil, fmt.Errorf("it refers to another document, %s", url)
}

// misfit says how a document does not fit, empty when it does.
func (s *schema) misfit(text json.RawMessage) string {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return "it is no JSON: " + err.Error()
	}
	if err := s.compiled.Validate(doc); err != nil {
		return violations(err)
	}
	return ""
}

// violations returns the leaves of a validation error in one line. Its text is
// a tree, a line each: what follows further in says why the line above fails.
func violations(err error) string {
	_, rest, ok := strings.Cut(err.Error(), "\n")
	if !ok {
		return err.Error()
	}
	var leaves []string
	lines := strings.Split(rest, "\n")
	for i, line := range lines {
		if i+1 < len(lines) && indent(lines[i+1]) > indent(line) {
			continue
		}
		if leaf := strings.TrimPrefix(strings.TrimSpace(line), "- "); !slices.Contains(leaves, leaf) {
			leaves = append(leaves, leaf)
		}
	}
	return strings.Join(leaves, "; ")
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// property is one property of an object somewhere in a schema.
type property struct {
	pointer string // into a document that fits, * for the entries of a list
	schema  map[string]any
}

// subschemas are the keywords whose value is a schema, a list of schemas or an
// object of schemas. Those of properties are named apart.
var subschemas = []string{"items", "prefixItems", "contains", "additionalProperties", "anyOf", "oneOf", "allOf", "not", "if", "then", "else"}

// properties returns all properties, outer ones first, in order.
func (s *schema) properties() []property {
	var list []property
	var walk func(pointer string, node any)
	walk = func(pointer string, node any) {
		if nodes, ok := node.([]any); ok {
			for _, n := range nodes {
				walk(pointer, n)
			}
			return
		}
		schema := object(node)
		if schema == nil {
			return // absent, or true or false
		}
		for _, name := range slices.Sorted(maps.Keys(object(schema["properties"]))) {
			p := property{pointer + "/" + name, object(object(schema["properties"])[name])}
			list = append(list, p)
			walk(p.pointer, p.schema)
		}
		for _, keyword := range subschemas {
			at := pointer
			if keyword == "items" || keyword == "prefixItems" || keyword == "contains" {
				at += "/*"
			}
			walk(at, schema[keyword])
		}
		for _, name := range slices.Sorted(maps.Keys(object(schema["$defs"]))) {
			walk("#/$defs/"+name, object(schema["$defs"])[name])
		}
	}
	walk("", map[string]any(s.doc))
	return list
}

// property returns the schema of a property of the root, nil when it has none.
func (s *schema) property(name string) map[string]any {
	return object(object(s.doc["properties"])[name])
}

// object returns v as an object, nil when it is none.
func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// has reports whether a schema has any of the keywords.
func has(schema map[string]any, keywords ...string) bool {
	return slices.ContainsFunc(keywords, func(k string) bool { _, ok := schema[k]; return ok })
}

// types returns the types that a schema names.
func types(schema map[string]any) []string {
	switch t := schema["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var list []string
		for _, v := range t {
			if name, ok := v.(string); ok {
				list = append(list, name)
			}
		}
		return list
	}
	return nil
}

// number returns a keyword's value as a whole number.
func number(schema map[string]any, keyword string) (int64, bool) {
	n, ok := schema[keyword].(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil
}
