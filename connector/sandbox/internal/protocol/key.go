package protocol

import (
	"net/url"
	"strings"
)

// ParseKey decodes a compound key in a path: (id:A1) under protocol 2.0, id=A1 under 1.0. Either form
// under the other version is refused, as is a key whose parentheses are escaped.
func ParseKey(raw string, version Version) (Value, error) {
	if version == V1 {
		return formKey(raw)
	}
	v, err := ParseValue(raw)
	if err != nil {
		return Value{}, err
	}
	if v.Kind != Object {
		return Value{}, &SyntaxError{Problem: "key is not of the form (name:value)"}
	}
	return v, nil
}

// formKey decodes a compound key of protocol 1.0: a=1&b=2.
func formKey(raw string) (Value, error) {
	v := Value{Kind: Object}
	for _, pair := range strings.Split(raw, "&") {
		name, value, found := strings.Cut(pair, "=")
		if !found || name == "" || strings.ContainsAny(pair, "()") {
			return Value{}, &SyntaxError{Problem: "key is not of the form name=value"}
		}
		text, err := url.PathUnescape(value)
		if err != nil {
			return Value{}, &SyntaxError{Problem: "broken percent escape"}
		}
		v.Fields = append(v.Fields, Field{Name: name, Value: Value{Text: text}})
	}
	return v, nil
}
