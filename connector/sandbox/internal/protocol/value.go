package protocol

import (
	"fmt"
	"strings"
	"unicode/utf8"
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

// parser walks over one raw value.
type parser struct {
	raw string
	at  int
}

func (p *parser) fail(problem string) error {
	return &SyntaxError{Offset: p.at, Problem: problem}
}

// peek returns the next byte, or 0 at the end.
func (p *parser) peek() byte {
	if p.at == len(p.raw) {
		return 0
	}
	return p.raw[p.at]
}

func (p *parser) value(depth int) (Value, error) {
	switch {
	case depth > maxDepth:
		return Value{}, p.fail("value is nested too deeply")
	case strings.HasPrefix(p.raw[p.at:], "List("):
		p.at += len("List(")
		return p.list(depth)
	case p.peek() == '(':
		p.at++
		return p.object(depth)
	}
	text, err := p.text()
	return Value{Text: text}, err
}

// list reads the items of a list whose opening has been read.
func (p *parser) list(depth int) (Value, error) {
	v := Value{Kind: List}
	if p.peek() == ')' {
		p.at++
		return v, nil
	}
	for {
		item, err := p.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		v.Items = append(v.Items, item)
		if done, err := p.closed(); done || err != nil {
			return v, err
		}
	}
}

// object reads the fields of an object whose opening has been read.
func (p *parser) object(depth int) (Value, error) {
	v := Value{Kind: Object}
	if p.peek() == ')' {
		p.at++
		return v, nil
	}
	for {
		name, err := p.text()
		if err != nil {
			return Value{}, err
		}
		if p.peek() != ':' {
			return Value{}, p.fail("object field has no colon")
		}
		p.at++
		field, err := p.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		v.Fields = append(v.Fields, Field{Name: name, Value: field})
		if done, err := p.closed(); done || err != nil {
			return v, err
		}
	}
}

// closed reads what follows an item: a comma (false) or the closing parenthesis (true).
func (p *parser) closed() (bool, error) {
	switch p.peek() {
	case ',':
		p.at++
		return false, nil
	case ')':
		p.at++
		return true, nil
	case 0:
		return false, p.fail("parentheses are not balanced")
	}
	return false, p.fail(fmt.Sprintf("unexpected %q", p.peek()))
}

// text reads a string up to the next structural character.
func (p *parser) text() (string, error) {
	if strings.HasPrefix(p.raw[p.at:], "''") {
		p.at += 2
		return "", nil
	}
	start := p.at
	for p.at < len(p.raw) && !strings.ContainsRune("(),:'", rune(p.raw[p.at])) {
		p.at++
	}
	if p.at == start {
		return "", p.fail("a value is missing (an empty string is written '')")
	}
	text, offset, problem := decode(p.raw[start:p.at])
	if problem != "" {
		p.at = start + offset
		return "", p.fail(problem)
	}
	return text, nil
}

// decode undoes percent-encoding. It refuses what a correct encoder never writes: a plus sign or a
// space (the marks of form encoding), bytes outside ASCII, broken escapes and broken UTF-8.
func decode(raw string) (text string, offset int, problem string) {
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '%':
			if i+2 >= len(raw) || unhex(raw[i+1]) < 0 || unhex(raw[i+2]) < 0 {
				return "", i, "broken percent escape"
			}
			b.WriteByte(byte(unhex(raw[i+1])<<4 | unhex(raw[i+2])))
			i += 2
		case c == '+':
			return "", i, "plus sign is not escaped (a space is %20, a plus is %2B)"
		case c <= ' ' || c >= 0x7f:
			return "", i, "character is not escaped"
		default:
			b.WriteByte(c)
		}
	}
	if !utf8.ValidString(b.String()) {
		return "", 0, "escapes are not UTF-8"
	}
	return b.String(), 0, ""
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// Reduce writes s in reduced encoding, as answers do in JSON keys: only the five structural
// characters are escaped.
func Reduce(s string) string { return reducer.Replace(s) }

var reducer = strings.NewReplacer(",", "%2C", "(", "%28", ")", "%29", "'", "%27", ":", "%3A")
