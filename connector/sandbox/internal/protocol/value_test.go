package protocol_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox/internal/protocol"
)

func text(s string) protocol.Value { return protocol.Value{Text: s} }

func list(items ...protocol.Value) protocol.Value {
	return protocol.Value{Kind: protocol.List, Items: items}
}

func object(pairs ...string) protocol.Value {
	v := protocol.Value{Kind: protocol.Object}
	for i := 0; i < len(pairs); i += 2 {
		v.Fields = append(v.Fields, protocol.Field{Name: pairs[i], Value: text(pairs[i+1])})
	}
	return v
}

func TestParseValue(t *testing.T) {
	tests := []struct {
		name string
		raw  string
		want protocol.Value
		why  string
	}{
		{"spaces", "value%20with%20spaces", text("value with spaces"), "vector of the official client"},
		{"list", "List(1,2,3)", list(text("1"), text("2"), text("3")), "vector of the official client"},
		{"escaped list", "List%28value%3Awith%25reserved%2Cchars%2C%27%27%29", text("List(value:with%reserved,chars,'')"), "a string that looks like a list stays a string"},
		{"object", "(k51:v51,k52:v52)", object("k51", "v51", "k52", "v52"), "vector of the official client"},
		{"list of odd strings", "List(%28v1%2C2%29,%28v2%2C2%29)", list(text("(v1,2)"), text("(v2,2)")), "vector of the official client"},
		{"empty string", "''", text(""), "two quotes are the empty string"},
		{"nothing", "", text(""), "foo= is an empty string"},
		{"list of one empty string", "List('')", list(text("")), "vector of the official client"},
		{"empty key", "('':x)", object("", "x"), "vector of the official client"},
		{"empty list", "List()", list(), "grammar of the protocol"},
		{"empty object", "()", object(), "grammar of the protocol"},
		{"query in a value", "%3Fkey%3Dvalue", text("?key=value"), "vector of the official client"},
		{"null", "null", text("null"), "types are lost on the wire"},
		{"urn", "urn%3Ali%3Aperson%3A123", text("urn:li:person:123"), "vector of the official client"},
		{"umlaut", "K%C3%B6ln", text("Köln"), "each byte is escaped"},
		{"emoji", "%F0%9F%8C%B1", text("🌱"), "four bytes"},
		{"lower-case hex", "%c3%b6", text("ö"), "hex digits have no case"},
		{"unreserved", "a-b_c.d~e*f!g$h;i@j/k?l=m", text("a-b_c.d~e*f!g$h;i@j/k?l=m"), "characters that may stay"},
		{"Lists is a word", "Lists", text("Lists"), "only List( opens a list"},
		{"List alone", "List", text("List"), "only List( opens a list"},
		{"list of keys", "List((id:A1),(id:B2))", list(object("id", "A1"), object("id", "B2")), "batch of people"},
		{"nested", "(a:List(b),c:(d:e))", protocol.Value{Kind: protocol.Object, Fields: []protocol.Field{
			{Name: "a", Value: list(text("b"))}, {Name: "c", Value: object("d", "e")},
		}}, "values nest"},
		{"two-part key", "(member:urn%3Ali%3Aperson%3A123,account:urn%3Ali%3Aaccount%3A234)",
			object("member", "urn:li:person:123", "account", "urn:li:account:234"), "vector of the official client"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := protocol.ParseValue(tt.raw)
			if err != nil {
				t.Fatalf("ParseValue(%q): %v (%s)", tt.raw, err, tt.why)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ParseValue(%q), %s (-want +got):\n%s", tt.raw, tt.why, diff)
			}
		})
	}
}

func TestParseValueRefuses(t *testing.T) {
	tests := []struct {
		name string
		raw  string
		at   int
		why  string
	}{
		{"form space", "software+engineer", 8, "a plus for a space is form encoding"},
		{"raw space", "a b", 1, "never legal in a URL"},
		{"raw umlaut", "Köln", 1, "bytes outside ASCII are escaped"},
		{"raw comma", "Berlin,Germany", 6, "a comma separates items"},
		{"raw colon", "urn:li:person:1", 3, "a colon separates a key from its value"},
		{"raw quote", "O'Neill", 1, "a quote is part of ''"},
		{"raw parenthesis", "C(11)", 1, "parentheses open objects"},
		{"open list", "List(1,2", 8, "unbalanced"},
		{"open object", "(a:b", 4, "unbalanced"},
		{"closed twice", "List(1))", 7, "unbalanced"},
		{"closed only", ")", 0, "unbalanced"},
		{"open inside", "List((a:b,c)", 11, "the inner object misses a colon"},
		{"missing item", "List(a,,b)", 7, "an empty string is written ''"},
		{"missing last item", "List(a,)", 7, "an empty string is written ''"},
		{"no colon", "(a)", 2, "an object has keys and values"},
		{"no value", "(a:)", 3, "an empty string is written ''"},
		{"text after", "List(1)x", 7, "nothing may follow"},
		{"half an escape", "100%", 3, "an escape has two digits"},
		{"no escape", "%zz", 0, "an escape has two digits"},
		{"half a rune", "%C3", 0, "escapes are UTF-8"},
		{"too deep", strings.Repeat("List(", 40) + strings.Repeat(")", 40), 165, "no input may exhaust the stack"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := protocol.ParseValue(tt.raw)
			var syntax *protocol.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("ParseValue(%q) = %+v, %v; want a syntax error: %s", tt.raw, got, err, tt.why)
			}
			if syntax.Offset != tt.at {
				t.Errorf("ParseValue(%q): %v; want offset %d", tt.raw, err, tt.at)
			}
		})
	}
}

func TestReduce(t *testing.T) {
	const in, want = "urn:li:(a,'b c')", "urn%3Ali%3A%28a%2C%27b c%27%29"
	if got := protocol.Reduce(in); got != want {
		t.Errorf("Reduce(%q) = %q, want %q", in, got, want)
	}
}
