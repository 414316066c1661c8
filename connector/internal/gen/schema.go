package main

import (
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/linkstep/linkstep/connector"
)

// mapType is for the types that are not what Go says they are.
func mapType(t reflect.Type) *jsonschema.Schema {
	if t != reflect.TypeFor[connector.PersonRef]() {
		return nil
	}
	length := uint64(len("urn:li:person:") + 100)
	return &jsonschema.Schema{
		Type: "string", Title: "Person", Pattern: connector.PersonRefPattern, MaxLength: &length,
		Description: "A person's id or URN, as another step of this connection gives it.",
		Examples:    []any{"782bbtaQ", "urn:li:person:782bbtaQ"},
		Extras:      map[string]any{"x-linkstep-type": "linkedin.person_id"},
	}
}
