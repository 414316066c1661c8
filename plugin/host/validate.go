package host

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/linkstep/linkstep/plugin"
)

// schemas holds a connector's compiled schemas, each compiled when first used.
type schemas struct {
	mu       sync.Mutex // guards the field below
	compiled map[string]*schema
}

// schema is a compiled JSON Schema and its text, from which messages take
// titles and examples.
type schema struct {
	text     string
	compiled *jsonschema.Schema
	doc      any
	optional bool // the empty object fits, as it does for a step that sets nothing
}

// get compiles the schema of that name, or returns it from an earlier call
// with the same text: an upgrade brings another.
func (s *schemas) get(name string, text json.RawMessage) (*schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sch := s.compiled[name]; sch != nil && sch.text == string(text) {
		return sch, nil
	}
	sch, err := compile(text)
	if err != nil {
		return nil, &plugin.Error{
			Kind: plugin.PluginIncompatible, Source: plugin.SourceConnector, Effect: plugin.EffectNone, Err: err, Detail: err.Error(),
			Message: "the connector's schema " + name + " is no JSON Schema",
			Hint:    "Report this to the connector's author.",
		}
	}
	if s.compiled == nil {
		s.compiled = make(map[string]*schema)
	}
	s.compiled[name] = sch
	return sch, nil
}

func compile(text json.RawMessage) (*schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(noLoader{})
	const url = "schema.json"
	if err := c.AddResource(url, doc); err != nil {
		return nil, err
	}
	compiled, err := c.Compile(url)
	if err != nil {
		return nil, err
	}
	return &schema{string(text), compiled, doc, compiled.Validate(map[string]any{}) == nil}, nil
}

// noLoader refuses references to other documents: a schema stands alone.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("reference to another document: %s", url)
}

// validateInput checks an action's input. All violations are reported at once.
func (p *Plugin) validateInput(spec *plugin.ActionSpec, input json.RawMessage) error {
	sch, err := p.schemas.get(spec.Name+".input", spec.Input)
	if err != nil {
		return err
	}
	violations, err := sch.violations(input)
	if err != nil {
		return &plugin.Error{
			Kind: plugin.InvalidInput, Source: plugin.SourceUser, Effect: plugin.EffectNone, Err: err,
			Message: "the input is no JSON: " + err.Error(),
			Hint:    "Give one JSON object, for example " + exampleInput(spec),
		}
	}
	if len(violations) == 0 {
		return nil
	}
	return &plugin.Error{
		Kind: plugin.InvalidInput, Source: plugin.SourceUser, Effect: plugin.EffectNone,
		Message: sentence("the input does not fit", violations), Pointer: violations[0].Pointer, Violations: violations,
		Hint: fmt.Sprintf("See the fields with: linkstep describe %s.%s", p.Description().Name, spec.Name),
	}
}

// ValidateSettings checks a connection's settings, secret ones included,
// against what the connector asks for. All violations are reported at once.
func (p *Plugin) ValidateSettings(settings json.RawMessage) error {
	sch, err := p.schemas.get("config", p.Description().ConfigSchema)
	if err != nil {
		return err
	}
	violations, err := sch.violations(settings)
	if err != nil {
		return &plugin.Error{
			Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone, Err: err,
			Message: "the settings are no JSON: " + err.Error(), Hint: "Give one JSON object.",
		}
	}
	if len(violations) == 0 {
		return nil
	}
	return &plugin.Error{
		Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone,
		Message: sentence("the settings do not fit", violations), Pointer: violations[0].Pointer, Violations: violations,
		Hint: fmt.Sprintf("See the settings with: linkstep describe %s", p.Description().Name),
	}
}

func exampleInput(spec *plugin.ActionSpec) string {
	if len(spec.Examples) > 0 {
		return string(spec.Examples[0].Input)
	}
	return "{}"
}

// sentence sums up violations: the first in words, the number of the others.
func sentence(what string, violations []plugin.Violation) string {
	s := fmt.Sprintf("%s: %s", what, violations[0].Message)
	if n := len(violations) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	return s
}

// violations checks a document. The error says why it is no JSON.
func (s *schema) violations(text json.RawMessage) ([]plugin.Violation, error) {
	if s.optional && string(text) == "{}" {
		return nil, nil
	}
	doc, err := decode(text)
	if err != nil {
		return nil, err
	}
	list := unfit(doc, nil)
	if len(list) == 0 {
		var invalid *jsonschema.ValidationError
		if err := s.compiled.Validate(doc); !errors.As(err, &invalid) {
			return nil, err
		}
		for _, leaf := range leaves(nil, invalid) {
			list = append(list, s.say(leaf)...)
		}
	}
	slices.SortStableFunc(list, func(a, b plugin.Violation) int { return strings.Compare(a.Pointer, b.Pointer) })
	return slices.Compact(list), nil
}

// violationsMax is how many violations are put into words. A person reads a
// few; a list of a million wrong entries would take seconds.
const violationsMax = 100
