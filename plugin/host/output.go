package host

import (
	"bytes"
	"encoding/json"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// checkOutput refuses what a caller could not pass on.
func checkOutput(output json.RawMessage) error {
	switch {
	case len(output) > wire.MaxMessageBytes:
		return wire.TooLarge(plugin.EffectUnknown)
	case !json.Valid(output):
		return badOutput("no JSON", nil)
	}
	return nil
}

func badOutput(what string, err error) error {
	e := &plugin.Error{
		Kind: plugin.Internal, Source: plugin.SourceConnector, Effect: plugin.EffectApplied, Err: err,
		Message: "the connector's output is " + what, Hint: "This is a defect of the connector. Report it.",
	}
	if err != nil {
		e.Detail = err.Error()
	}
	return e
}

// merge sets a field of an object to a list of items.
func merge(output json.RawMessage, field string, items []json.RawMessage) (json.RawMessage, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(output, &object); err != nil || object == nil {
		return nil, badOutput("no JSON object", err)
	}
	if items == nil {
		items = []json.RawMessage{}
	}
	list, err := encode(items)
	if err != nil {
		return nil, badOutput("a page of what is no JSON", err)
	}
	object[field] = list
	doc, err := encode(object)
	if err != nil {
		return nil, badOutput("no JSON object", err)
	}
	return doc, nil
}

// encode is json.Marshal without the escapes that HTML needs: an output keeps
// the characters that the connector gave it.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func tooLarge(spec *plugin.ActionSpec) error {
	return &plugin.Error{
		Kind: plugin.TooLarge, Source: plugin.SourceUser, Pointer: "/max_items", Effect: plugin.EffectApplied,
		Message: spec.Name + " gave more than 16 MiB",
		Hint:    "Ask for fewer items with max_items and go on with the cursor, or read the pages as a stream.",
	}
}
