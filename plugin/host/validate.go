package host

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
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
	compiled *jsonschema.Schema
	doc      any
}

// get compiles the schema of that name, or returns it from an earlier call.
func (s *schemas) get(name string, text json.RawMessage) (*schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sch := s.compiled[name]; sch != nil {
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
	return &schema{compiled, doc}, err
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
		Hint: fmt.Sprintf("See the fields with: linkstep describe %s.%s", p.desc.Name, spec.Name),
	}
}

// ValidateSettings checks a connection's settings, secret ones included,
// against what the connector asks for. All violations are reported at once.
func (p *Plugin) ValidateSettings(settings json.RawMessage) error {
	sch, err := p.schemas.get("config", p.desc.ConfigSchema)
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
		Hint: fmt.Sprintf("See the settings with: linkstep describe %s", p.desc.Name),
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
		s.collect(invalid, &list)
	}
	slices.SortStableFunc(list, func(a, b plugin.Violation) int { return strings.Compare(a.Pointer, b.Pointer) })
	return slices.Compact(list), nil
}

// violationsMax is how many violations are put into words. A person reads a
// few; a list of a million wrong entries would take seconds.
const violationsMax = 100

// collect walks to the leaves of a validation error.
func (s *schema) collect(e *jsonschema.ValidationError, list *[]plugin.Violation) {
	if len(*list) >= violationsMax {
		return
	}
	if len(e.Causes) > 0 {
		for _, cause := range e.Causes {
			s.collect(cause, list)
		}
		return
	}
	*list = append(*list, s.say(e)...)
}

// decode reads one JSON document with numbers kept as they are. Its errors
// name the line.
func decode(text json.RawMessage) (doc any, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var syntax *json.SyntaxError
	switch err := dec.Decode(&doc); {
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("%s at %s", syntax.Error(), position(text, int(syntax.Offset)-1))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("it ends too early")
	case err != nil:
		return nil, err
	}
	end := int(dec.InputOffset())
	if rest := bytes.TrimLeft(text[end:], " \t\r\n"); len(rest) > 0 {
		return nil, fmt.Errorf("there is more after its end at %s", position(text, len(text)-len(rest)))
	}
	return doc, nil
}

// position names the place of a byte in a text, both counted from one.
func position(text []byte, offset int) string {
	before := text[:max(0, min(offset, len(text)))]
	return fmt.Sprintf("line %d, column %d", 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n'))
}

const (
	digitsMax   = 100 // characters of a number
	exponentMax = 400 // beyond every float64
)

// unfit lists the numbers that no field can want and that would take long to
// compare, or that the validator cannot read at all: 1e10000000.
func unfit(doc any, location []string) (list []plugin.Violation) {
	switch v := doc.(type) {
	case json.Number:
		_, exponent, _ := strings.Cut(strings.ToLower(v.String()), "e")
		n, err := strconv.Atoi(cmp.Or(exponent, "0"))
		if len(v) > digitsMax || err != nil || max(n, -n) > exponentMax {
			list = append(list, plugin.Violation{Pointer: pointer(location), Message: nameOf(location) + " is a number out of all bounds"})
		}
	case []any:
		for i, item := range v {
			list = append(list, unfit(item, append(location, strconv.Itoa(i)))...)
		}
	case map[string]any:
		for key, item := range v {
			list = append(list, unfit(item, append(location, key))...)
		}
	}
	return list[:min(len(list), violationsMax)]
}

// nameOf is what a message calls the value at a location.
func nameOf(location []string) string {
	n := len(location)
	if n == 0 {
		return "it"
	}
	last := location[n-1]
	if i, err := strconv.Atoi(last); err == nil && n > 1 {
		return fmt.Sprintf("entry %d of %s", i+1, location[n-2])
	}
	return last
}

// RFC 6901, section 3.
var (
	pointerEscaper   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// pointer writes a location as a JSON pointer.
func pointer(location []string, more ...string) string {
	var b strings.Builder
	for _, token := range append(slices.Clone(location), more...) {
		b.WriteByte('/')
		b.WriteString(pointerEscaper.Replace(token))
	}
	return b.String()
}

// lookUp follows a JSON pointer into a decoded document, nil when it leads
// nowhere.
func lookUp(doc any, pointer string) any {
	for _, token := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if token == "" {
			continue
		}
		token = pointerUnescaper.Replace(token)
		switch v := doc.(type) {
		case map[string]any:
			doc = v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			doc = v[i]
		default:
			return nil
		}
	}
	return doc
}
