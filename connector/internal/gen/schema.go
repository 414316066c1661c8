package main

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin"
)

// settingsSchema is the schema of a connection's settings.
func settingsSchema() json.RawMessage {
	s := reflector(false).Reflect(connector.Settings{})
	s.Title = "LinkedIn connection"
	s.Description = "The settings of one LinkedIn account and the application that it logs in to."
	return finish(s)
}

// inputSchema is strict: a name that is mistyped must not be ignored.
func inputSchema(a *plugin.ActionSpec, v any) json.RawMessage {
	s := reflector(false).Reflect(v)
	s.Title, s.Description = a.Title, a.Description
	for _, e := range a.Examples {
		s.Examples = append(s.Examples, e.Input)
	}
	return finish(s)
}

// outputSchema is open: a later version may tell more.
func outputSchema(a *plugin.ActionSpec, v any) json.RawMessage {
	s := reflector(true).Reflect(v)
	s.Title, s.Description = a.Title+": result", "What the step "+a.Name+" gives."
	for _, e := range a.Examples {
		if e.Output != nil {
			s.Examples = append(s.Examples, e.Output)
		}
	}
	return finish(s)
}

// reflector writes schemas without references: forms and MCP clients follow
// none.
func reflector(open bool) *jsonschema.Reflector {
	return &jsonschema.Reflector{
		Anonymous: true, ExpandedStruct: true, DoNotReference: true,
		AllowAdditionalProperties: open,
		Mapper:                    mapType,
	}
}

// mapType is for the types that are not what Go says they are.
func mapType(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[plugin.Secret]():
		return &jsonschema.Schema{Type: "string", WriteOnly: true}
	case reflect.TypeFor[json.RawMessage]():
		return &jsonschema.Schema{Type: "object", AdditionalProperties: jsonschema.TrueSchema}
	case reflect.TypeFor[connector.PersonRef]():
		length := uint64(len("urn:li:person:") + 100)
		return &jsonschema.Schema{
			Type: "string", Title: "Person", Pattern: connector.PersonRefPattern, MaxLength: &length,
			Description: "A person's id or URN, as another step of this connection gives it.",
			Examples:    []any{"782bbtaQ", "urn:li:person:782bbtaQ"},
			Extras:      map[string]any{"x-linkstep-type": "linkedin.person_id"},
		}
	}
	return nil
}

// finish completes what struct tags cannot say, and writes the schema.
func finish(s *jsonschema.Schema) json.RawMessage {
	listExamples(s)
	doc, err := text(s)
	if err != nil {
		panic(err) // a schema of ours always encodes
	}
	return doc
}

// listExamples makes the examples of a list's items one example of the list,
// and gives flags the only example that there is.
func listExamples(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if s.Type == "boolean" {
		s.Examples = []any{true}
	}
	if s.Type == "array" && len(s.Examples) == 0 && s.Items != nil && len(s.Items.Examples) > 0 {
		s.Examples = []any{s.Items.Examples}
		if len(s.Items.Enum) > 0 {
			s.Items.Examples = nil
		}
	}
	listExamples(s.Items)
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		listExamples(p.Value)
	}
}

// text is JSON with the characters <, > and & as they are.
func text(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
