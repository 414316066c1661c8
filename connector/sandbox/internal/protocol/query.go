package protocol

import (
	"errors"
	"net/url"
	"strings"
)

// Query holds the parameters of one request, in the order sent.
type Query struct {
	params []Param
}

// Param is one query parameter.
type Param struct {
	Name  string
	Value Value
	Raw   string // "name=value" as sent
}

// ParseQuery decodes what stands after the question mark. A parameter without a name is ignored, as
// Rest.li does. The parameters fields and projection have a syntax of their own (see [ParseMask]) and
// come out as text.
func ParseQuery(raw string, version Version) (Query, error) {
	var q Query
	for _, pair := range strings.Split(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name == "" {
			continue
		}
		p := Param{Raw: pair}
		var err error
		if version == V1 {
			p.Name, p.Value, err = formPair(name, value)
		} else {
			p.Name, p.Value, err = strictPair(name, value)
		}
		var syntax *SyntaxError
		if errors.As(err, &syntax) {
			syntax.Param = name
		}
		if err != nil {
			return Query{}, err
		}
		if version == V2 && q.Has(p.Name) {
			return Query{}, &SyntaxError{Param: p.Name, Problem: "parameter is given twice"}
		}
		q.params = append(q.params, p)
	}
	return q, nil
}

// formPair decodes a parameter of protocol 1.0, which is form encoding.
func formPair(name, value string) (string, Value, error) {
	n, err := url.QueryUnescape(name)
	if err != nil {
		return "", Value{}, &SyntaxError{Problem: "broken percent escape in the name"}
	}
	v, err := url.QueryUnescape(value)
	if err != nil {
		return "", Value{}, &SyntaxError{Problem: "broken percent escape"}
	}
	return n, Value{Text: v}, nil
}

// strictPair decodes a parameter of protocol 2.0.
func strictPair(name, value string) (string, Value, error) {
	n, offset, problem := decode(name)
	if problem != "" {
		return "", Value{}, &SyntaxError{Offset: offset, Problem: problem + " in the name"}
	}
	if n == "fields" || n == "projection" {
		text, offset, problem := decode(value)
		if problem != "" {
			return "", Value{}, &SyntaxError{Offset: offset, Problem: problem}
		}
		return n, Value{Text: text}, nil
	}
	v, err := ParseValue(value)
	return n, v, err
}

// Has reports whether the parameter was sent, even empty.
func (q Query) Has(name string) bool {
	for _, p := range q.params {
		if p.Name == name {
			return true
		}
	}
	return false
}

// Get returns the first value of the parameter, or empty text.
func (q Query) Get(name string) Value {
	for _, p := range q.params {
		if p.Name == name {
			return p.Value
		}
	}
	return Value{}
}

// All returns every value of a parameter that protocol 1.0 repeats.
func (q Query) All(name string) []Value {
	var all []Value
	for _, p := range q.params {
		if p.Name == name {
			all = append(all, p.Value)
		}
	}
	return all
}

// Names lists the parameters in the order sent.
func (q Query) Names() []string {
	names := make([]string, len(q.params))
	for i, p := range q.params {
		names[i] = p.Name
	}
	return names
}

// Without returns the query as it was sent, less the named parameters. Page links are made of it, so
// they keep the encoding of the client.
func (q Query) Without(names ...string) string {
	var kept []string
next:
	for _, p := range q.params {
		for _, name := range names {
			if p.Name == name {
				continue next
			}
		}
		kept = append(kept, p.Raw)
	}
	return strings.Join(kept, "&")
}
