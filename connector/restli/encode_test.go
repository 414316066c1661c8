package restli_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

// valueVector is one value in its three forms. The full and the reduced encoding are checked in both directions.
type valueVector struct {
	name    string
	value   restli.Value
	full    string
	reduced string
	back    restli.Value // what decoding gives where that is not value; nil for value itself
	why     string
}

func object(pairs ...any) restli.Object {
	o := restli.Object{}
	for i := 0; i < len(pairs); i += 2 {
		v, ok := pairs[i+1].(restli.Value)
		if !ok {
			v = restli.String(pairs[i+1].(string))
		}
		o = o.With(pairs[i].(string), v)
	}
	return o
}

// referenceVectors are those of the official clients and of the protocol's text.
var referenceVectors = []valueVector{
	{"spaces", restli.String("value with spaces"), "value%20with%20spaces", "value with spaces", nil, "a space is %20, never a plus"},
	{"numbers", restli.List{restli.Int(1), restli.Int(2), restli.Int(3)}, "List(1,2,3)", "List(1,2,3)", nil, "list syntax"},
	{"a text that looks like a list", restli.String("List(value:with%reserved,chars,'')"),
		"List%28value%3Awith%25reserved%2Cchars%2C%27%27%29", "List%28value%3Awith%25reserved%2Cchars%2C%27%27%29", nil, "structure inside a text is escaped"},
	{"object", object("k51", "v51", "k52", "v52"), "(k51:v51,k52:v52)", "(k51:v51,k52:v52)", nil, "object syntax"},
	{"texts that look like tuples", restli.Strings("(v1,2)", "(v2,2)"), "List(%28v1%2C2%29,%28v2%2C2%29)", "List(%28v1%2C2%29,%28v2%2C2%29)", nil, "own parentheses stay, theirs are escaped"},
	{"empty text", restli.String(""), "''", "''", nil, "nothing at all could not be told from a missing value"},
	{"list of the empty text", restli.Strings(""), "List('')", "List('')", nil, "List() would be the empty list"},
	{"empty name", object("", "x"), "('':x)", "('':x)", nil, "names are texts too"},
	{"a text that looks like a query", restli.String("?key=value"), "%3Fkey%3Dvalue", "?key=value", nil, "must not end the query"},
	{"null", restli.Null, "null", "null", nil, "null is a word"},
	{"nil", nil, "null", "null", restli.Null, "a nil Value is null, not a crash"},
	{"true", restli.Bool(true), "true", "true", nil, "booleans are words"},
	{"false", restli.Bool(false), "false", "false", nil, "booleans are words"},
	{"UTF-8", restli.String("Köln"), "K%C3%B6ln", "Köln", nil, "each byte on its own"},
	{"person URN", restli.String("urn:li:person:123"), "urn%3Ali%3Aperson%3A123", "urn%3Ali%3Aperson%3A123", nil, "a URN is one value"},
	{"compound key", object("member", "urn:li:person:123", "account", "urn:li:account:234"),
		"(member:urn%3Ali%3Aperson%3A123,account:urn%3Ali%3Aaccount%3A234)", "(member:urn%3Ali%3Aperson%3A123,account:urn%3Ali%3Aaccount%3A234)", nil, "the key of accountRoles"},
	{"person key", restli.Key("id", restli.String("AbC-1")), "(id:AbC-1)", "(id:AbC-1)", nil, "people has a compound key of one part"},
	{"batch of people", restli.List{restli.Key("id", restli.String("A1")), restli.Key("id", restli.String("B2"))}, "List((id:A1),(id:B2))", "List((id:A1),(id:B2))", nil, "ids of people"},
	{"reduced example", object("k1", "v1", "k2", "value with spaces"), "(k1:v1,k2:value%20with%20spaces)", "(k1:v1,k2:value with spaces)", nil, "the protocol's own example of x-restli-id"},
	{"keywords of the issue", restli.String(`R&D (Köln), "C++": 100%`), "R%26D%20%28K%C3%B6ln%29%2C%20%22C%2B%2B%22%3A%20100%25", `R&D %28Köln%29%2C "C++"%3A 100%25`, nil, "11.10: every character that breaks a query somewhere"},
	{"organizations", restli.Strings("1035", "3803"), "List(1035,3803)", "List(1035,3803)", nil, "numeric keys go bare, not as URNs"},
	{"comment URN", restli.String("urn:li:comment:(urn:li:activity:1,2)"), "urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A1%2C2%29", "urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A1%2C2%29", nil, "parentheses and commas of a tuple are escaped too"},
	{"sort of reactions", object("value", "REVERSE_CHRONOLOGICAL"), "(value:REVERSE_CHRONOLOGICAL)", "(value:REVERSE_CHRONOLOGICAL)", nil, "object as a parameter"},
	{"time intervals", object("timeRange", object("start", "1", "end", "2"), "timeGranularityType", "DAY"),
		"(timeRange:(start:1,end:2),timeGranularityType:DAY)", "(timeRange:(start:1,end:2),timeGranularityType:DAY)", nil, "escaped parentheses here gave 400 in a bug report"},
}

var ownVectors = []valueVector{
	{"empty list", restli.List{}, "List()", "List()", nil, "protocol 1.0 loses it, 2.0 does not"},
	{"nil list", restli.List(nil), "List()", "List()", restli.List{}, "nil is the empty list"},
	{"empty object", restli.Object{}, "()", "()", nil, "empty, not missing"},
	{"nil object", restli.Object(nil), "()", "()", restli.Object{}, "nil is the empty object"},
	{"nil in a list", restli.List{nil}, "List(null)", "List(null)", restli.List{restli.Null}, "nil is null at any depth"},
	{"nil in an object", restli.Object{{Name: "a"}}, "(a:null)", "(a:null)", object("a", "null"), "an entry without a value"},
	{"list of lists", restli.List{restli.Strings("a"), restli.List{}}, "List(List(a),List())", "List(List(a),List())", nil, "nesting"},
	{"list of objects", restli.List{object("a", "1"), restli.Object{}}, "List((a:1),())", "List((a:1),())", nil, "nesting"},
	{"object of lists", object("a", restli.Strings("x", "y"), "b", restli.List{}), "(a:List(x,y),b:List())", "(a:List(x,y),b:List())", nil, "nesting"},
	{"empty text in an object", object("a", ""), "(a:'')", "(a:'')", nil, "(a:) would be malformed"},
	{"two empty texts", restli.Strings("", ""), "List('','')", "List('','')", nil, "their number is kept"},
	{"empty name and text", object("", ""), "('':'')", "('':'')", nil, "both at once"},
	{"the word List", restli.String("List"), "List", "List", nil, "only List( opens a list"},
	{"list of the word List", restli.Strings("List"), "List(List)", "List(List)", nil, "the word as an element"},
	{"name List", object("List", "x"), "(List:x)", "(List:x)", nil, "the word as a name"},
	{"text List()", restli.String("List()"), "List%28%29", "List%28%29", nil, "a text stays a text"},
	{"text ()", restli.String("()"), "%28%29", "%28%29", nil, "a text stays a text"},
	{"text ''", restli.String("''"), "%27%27", "%27%27", nil, "two quotes as a text are not the empty text"},
	{"one quote", restli.String("'"), "%27", "%27", nil, "JavaScript's encoder leaves it, the protocol does not"},
	{"apostrophe", restli.String("O'Neil"), "O%27Neil", "O%27Neil", nil, "a name that people have"},
	{"comma", restli.String("a,b"), "a%2Cb", "a%2Cb", nil, "11.10: a comma in keywords broke another client"},
	{"colon", restli.String("a:b"), "a%3Ab", "a%3Ab", nil, "one of the five"},
	{"open", restli.String("("), "%28", "%28", nil, "one of the five"},
	{"close", restli.String(")"), "%29", "%29", nil, "one of the five"},
	{"percent", restli.String("%"), "%25", "%25", nil, "escaped in the reduced encoding too"},
	{"an escape as text", restli.String("%2C"), "%252C", "%252C", nil, "must not come back as a comma"},
	{"a double escape as text", restli.String("%252C"), "%25252C", "%25252C", nil, "nothing is decoded twice"},
	{"half an escape as text", restli.String("%2"), "%252", "%252", nil, "must not swallow what follows"},
	{"plus", restli.String("C++"), "C%2B%2B", "C++", nil, "a server may read a raw plus as a space"},
	{"ampersand", restli.String("R&D"), "R%26D", "R&D", nil, "must not begin a parameter"},
	{"equals", restli.String("a=b"), "a%3Db", "a=b", nil, "reserved in a query"},
	{"hash", restli.String("C#"), "C%23", "C#", nil, "must not begin a fragment"},
	{"slash", restli.String("a/b"), "a%2Fb", "a/b", nil, "must not begin a path segment"},
	{"question mark", restli.String("why?"), "why%3F", "why?", nil, "must not begin a query"},
	{"at sign", restli.String("a@b"), "a%40b", "a@b", nil, "reserved"},
	{"dollar", restli.String("$x"), "%24x", "$x", nil, "reserved; every decoder undoes it"},
	{"star", restli.String("*"), "%2A", "*", nil, "reserved; every decoder undoes it"},
	{"exclamation mark", restli.String("!"), "%21", "!", nil, "reserved; every decoder undoes it"},
	{"semicolon", restli.String(";"), "%3B", ";", nil, "some servers split parameters there"},
	{"brackets", restli.String("[]"), "%5B%5D", "[]", nil, "not allowed in a query"},
	{"braces", restli.String("{}"), "%7B%7D", "{}", nil, "not allowed in a query"},
	{"double quote", restli.String(`"`), "%22", `"`, nil, "not allowed in a query"},
	{"backslash", restli.String(`\`), "%5C", `\`, nil, "not allowed in a query"},
	{"pipe and caret", restli.String("|^"), "%7C%5E", "|^", nil, "not allowed in a query"},
	{"angle brackets", restli.String("<>"), "%3C%3E", "<>", nil, "not allowed in a query"},
	{"backquote", restli.String("`"), "%60", "`", nil, "not allowed in a query"},
	{"unreserved", restli.String("AZaz09-._~"), "AZaz09-._~", "AZaz09-._~", nil, "nothing to escape"},
	{"tab and newline", restli.String("a\tb\nc"), "a%09b%0Ac", "a\tb\nc", nil, "control characters in a URL"},
	{"NUL", restli.String("\x00"), "%00", "\x00", nil, "no C string here"},
	{"DEL", restli.String("\x7f"), "%7F", "\x7f", nil, "not printable"},
	{"a single space", restli.String(" "), "%20", " ", nil, "white space is a value"},
	{"spaces around", restli.String(" a "), "%20a%20", " a ", nil, "nothing is trimmed"},
	{"emoji", restli.String("😀"), "%F0%9F%98%80", "😀", nil, "four bytes"},
	{"family emoji", restli.String("👩‍👧"), "%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7", "👩‍👧", nil, "joiner included"},
	{"Japanese", restli.String("山田"), "%E5%B1%B1%E7%94%B0", "山田", nil, "three bytes each"},
	{"Arabic", restli.String("علي"), "%D8%B9%D9%84%D9%8A", "علي", nil, "right to left changes nothing"},
	{"combining accent", restli.String("e\u0301"), "e%CC%81", "e\u0301", nil, "no normalization"},
	{"full width parentheses", restli.String("（）"), "%EF%BC%88%EF%BC%89", "（）", nil, "not structural"},
	{"byte order mark", restli.String("\ufeffa"), "%EF%BB%BFa", "\ufeffa", nil, "kept"},
	{"broken UTF-8", restli.String("\xff\xfe"), "%FF%FE", "\xff\xfe", nil, "bytes pass unchanged"},
	{"escapes are upper case", restli.String("/:"), "%2F%3A", "/%3A", nil, "as the official clients write them"},
	{"zero", restli.Int(0), "0", "0", nil, "not empty"},
	{"negative", restli.Int(-7), "-7", "-7", nil, "the minus is unreserved"},
	{"largest integer", restli.Int(math.MaxInt64), "9223372036854775807", "9223372036854775807", nil, "no float on the way"},
	{"smallest integer", restli.Int(math.MinInt64), "-9223372036854775808", "-9223372036854775808", nil, "no float on the way"},
	{"float", restli.Float(0.1), "0.1", "0.1", nil, "shortest form"},
	{"whole float", restli.Float(3), "3", "3", nil, "no .0"},
	{"large float", restli.Float(1e21), "1e%2B21", "1e+21", nil, "the plus of an exponent is escaped"},
	{"not a number", restli.Float(math.NaN()), "NaN", "NaN", nil, "no crash"},
	{"small float", restli.Float(1e-7), "1e-7", "1e-7", nil, "exponent form"},
	{"name with a colon", object("a:b", "c"), "(a%3Ab:c)", "(a%3Ab:c)", nil, "names are escaped as values are"},
	{"name with a comma", object("a,b", "c"), "(a%2Cb:c)", "(a%2Cb:c)", nil, "names are escaped as values are"},
	{"name with a space", object("a b", "c"), "(a%20b:c)", "(a b:c)", nil, "names are escaped as values are"},
	{"order is kept", object("b", "1", "a", "2"), "(b:1,a:2)", "(b:1,a:2)", nil, "no sorting"},
	{"complex key", restli.ComplexKey(object("major", "1"), object("version", "3")), "(major:1,%24params:(version:3))", "(major:1,$params:(version:3))", nil, "params ride along"},
	{"complex key without params", restli.ComplexKey(object("major", "1"), nil), "(major:1)", "(major:1)", nil, "nil is left out"},
	{"complex key with empty params", restli.ComplexKey(object("major", "1"), restli.Object{}), "(major:1,%24params:())", "(major:1,$params:())", nil, "empty is not nil"},
	{"URN with a dash", restli.String("urn:li:digitalmediaArtifactClass:profile-displayphoto-shrink_100_100"),
		"urn%3Ali%3AdigitalmediaArtifactClass%3Aprofile-displayphoto-shrink_100_100", "urn%3Ali%3AdigitalmediaArtifactClass%3Aprofile-displayphoto-shrink_100_100", nil, "dash and underscore stay"},
	{"list of URNs", restli.Strings("urn:li:share:1", "urn:li:share:2"), "List(urn%3Ali%3Ashare%3A1,urn%3Ali%3Ashare%3A2)", "List(urn%3Ali%3Ashare%3A1,urn%3Ali%3Ashare%3A2)", nil, "batch of posts"},
	{"URL", restli.String("https://www.linkedin.com/in/ada"), "https%3A%2F%2Fwww.linkedin.com%2Fin%2Fada", "https%3A//www.linkedin.com/in/ada", nil, "the parameter of vanityUrl"},
	{"date with time", restli.String("2026-11-24T12:00:00+01:00"), "2026-11-24T12%3A00%3A00%2B01%3A00", "2026-11-24T12%3A00%3A00+01%3A00", nil, "colons and a plus"},
	{"JSON as text", restli.String(`{"a":[1,2]}`), "%7B%22a%22%3A%5B1%2C2%5D%7D", `{"a"%3A[1%2C2]}`, nil, "one text"},
}

func TestEncode(t *testing.T) {
	for _, tt := range append(referenceVectors, ownVectors...) {
		t.Run(tt.name, func(t *testing.T) {
			if got := restli.Encode(tt.value); got != tt.full {
				t.Errorf("Encode(%#v) = %q, want %q: %s", tt.value, got, tt.full, tt.why)
			}
			if got := restli.EncodeReduced(tt.value); got != tt.reduced {
				t.Errorf("EncodeReduced(%#v) = %q, want %q: %s", tt.value, got, tt.reduced, tt.why)
			}
			want := tt.back
			if want == nil {
				want = tt.value
			}
			got, err := restli.Decode(tt.full)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("Decode(%q): %v (-want +got):\n%s%s", tt.full, err, diff, tt.why)
			}
			got, err = restli.DecodeReduced(tt.reduced)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("DecodeReduced(%q): %v (-want +got):\n%s%s", tt.reduced, err, diff, tt.why)
			}
		})
	}
}

func TestObject(t *testing.T) {
	one := object("a", "1")
	two, three := one.With("b", restli.String("2")), one.With("c", restli.String("3"))
	if diff := cmp.Diff(object("a", "1", "b", "2"), two); diff != "" {
		t.Errorf("With changed an earlier copy (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(object("a", "1", "c", "3"), three); diff != "" {
		t.Errorf("With (-want +got):\n%s", diff)
	}
	if v, ok := three.Get("c"); !ok || v != restli.String("3") {
		t.Errorf("Get(c) = %v, %v", v, ok)
	}
	if v, ok := three.Get("b"); ok {
		t.Errorf("Get of an absent name = %v", v)
	}
}

// A long value is only a long value.
func TestEncodeLong(t *testing.T) {
	long := strings.Repeat("ö,", 100_000)
	got, err := restli.Decode(restli.Encode(restli.String(long)))
	if err != nil || got != restli.String(long) {
		t.Errorf("a text of %d bytes does not survive: %v", len(long), err)
	}
}
