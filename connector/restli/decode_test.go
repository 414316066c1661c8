package restli_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

// TestDecode has what encoding never produces but decoding must take.
func TestDecode(t *testing.T) {
	tests := []struct {
		name string
		in   string
		want restli.Value
		why  string
	}{
		{"nothing", "", restli.String(""), "foo= is an empty string"},
		{"lower case escape", "%2c", restli.String(","), "hex digits have no case"},
		{"needless escape", "%61", restli.String("a"), "an escape is an escape"},
		{"plus", "a+b", restli.String("a+b"), "Rest.li is not form encoding"},
		{"raw space", "a b", restli.String("a b"), "harmless"},
		{"raw UTF-8", "Köln", restli.String("Köln"), "harmless"},
		{"types are lost", "List(1,true,null)", restli.Strings("1", "true", "null"), "values come out as strings"},
		{"escaped list", "List%281%29", restli.String("List(1)"), "structure is found before escapes are undone"},
		{"escaped comma in a list", "List(a%2Cb)", restli.Strings("a,b"), "structure is found before escapes are undone"},
		{"lower case list", "list", restli.String("list"), "the word is case-sensitive"},
		{"escaped word List", "%4Cist", restli.String("List"), "text"},
		{"raw ampersand", "a&b", restli.String("a&b"), "the query is split before"},
		{"question mark", "a?b=c", restli.String("a?b=c"), "not structural"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.Decode(tt.in)
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("Decode(%q): %v (-want +got):\n%s%s", tt.in, err, diff, tt.why)
			}
		})
	}
}

// 64 levels are allowed. (Not in the table: cmp.Diff takes time exponential in the depth.)
func TestDecodeDeep(t *testing.T) {
	for _, in := range []string{
		strings.Repeat("List(", 64) + "a" + strings.Repeat(")", 64),
		strings.Repeat("(a:", 64) + "b" + strings.Repeat(")", 64),
	} {
		if got, err := restli.Decode(in); err != nil || restli.Encode(got) != in {
			t.Errorf("Decode(%.20q..): %v", in, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := []struct {
		name   string
		in     string
		offset int
		why    string
	}{
		{"open", "(", 1, "unbalanced"},
		{"close", ")", 0, "unbalanced"},
		{"open list", "List(", 5, "unbalanced"},
		{"list not closed", "List(a", 6, "unbalanced"},
		{"list ends in a comma", "List(a,", 7, "unbalanced"},
		{"object not closed", "(a:b", 4, "unbalanced"},
		{"inner not closed", "List((a:b)", 10, "unbalanced"},
		{"closed twice", "List(a))", 7, "unbalanced"},
		{"object closed twice", "(a:b))", 5, "unbalanced"},
		{"text then close", "a)", 1, "unbalanced"},
		{"text then open", "a(", 1, "only List( opens a list"},
		{"call", "f(x)", 1, "only List( opens a list"},
		{"lower case list", "list(1)", 4, "List has a capital"},
		{"upper case list", "LIST(1)", 4, "List has no other capitals"},
		{"space before list", " List(1)", 5, "no white space"},
		{"space after list", "List (1)", 5, "no white space"},
		{"two values", "a,b", 1, "a comma needs a list"},
		{"raw URN", "urn:li:person:1", 3, "11.10: a URN must be encoded"},
		{"raw URN in a list", "List(urn:li:person:1)", 8, "11.10: a URN must be encoded"},
		{"raw URN in an object", "(id:urn:li:person:1)", 7, "11.10: a URN must be encoded"},
		{"comma first", "List(,a)", 5, "an empty element is ''"},
		{"comma last", "List(a,)", 7, "an empty element is ''"},
		{"comma twice", "List(a,,b)", 7, "an empty element is ''"},
		{"comma alone", "List(,)", 5, "an empty element is ''"},
		{"no value", "(a:)", 3, "an empty value is ''"},
		{"no name", "(:a)", 1, "an empty name is ''"},
		{"no colon", "(a)", 2, "an object has names"},
		{"list as a name", "(List(a):b)", 5, "a name is a text"},
		{"object as a name", "((a:b):c)", 1, "a name is a text"},
		{"colon twice", "(a::b)", 3, "an empty value is ''"},
		{"comma first in object", "(,a:b)", 1, "an entry is missing"},
		{"comma last in object", "(a:b,)", 5, "an entry is missing"},
		{"same name twice", "(a:1,a:2)", 5, "which of them?"},
		{"same name in two spellings", "(a:1,%61:2)", 5, "names are compared decoded"},
		{"same empty name", "('':1,'':2)", 6, "the empty name is a name"},
		{"one quote", "'", 0, "only two quotes mean something"},
		{"three quotes", "'''", 2, "only two quotes mean something"},
		{"quote in a text", "O'Neil", 1, "must be escaped"},
		{"quoted text", "'a'", 0, "quotes do not quote"},
		{"text after quotes", "''a", 2, "two quotes are a whole value"},
		{"text before quotes", "a''", 1, "two quotes are a whole value"},
		{"percent at the end", "a%", 1, "broken escape"},
		{"percent and a digit", "%2", 0, "broken escape"},
		{"percent and letters", "%zz", 0, "broken escape"},
		{"percent and a comma", "List(%2,C)", 5, "an escape does not cross structure"},
		{"second digit broken", "ab%4g", 2, "broken escape"},
		{"colon first", ":a", 0, "no object here"},
		{"after an object", "(a:b)c", 5, "one value only"},
		{"after a list", "List(a)b", 7, "one value only"},
		{"two lists", "List(a)List(b)", 7, "one value only"},
		{"too deep", strings.Repeat("List(", 65) + "a" + strings.Repeat(")", 65), 325, "65 levels"},
		{"too deep and open", strings.Repeat("(a:", 100_000), 195, "no stack overflow"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.Decode(tt.in)
			var syntax *restli.SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset != tt.offset || got != nil {
				t.Errorf("Decode(%.40q) = %v, %v, want a SyntaxError at %d: %s", tt.in, got, err, tt.offset, tt.why)
			}
		})
	}
}

// The reduced encoding differs from the full one in stray percent signs only.
func TestDecodeReduced(t *testing.T) {
	tests := []struct {
		name string
		in   string
		want restli.Value
		why  string
	}{
		{"percent at the end", "100%", restli.String("100%"), "a server that escapes only the five"},
		{"percent and letters", "50% zz", restli.String("50% zz"), "no escape"},
		{"percent in a list", "List(5%,6%)", restli.Strings("5%", "6%"), "does not cross structure"},
		{"escape", "a%2Cb", restli.String("a,b"), "one of the five"},
		{"full escape", "a%20b", restli.String("a b"), "some replies use the full encoding"},
		{"two percents and an escape", "%%2C", restli.String("%,"), "the first begins no escape"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.DecodeReduced(tt.in)
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("DecodeReduced(%q): %v (-want +got):\n%s%s", tt.in, err, diff, tt.why)
			}
		})
	}
	for _, in := range []string{"(", "a)", "List(a", "(a:b", "urn:li:x:1"} {
		if got, err := restli.DecodeReduced(in); err == nil {
			t.Errorf("DecodeReduced(%q) = %v, want an error", in, got)
		}
	}
}

// Input of a few megabytes that is all structure is read, or refused, in linear time.
func TestDecodeIsLinear(t *testing.T) {
	for _, in := range []string{
		"List(" + strings.Repeat("a,", 1<<20) + "a)",
		strings.Repeat("''", 1<<20),
		strings.Repeat("%2C", 1<<20),
		strings.Repeat(")", 1<<21),
	} {
		start := time.Now()
		_, err := restli.Decode(in)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("Decode of %d bytes %.10q.. took %v (%v)", len(in), in, took, err)
		}
	}
}

// No error repeats what a person typed.
func TestErrorsKeepInputPrivate(t *testing.T) {
	_, decodeErr := restli.Decode("(secret:1,secret:2")
	_, queryErr := restli.ParseQuery("keywords=secret(")
	_, keyErr := restli.DecodeKey("(secret")
	_, urnErr := restli.ParseURN("urn:li:secret")
	_, batchErr := restli.DecodeBatch[int]([]byte(`{"results":{"(secret":1}}`))
	for _, err := range []error{decodeErr, queryErr, keyErr, urnErr, batchErr} {
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("error %q: want one that does not repeat the input", err)
		}
	}
}
