package conform

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// named is a schema of the description as it stands there.
type named struct {
	name   string // "config", "greet.input" or "greet.output"
	text   json.RawMessage
	output bool
}

// named returns all schemas that the description must have.
func (s *subject) named() []named {
	list := []named{{"config", s.desc.ConfigSchema, false}}
	for _, a := range s.desc.Actions {
		list = append(list, named{a.Name + ".input", a.Input, false}, named{a.Name + ".output", a.Output, true})
	}
	return list
}

// compileSchemas keeps the schemas that compile, for all cases.
func (s *subject) compileSchemas() {
	for _, n := range s.named() {
		if sch, err := newSchema(n.text); err == nil {
			s.schemas[n.name] = sch
		}
	}
}

func schemasCompile(_ context.Context, s *subject) error {
	var wrong findings
	for _, n := range s.named() {
		if _, err := newSchema(n.text); err != nil {
			wrong.add("the schema %s: %v", n.name, err)
		}
	}
	return wrong.fault("Write a JSON Schema of the dialect 2020-12 that stands alone; {\"type\": \"object\"} at the least.")
}

func schemaRoots(_ context.Context, s *subject) error {
	var wrong findings
	for _, n := range s.named() {
		sch := s.schemas[n.name]
		if sch == nil {
			continue
		}
		if !slices.Equal(types(sch.doc), []string{"object"}) {
			wrong.add("the root of %s is not of type object", n.name)
			continue
		}
		closed := sch.doc["additionalProperties"] == false
		switch {
		case n.output && closed:
			wrong.add("%s is closed: a later version could add no field", n.name)
		case !n.output && !closed:
			wrong.add("%s is open: a field that is spelt wrongly would pass", n.name)
		}
	}
	return wrong.fault(`Begin an input and the settings with "type": "object", "additionalProperties": false, and an output with "type": "object" alone.`)
}

func propertiesExplained(_ context.Context, s *subject) error {
	var wrong findings
	for _, n := range s.named() {
		sch := s.schemas[n.name]
		if sch == nil {
			continue
		}
		for _, p := range sch.properties() {
			var lacks []string
			for _, keyword := range []string{"title", "description"} {
				if words, _ := p.schema[keyword].(string); strings.TrimSpace(words) == "" {
					lacks = append(lacks, keyword)
				}
			}
			if !has(p.schema, "type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf") {
				lacks = append(lacks, "type")
			}
			if !n.output && p.pointer != "/cursor" && !speaks(p.schema) { // nobody types a cursor
				lacks = append(lacks, "example")
			}
			if len(lacks) > 0 {
				wrong.add("%s at %s has no %s", n.name, p.pointer, strings.Join(lacks, ", no "))
			}
		}
	}
	return wrong.fault("A form is made of the schema: each property has a title, a description, a type and, in inputs and settings, examples.")
}

// speaks reports whether a property needs no example: it has one, or its type
// says it all.
func speaks(schema map[string]any) bool {
	if has(schema, "examples", "enum", "const", "default", "$ref", "anyOf", "oneOf", "allOf") {
		return true
	}
	t := types(schema)
	return slices.Contains(t, "boolean") || slices.Contains(t, "object") || slices.Contains(t, "array")
}

func propertiesBounded(_ context.Context, s *subject) error {
	var wrong findings
	for _, n := range s.named() {
		sch := s.schemas[n.name]
		if sch == nil || n.output {
			continue
		}
		for _, p := range sch.properties() {
			if lacks := unbounded(p.schema); lacks != "" {
				wrong.add("%s at %s has no %s", n.name, p.pointer, lacks)
			}
		}
	}
	return wrong.fault("Say how long a text, how large a number and how many entries a list may have: the host refuses the rest before it reaches the connector.")
}

// unbounded returns the keyword that a property lacks, empty when it is
// bounded.
func unbounded(schema map[string]any) string {
	if has(schema, "enum", "const", "$ref") {
		return ""
	}
	for _, t := range types(schema) {
		switch t {
		case "string":
			if !has(schema, "maxLength", "format") {
				return "maxLength"
			}
		case "integer", "number":
			if !has(schema, "minimum", "exclusiveMinimum") {
				return "minimum"
			}
			if !has(schema, "maximum", "exclusiveMaximum") {
				return "maximum"
			}
		case "array":
			if !has(schema, "maxItems") {
				return "maxItems"
			}
			if lacks := unbounded(object(schema["items"])); lacks != "" {
				return lacks + " for its entries"
			}
		}
	}
	return ""
}

// samplesFit checks the defaults and examples of properties against the
// property itself.
func samplesFit(_ context.Context, s *subject) error {
	var wrong findings
	for _, n := range s.named() {
		sch := s.schemas[n.name]
		if sch == nil {
			continue
		}
		for _, p := range sch.properties() {
			for where, sample := range samples(p.schema) {
				if misfit := fitsProperty(sch, p, sample); misfit != "" {
					wrong.add("%s at %s: the %s does not fit: %s", n.name, p.pointer, where, misfit)
				}
			}
		}
	}
	slices.Sort(wrong)
	return wrong.fault("Correct the default or the example, or the bounds: people copy them.")
}

// samples returns the default and the examples of a property, by what they are
// called.
func samples(schema map[string]any) map[string]any {
	all := map[string]any{}
	if v, ok := schema["default"]; ok {
		all["default"] = v
	}
	examples, _ := schema["examples"].([]any)
	for i, v := range examples {
		all[fmt.Sprintf("example %d", i+1)] = v
	}
	return all
}

func fitsProperty(root *schema, p property, sample any) string {
	doc := map[string]any{}
	for keyword, v := range p.schema {
		doc[keyword] = v
	}
	if defs, ok := root.doc["$defs"]; ok {
		doc["$defs"] = defs
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return err.Error()
	}
	sch, err := newSchema(text)
	if err != nil {
		return "" // the whole schema compiles, so this is one that needs its surroundings
	}
	value, err := json.Marshal(sample)
	if err != nil {
		return err.Error()
	}
	return sch.misfit(value)
}
