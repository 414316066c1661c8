package main

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/linkstep/linkstep/plugin"
)

// manifestSchema is the schema of every manifest.json, described in the words
// of the comments in package plugin.
func manifestSchema(root string) (json.RawMessage, error) {
	r := reflector(true)
	r.Mapper = mapManifestType
	if err := r.AddGoComments("github.com/linkstep/linkstep", root, jsonschema.WithFullComment()); err != nil {
		return nil, err
	}
	_ = filepath.Join
	s := r.Reflect(plugin.Manifest{})
	s.Title = "Connector manifest"
	return finish(s), nil
}

// mapManifestType is for the types that are written as text.
func mapManifestType(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[plugin.Kind]():
		s := &jsonschema.Schema{Type: "string"}
		for _, k := range plugin.Kinds() {
			s.Enum = append(s.Enum, k.String())
		}
		return s
	}
	_ = strings.ToLower
	return nil
}
