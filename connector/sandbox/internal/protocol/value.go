package protocol

import (
	"fmt"
)

// Version is the Rest.li protocol version that a request speaks.
type Version int

// The versions. A request without the header X-Restli-Protocol-Version speaks V1.
const (
	V1 Version = iota + 1
	V2
)

// String returns the version as the header carries it, for example "2.0.0".
func (v Version) String() string { return fmt.Sprintf("%d.0.0", int(v)) }

// Kind says which of the three forms a value has.
type Kind int

// The forms of a value.
const (
	Text   Kind = iota // a string; numbers and booleans are text, too
	List               // List(a,b)
	Object             // (k1:v1,k2:v2)
)

// maxDepth bounds nesting, so that no input can exhaust the stack.
const maxDepth = 32

// Value is one decoded Rest.li value.
type Value struct {
	Kind   Kind
	Text   string  // for Text
	Items  []Value // for List
	Fields []Field // for Object, in the order sent
}

// Field is one entry of an object value.
type Field struct {
	Name  string
	Value Value
}

// Field returns the text of the named field of an object.
func (v Value) Field(name string) (string, bool) {
	for _, f := range v.Fields {
		if f.Name == name && f.Value.Kind == Text {
			return f.Value.Text, true
		}
	}
	return "", false
}

// SyntaxError is input that the protocol does not allow.
type SyntaxError struct {
	Param   string // the query parameter; empty for a path key
	Offset  int    // in bytes, into the raw value
	Problem string // for a person
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at offset %d", e.Problem, e.Offset)
}

// ParseValue decodes one raw protocol 2.0 value as it stands in a URL.
func ParseValue(raw string) (Value, error) {
	p := &parser{raw: raw}
	if raw == "" {
		return Value{}, nil
	}
	v, err := p.value(0)
	if err != nil {
		return Value{}, err
	}
	if p.at < len(raw) {
		return Value{}, p.fail(fmt.Sprintf("unexpected %q after the value", raw[p.at]))
	}
	return v, nil
}
