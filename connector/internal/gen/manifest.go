package main

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/schema"
)

const module = "github.com/linkstep/linkstep"

// manifestSchema is the schema of every manifest.json, described in the words
// of the comments in package plugin.
func manifestSchema() (json.RawMessage, error) {
	r := schema.Reflector(true)
	r.Mapper = mapManifestType // alone: raw JSON is any value here
	for _, file := range []string{"plugin/manifest.go", "plugin/action.go", "plugin/description.go"} {
		if err := r.AddGoComments(module, file); err != nil {
			return nil, err
		}
	}
	s := r.Reflect(plugin.Manifest{})
	s.Title = "Connector manifest"
	s.Description = "What a host knows of a connector before it starts it. The top level is that of an MCP bundle's manifest, version 0.3; what is ours stands under _meta."
	describe(s)
	return schema.Encode(s), nil
}

// mapManifestType is for the types that have fewer values than Go says.
func mapManifestType(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[plugin.Kind]():
		var words []string
		for _, k := range plugin.Kinds() {
			words = append(words, k.String())
		}
		return oneOf(words...)
	case reflect.TypeFor[plugin.ActionEffect]():
		return oneOf(string(plugin.EffectRead), string(plugin.EffectCreate), string(plugin.EffectUpdate), string(plugin.EffectDelete))
	case reflect.TypeFor[plugin.Access]():
		return oneOf(string(plugin.AccessOpen), string(plugin.AccessPartner))
	case reflect.TypeFor[plugin.DataSubject]():
		return oneOf(string(plugin.SubjectSelf), string(plugin.SubjectOthers), string(plugin.SubjectNone))
	}
	return nil
}

// oneOf is the schema of one of some words.
func oneOf(words ...string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, w := range words {
		s.Enum = append(s.Enum, w)
	}
	return s
}

// manifestPatterns are the shapes of properties, wherever they stand.
func manifestPatterns() map[string]string {
	return map[string]string{
		"sha256":           `^[0-9a-f]{64}$`,
		"version":          `^[0-9A-Za-z][0-9A-Za-z.+-]*$`,
		"manifest_version": `^0\.3$`,
		"sunset":           `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`,
		"path":             `^[^/\\][^\\]*$`,
		"host":             `^>=[0-9]+\.[0-9]+\.[0-9]+$`,
	}
}

// describe gives every property a title and every text its shape.
func describe(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	describe(s.Items)
	describe(s.AdditionalProperties)
	s.Description = plain(s.Description)
	if s.Properties == nil {
		return
	}
	patterns := manifestPatterns()
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if p.Value == jsonschema.TrueSchema { // any value; shared by all
			p.Value = &jsonschema.Schema{}
		}
		describe(p.Value)
		p.Value.Title = strings.TrimSpace(strings.NewReplacer("_", " ", ".", " ", "$", "").Replace(p.Key))
		if p.Value.Type == "string" && len(p.Value.Enum) == 0 {
			p.Value.Pattern = patterns[p.Key]
		}
	}
}

// plain is a Go comment without its line ends and links.
func plain(comment string) string {
	return strings.NewReplacer("\n", " ", "[", "", "]", "").Replace(comment)
}
