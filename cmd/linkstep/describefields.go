package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// field is what is shown of a schema: a property's, or that of a whole object.
type field struct {
	Type        any               `json:"type"` // a word, or a list of them
	Description string            `json:"description"`
	Default     json.RawMessage   `json:"default"`
	WriteOnly   bool              `json:"writeOnly"`
	Enum        []json.RawMessage `json:"enum"`
	Items       *field            `json:"items"`
	Properties  map[string]field  `json:"properties"`
	Required    []string          `json:"required"`

	Minimum   json.Number `json:"minimum"`
	Maximum   json.Number `json:"maximum"`
	MinLength json.Number `json:"minLength"`
	MaxLength json.Number `json:"maxLength"`
	MinItems  json.Number `json:"minItems"`
	MaxItems  json.Number `json:"maxItems"`
}

// UnmarshalJSON reads a schema. One that is only true or false tells nothing.
func (f *field) UnmarshalJSON(doc []byte) error {
	*f = field{}
	if string(doc) == "true" || string(doc) == "false" {
		return nil
	}
	type schema field
	return json.Unmarshal(doc, (*schema)(f))
}

// describeFields lists the properties of an object schema, required ones first.
func (a *app) describeFields(schema json.RawMessage) error {
	var object field
	if err := json.Unmarshal(schema, &object); err != nil {
		return fmt.Errorf("the schema: %w", err)
	}
	a.listFields(object, "  ")
	return nil
}

// listFields lists the properties of an object, and below each those that it
// has itself.
func (a *app) listFields(object field, indent string) {
	names := slices.SortedFunc(maps.Keys(object.Properties), func(x, y string) int {
		switch rx, ry := slices.Contains(object.Required, x), slices.Contains(object.Required, y); {
		case rx && !ry:
			return -1
		case ry && !rx:
			return 1
		}
		return strings.Compare(x, y)
	})
	for _, name := range names {
		f := object.Properties[name]
		fmt.Fprintf(a.out, "%s%s (%s)\n", indent, name, strings.Join(f.notes(slices.Contains(object.Required, name)), ", "))
		below := indent + "    "
		if f.Description != "" {
			fmt.Fprintf(a.out, "%s%s\n", below, f.Description)
		}
		element := f
		for element.Items != nil {
			element = *element.Items
		}
		if len(element.Enum) > 0 {
			fmt.Fprintf(a.out, "%sOne of: %s\n", below, strings.Join(element.values(), ", "))
		}
		a.listFields(element, below)
	}
}

// notes are what stands in brackets behind a field's name.
func (f field) notes(required bool) []string {
	notes := []string{f.typeWords()}
	switch {
	case required:
		notes = append(notes, "required")
	case len(f.Default) > 0 && string(f.Default) != "null":
		notes = append(notes, "default "+string(f.Default))
	}
	if f.WriteOnly {
		notes = append(notes, "secret")
	}
	for _, bounds := range []string{
		between(f.Minimum, f.Maximum, ""), between(f.MinLength, f.MaxLength, "character"), between(f.MinItems, f.MaxItems, "item"),
	} {
		if bounds != "" {
			notes = append(notes, bounds)
		}
	}
	return notes
}

// typeWords say what a field is.
func (f field) typeWords() string {
	switch t := f.Type.(type) {
	case string:
		if t == "array" && f.Items != nil {
			return t + " of " + f.Items.typeWords()
		}
		return t
	case []any:
		var words []string
		for _, word := range t {
			words = append(words, fmt.Sprint(word))
		}
		return strings.Join(words, " or ")
	}
	return "anything"
}

// values are the values that a field can have, texts without quotes.
func (f field) values() []string {
	var words []string
	for _, value := range f.Enum {
		var text string
		if json.Unmarshal(value, &text) != nil || text == "" || strings.ContainsAny(text, ", ") {
			text = string(value)
		}
		words = append(words, text)
	}
	return words
}

// between words bounds, of which either may be missing.
func between(low, high json.Number, of string) string {
	if low == "0" && of != "" { // nothing is less
		low = ""
	}
	if last := cmp.Or(high, low); of != "" && last == "1" {
		of = " " + of
	} else if of != "" {
		of = " " + of + "s"
	}
	switch {
	case low == high && low != "":
		return low.String() + of
	case low == "" && high == "":
		return ""
	case high == "":
		return "at least " + low.String() + of
	case low == "":
		return "at most " + high.String() + of
	}
	return low.String() + " to " + high.String() + of
}
