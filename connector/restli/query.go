package restli

import "strings"

// Query is the parameters of a request in the order in which they are written. The zero value is empty and ready to use.
type Query []Param

// Param is one parameter of a [Query].
type Param struct {
	Name  string
	Value Value // nil is written as null; leave the parameter out to send nothing
}

// inProjection is how fields and projection are written: their own syntax stays readable, all else is escaped.
var inProjection = charsetOf(unreserved + "(),:*$!")

// Add appends a parameter, also when there is one of that name already.
func (q *Query) Add(name string, v Value) { *q = append(*q, Param{Name: name, Value: v}) }

// Get returns the value of the first parameter with that name, and whether there is one.
func (q Query) Get(name string) (Value, bool) {
	for _, param := range q {
		if param.Name == name {
			return param.Value, true
		}
	}
	return nil, false
}

// With returns a copy of the query in which the parameter of that name has the value v: in the place of the first such parameter,
// or at the end.
func (q Query) With(name string, v Value) Query {
	out := make(Query, 0, len(q)+1)
	done := false
	for _, param := range q {
		if param.Name != name {
			out = append(out, param)
			continue
		}
		if !done {
			out = append(out, Param{Name: name, Value: v})
			done = true
		}
	}
	if !done {
		out = append(out, Param{Name: name, Value: v})
	}
	return out
}

// Encode writes the query as it stands after the question mark: for [net/url.URL] RawQuery, never to be encoded again.
//
// The parameters fields and projection are the exception of the protocol: their text is written in its own syntax, with
// parentheses, commas and colons unescaped, and a List of names as fields is joined by commas.
func (q Query) Encode() string {
	var dst []byte
	for i, param := range q {
		if i > 0 {
			dst = append(dst, '&')
		}
		dst = appendEscaped(dst, param.Name, inURL)
		dst = append(dst, '=')
		if isProjectionParam(param.Name) {
			dst = appendProjection(dst, param.Value)
			continue
		}
		dst = appendValue(dst, param.Value, inURL)
	}
	return string(dst)
}

func isProjectionParam(name string) bool { return name == "fields" || name == "projection" }

func appendProjection(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case String:
		return appendEscaped(dst, string(v), inProjection)
	case List:
		for i, name := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendProjection(dst, name)
		}
		return dst
	}
	return appendValue(dst, v, inURL)
}

// ParseQuery reads what stands after the question mark, the inverse of [Query.Encode]: for the links of a collection, and for
// a server that speaks the protocol. A parameter without a name is ignored and one without a value is the empty string. The texts
// of fields and projection are returned as Strings, for [ParseFields] and [ParseProjection].
func ParseQuery(raw string) (Query, error) {
	var query Query
	offset := 0
	for pair := range strings.SplitSeq(raw, "&") {
		param, ok, err := parseParam(pair, offset)
		if err != nil {
			return nil, err
		}
		if ok {
			query = append(query, param)
		}
		offset += len(pair) + 1
	}
	return query, nil
}

// parseParam reads one name=value that stands at offset in the query. It reports false for a pair that is to be ignored.
func parseParam(pair string, offset int) (Param, bool, error) {
	rawName, rawValue, _ := strings.Cut(pair, "=")
	name, bad := unescape(rawName, false)
	if bad >= 0 {
		return Param{}, false, &SyntaxError{What: "query", Offset: offset + bad, Reason: "broken percent escape"}
	}
	if name == "" {
		return Param{}, false, nil
	}
	offset += len(rawName) + 1
	if isProjectionParam(name) {
		text, bad := unescape(rawValue, false)
		if bad >= 0 {
			return Param{}, false, &SyntaxError{What: "query", Offset: offset + bad, Reason: "broken percent escape"}
		}
		return Param{Name: name, Value: String(text)}, true, nil
	}
	v, err := Decode(rawValue)
	if err, ok := err.(*SyntaxError); ok {
		return Param{}, false, &SyntaxError{What: "query", Offset: offset + err.Offset, Reason: err.Reason}
	}
	return Param{Name: name, Value: v}, true, nil
}
