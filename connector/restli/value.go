package restli

import (
	"encoding/json"
	"strconv"
)

// Value is what a query parameter or a key holds: a [String], a [List] or an [Object]. The protocol has no types on the wire,
// so numbers and booleans are Strings too and come back as Strings. A nil Value is written as null.
type Value interface {
	appendTo(dst []byte, safe *charset) []byte
}

// String is a plain value. It holds the text itself, never an encoded form: String("a,b") is written as a%2Cb.
type String string

// List is a sequence of values, List(a,b) on the wire. A nil List is the empty one.
type List []Value

// Object is a sequence of named values in the order in which they are written, (a:1,b:2) on the wire. It is also the form of a
// compound key, such as (id:AbC-1) for a person. Names should be unique: decoding refuses one that comes twice.
type Object []Entry

// Entry is one named value of an [Object].
type Entry struct {
	Name  string // may be empty, it is then written as ''
	Value Value  // nil is written as null
}

// Null is the value that Rest.li clients send for null.
const Null = String("null")

// Int returns the value of an integer.
func Int(n int64) String { return String(strconv.FormatInt(n, 10)) }

// Bool returns true or false as a value.
func Bool(b bool) String { return String(strconv.FormatBool(b)) }

// Float returns the value of a number, written as JSON writes it: 0.1, 3, 1e+21. NaN and infinities have no form in JSON and
// become words that no server will take.
func Float(f float64) String {
	if text, err := json.Marshal(f); err == nil {
		return String(text)
	}
	return String(strconv.FormatFloat(f, 'g', -1, 64))
}

// Strings returns the list of the given texts: Strings("1035", "3803") is List(1035,3803).
func Strings(texts ...string) List {
	list := make(List, len(texts))
	for i, text := range texts {
		list[i] = String(text)
	}
	return list
}

// Get returns the value of the first entry with that name, and whether there is one.
func (o Object) Get(name string) (Value, bool) {
	for _, entry := range o {
		if entry.Name == name {
			return entry.Value, true
		}
	}
	return nil, false
}

// With returns a copy of the object with one more entry at its end.
func (o Object) With(name string, v Value) Object {
	return append(o[:len(o):len(o)], Entry{Name: name, Value: v})
}
