package restli

import (
	"slices"
	"strings"
)

// paramsName is the entry that carries the parameter half of a complex key. It is no part of the entity's identity.
const paramsName = "$params"

// Key returns a compound key of one part, such as (id:AbC-1) for a person; [Object.With] adds more parts.
func Key(name string, v Value) Object { return Object{{Name: name, Value: v}} }

// ComplexKey joins the two halves of a complex key: (major:1,minor:2,$params:(version:3)). The params are sent along with the
// key but do not identify the entity. Nil params are left out.
func ComplexKey(key, params Object) Object {
	if params == nil {
		return key
	}
	return key.With(paramsName, params)
}

// DecodeKey reads an id as LinkedIn sends it in headers and as a key of a batch reply. Besides the reduced encoding it takes
//   - a URN or another text that was not escaped: urn:li:share:7, also inside a compound key;
//   - the full encoding: urn%3Ali%3Ashare%3A7;
//   - the protocol 1.0 form of a compound key: id=AbC-1, a=1&b=2.
//
// Unbalanced parentheses and a malformed compound key are a [*SyntaxError].
func DecodeKey(text string) (Value, error) {
	if old, ok := parseOldKey(text); ok {
		return old, nil
	}
	if v, err := DecodeReduced(text); err == nil {
		return v, nil
	}
	return decodeLooseKey(text, 0)
}

// decodeLooseKey reads a key that leaves structural characters unescaped.
func decodeLooseKey(text string, depth int) (Value, error) {
	parts, err := splitTop(text)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(text, "(") {
		plain, _ := unescape(text, true)
		return String(plain), nil
	}
	if depth > maxDepth || !strings.HasSuffix(text, ")") || len(parts) != 1 {
		return nil, &SyntaxError{What: "key", Reason: "not a compound key"}
	}
	parts, err = splitTop(text[1 : len(text)-1])
	if err != nil {
		return nil, err
	}
	var key Object
	seen := map[string]bool{}
	for _, part := range parts {
		name, rest, found := strings.Cut(part, ":")
		if !found || !isName(name) || seen[name] {
			return nil, &SyntaxError{What: "key", Reason: "a part of a compound key has no name of its own"}
		}
		seen[name] = true
		v, err := DecodeReduced(rest)
		if err != nil {
			if v, err = decodeLooseKey(rest, depth+1); err != nil {
				return nil, err
			}
		}
		key = append(key, Entry{Name: name, Value: v})
	}
	return key, nil
}

// parseOldKey reads a compound key of protocol 1.0, a=1&b=2, and reports whether text is one. The base64 text YWI= is not: a part
// needs a name and a value, and the value holds no second equals sign. Nor is what would not balance.
func parseOldKey(text string) (Object, bool) {
	if !strings.Contains(text, "=") {
		return nil, false
	}
	if _, err := splitTop(text); err != nil {
		return nil, false
	}
	var key Object
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(part, "=")
		if !isName(name) || seen[name] || value == "" || strings.Contains(value, "=") {
			return nil, false
		}
		seen[name] = true
		plain, _ := unescape(value, true)
		key = append(key, Entry{Name: name, Value: String(plain)})
	}
	return key, true
}

// splitTop cuts text at the commas outside all parentheses, and refuses parentheses that do not balance.
func splitTop(text string) ([]string, error) {
	var parts []string
	open, start := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			open++
		case ')':
			if open--; open < 0 {
				return nil, &SyntaxError{What: "key", Offset: i, Reason: "')' without '('"}
			}
		case ',':
			if open == 0 {
				parts = append(parts, text[start:i])
				start = i + 1
			}
		}
	}
	if open > 0 {
		return nil, &SyntaxError{What: "key", Offset: len(text), Reason: "')' is missing"}
	}
	return append(parts, text[start:]), nil
}

// isName reports whether text can be the name of a key part or a field: letters, digits and _ . $ -, not empty.
func isName(text string) bool {
	for i := range len(text) {
		c := text[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_.$-", c) >= 0) {
			return false
		}
	}
	return text != ""
}

// ID returns the plain text by which a key is known, so that a key sent and a key received compare equal: a String is its own
// id, a compound key of one part has the id of that part ((id:AbC-1) is AbC-1), anything else is its reduced encoding with the
// entries sorted by name. The params of a complex key are ignored.
func ID(key Value) string {
	object, ok := key.(Object)
	if !ok {
		if text, ok := key.(String); ok {
			return string(text)
		}
		return EncodeReduced(key)
	}
	object = slices.DeleteFunc(slices.Clone(object), func(e Entry) bool { return e.Name == paramsName })
	if len(object) == 1 {
		if text, ok := object[0].Value.(String); ok {
			return string(text)
		}
	}
	slices.SortStableFunc(object, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return EncodeReduced(object)
}
