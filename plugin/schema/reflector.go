package schema

import (
	"encoding/json"
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/linkstep/linkstep/plugin"
)

// Reflector makes schemas without references, for documents other than those
// that [Types] knows. Open ones take properties that have no name in the type.
// Its Mapper is for the types of the contract; it may be replaced.
func Reflector(open bool) *jsonschema.Reflector {
	return &jsonschema.Reflector{
		Anonymous: true, ExpandedStruct: true, DoNotReference: true,
		AllowAdditionalProperties: open,
		Mapper:                    mapContract,
	}
}

// mapContract is for the types of the contract that are not what Go says.
func mapContract(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[plugin.Secret]():
		return &jsonschema.Schema{Type: "string", WriteOnly: true}
	case reflect.TypeFor[json.RawMessage]():
		return &jsonschema.Schema{Type: "object", AdditionalProperties: jsonschema.TrueSchema}
	}
	return nil
}

// Encode writes a schema, completed by what struct tags cannot say: examples
// of lists and flags.
func Encode(s *jsonschema.Schema) json.RawMessage {
	listExamples(s)
	doc, err := Text(s)
	if err != nil {
		panic(err) // a schema that was made from a type always encodes
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
