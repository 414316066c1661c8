package restli

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxURN is the longest URN, in characters. learn.microsoft.com/linkedin/shared/api-guide/concepts/urns, 2026-11-24.
const maxURN = 255

// URN names an entity of LinkedIn: urn:li:person:AbC-1. The id may be a tuple of ids and URNs, as in
// urn:li:comment:(urn:li:activity:1,2).
type URN struct {
	Namespace string // "li"
	Type      string // entity type, as in person
	ID        string // not empty; begins with a parenthesis when it is a tuple
}

// ParseURN reads a URN that is not percent-encoded; [DecodeKey] undoes the encoding. What is too long, lacks a part, has white
// space or unbalanced parentheses is a [*SyntaxError].
func ParseURN(text string) (URN, error) {
	if utf8.RuneCountInString(text) > maxURN {
		return URN{}, &SyntaxError{What: "urn", Offset: maxURN, Reason: "more than 255 characters"}
	}
	rest, ok := strings.CutPrefix(text, "urn:")
	if !ok {
		return URN{}, &SyntaxError{What: "urn", Reason: "does not begin with urn:"}
	}
	namespace, rest, _ := strings.Cut(rest, ":")
	kind, id, _ := strings.Cut(rest, ":")
	if !isName(namespace) || !isName(kind) || id == "" {
		return URN{}, &SyntaxError{What: "urn", Reason: "is not urn:namespace:type:id"}
	}
	if bad := strings.IndexFunc(text, notInURN); bad >= 0 {
		return URN{}, &SyntaxError{What: "urn", Offset: bad, Reason: "a character that no URN has"}
	}
	at := len(text) - len(id)
	if _, err := splitTop(id); err != nil {
		return URN{}, &SyntaxError{What: "urn", Offset: at, Reason: "parentheses do not balance"}
	}
	if id[0] == '(' {
		parts, err := tupleParts(id)
		if err != nil || slices.Contains(parts, "") {
			return URN{}, &SyntaxError{What: "urn", Offset: at, Reason: "is not a tuple"}
		}
	}
	return URN{Namespace: namespace, Type: kind, ID: id}, nil
}

// String returns the URN as LinkedIn writes it, not percent-encoded.
func (u URN) String() string { return "urn:" + u.Namespace + ":" + u.Type + ":" + u.ID }

// Parts returns the parts of a tuple, each an id or a URN, or the id itself when it is no tuple.
func (u URN) Parts() []string {
	if parts, err := tupleParts(u.ID); err == nil {
		return parts
	}
	return []string{u.ID}
}

// tupleParts cuts (a,b(c,d)) at its own commas.
func tupleParts(id string) ([]string, error) {
	if len(id) < 2 || id[0] != '(' || id[len(id)-1] != ')' {
		return nil, unexpected("urn", id, 0)
	}
	return splitTop(id[1 : len(id)-1]) // fails on (a)(b), whose first parenthesis is not closed by the last
}

func notInURN(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError }
