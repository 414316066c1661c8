package restli_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

func TestDecodeKey(t *testing.T) {
	text := func(s string) restli.Value { return restli.String(s) }
	tests := []struct {
		name string
		in   string
		want restli.Value
		id   string
		why  string
	}{
		{"number", "1035", text("1035"), "1035", "key of organizationsLookup"},
		{"nothing", "", text(""), "", "no crash"},
		{"quotes", "''", text(""), "", "the empty text"},
		{"person key", "(id:A1)", object("id", "A1"), "A1", "a compound key of one part has the id of that part"},
		{"escaped URN", "urn%3Ali%3Aperson%3A123", text("urn:li:person:123"), "urn:li:person:123", "reduced encoding of a URN"},
		{"raw URN", "urn:li:share:7000000000000000001", text("urn:li:share:7000000000000000001"), "urn:li:share:7000000000000000001", "as LinkedIn sends it for posts"},
		{"raw tuple URN", "urn:li:comment:(urn:li:activity:1,2)", text("urn:li:comment:(urn:li:activity:1,2)"), "urn:li:comment:(urn:li:activity:1,2)", "structure of its own, still one text"},
		{"escaped tuple URN", "urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A1%2C2%29", text("urn:li:comment:(urn:li:activity:1,2)"), "urn:li:comment:(urn:li:activity:1,2)", "same id as the raw one"},
		{"lower case escapes", "urn%3ali%3aperson%3a1", text("urn:li:person:1"), "urn:li:person:1", "hex digits have no case"},
		{"half escaped URN", "urn:li:person%3A1", text("urn:li:person:1"), "urn:li:person:1", "raw and escaped colons together"},
		{"compound", "(member:urn%3Ali%3Aperson%3A123,account:urn%3Ali%3Aaccount%3A234)",
			object("member", "urn:li:person:123", "account", "urn:li:account:234"),
			"(account:urn%3Ali%3Aaccount%3A234,member:urn%3Ali%3Aperson%3A123)", "the id has its parts sorted"},
		{"compound, other order", "(account:urn%3Ali%3Aaccount%3A234,member:urn%3Ali%3Aperson%3A123)",
			object("account", "urn:li:account:234", "member", "urn:li:person:123"),
			"(account:urn%3Ali%3Aaccount%3A234,member:urn%3Ali%3Aperson%3A123)", "same id as in the other order"},
		{"compound, raw URNs", "(member:urn:li:person:123,account:urn:li:account:234)",
			object("member", "urn:li:person:123", "account", "urn:li:account:234"),
			"(account:urn%3Ali%3Aaccount%3A234,member:urn%3Ali%3Aperson%3A123)", "tolerated: the first colon ends the name"},
		{"compound, raw tuple", "(actor:urn:li:person:1,entity:urn:li:comment:(urn:li:activity:1,2))",
			object("actor", "urn:li:person:1", "entity", "urn:li:comment:(urn:li:activity:1,2)"),
			"(actor:urn%3Ali%3Aperson%3A1,entity:urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A1%2C2%29)", "commas inside parentheses do not split"},
		{"one raw URN", "(id:urn:li:person:1)", object("id", "urn:li:person:1"), "urn:li:person:1", "tolerated"},
		{"full encoding", "value%20with%20spaces", text("value with spaces"), "value with spaces", "some replies use it"},
		{"spaces", "(k1:v1,k2:value with spaces)", object("k1", "v1", "k2", "value with spaces"), "(k1:v1,k2:value with spaces)", "the protocol's own example"},
		{"complex key", "(major:1,$params:(version:3))", object("major", "1", "$params", object("version", "3")), "1", "params are no part of the identity"},
		{"complex key, two parts", "(b:2,$params:(v:3),a:1)", object("b", "2", "$params", object("v", "3"), "a", "1"), "(a:1,b:2)", "wherever the params stand"},
		{"nested", "(a:(b:c))", object("a", object("b", "c")), "(a:(b:c))", "one part that is no text"},
		{"list", "List(a,b)", restli.Strings("a", "b"), "List(a,b)", "a key may be a list"},
		{"empty object", "()", restli.Object{}, "()", "no part at all"},
		{"old compound", "a=1&b=2", object("a", "1", "b", "2"), "(a:1,b:2)", "protocol 1.0"},
		{"old person key", "id=AbC-1", object("id", "AbC-1"), "AbC-1", "protocol 1.0"},
		{"old with escapes", "id=urn%3Ali%3Aperson%3A1", object("id", "urn:li:person:1"), "urn:li:person:1", "protocol 1.0"},
		{"old with raw URN", "member=urn:li:person:1&account=urn:li:account:2", object("member", "urn:li:person:1", "account", "urn:li:account:2"),
			"(account:urn%3Ali%3Aaccount%3A2,member:urn%3Ali%3Aperson%3A1)", "protocol 1.0, unescaped"},
		{"base64", "YWI=", text("YWI="), "YWI=", "padding is no empty value"},
		{"base64, two signs", "YQ==", text("YQ=="), "YQ==", "padding is no value"},
		{"old with a raw tuple", "urn=urn:li:comment:(1,2)", object("urn", "urn:li:comment:(1,2)"), "urn:li:comment:(1,2)", "protocol 1.0, unescaped"},
		{"compound with equals signs", "(a:x=y)", object("a", "x=y"), "x=y", "no name before the first sign"},
		{"equals first", "=a", text("=a"), "=a", "no name"},
		{"old, second part without a name", "a=1&=2", text("a=1&=2"), "a=1&=2", "then it is a text"},
		{"old, same name twice", "a=1&a=2", text("a=1&a=2"), "a=1&a=2", "then it is a text"},
		{"URL", "https://example.com/?a=1", text("https://example.com/?a=1"), "https://example.com/?a=1", "a name has no slash"},
		{"stray percent", "100%", text("100%"), "100%", "tolerated"},
		{"comma", "a,b", text("a,b"), "a,b", "tolerated"},
		{"quote", "O'Neil", text("O'Neil"), "O'Neil", "tolerated"},
		{"private", "private", text("private"), "private", "the placeholder of hidden members is a text like any other"},
		{"dash and underscore", "AbC-1_x", text("AbC-1_x"), "AbC-1_x", "characters of person ids"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.DecodeKey(tt.in)
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Fatalf("DecodeKey(%q): %v (-want +got):\n%s%s", tt.in, err, diff, tt.why)
			}
			if id := restli.ID(got); id != tt.id {
				t.Errorf("ID(DecodeKey(%q)) = %q, want %q: %s", tt.in, id, tt.id, tt.why)
			}
		})
	}
}

func TestDecodeKeyRefuses(t *testing.T) {
	tests := []struct{ name, in, why string }{
		{"open", "(", "unbalanced"},
		{"close", ")", "unbalanced"},
		{"compound not closed", "(id:A1", "unbalanced"},
		{"compound closed twice", "(id:A1))", "unbalanced"},
		{"raw tuple not closed", "urn:li:comment:(urn:li:activity:1,2", "unbalanced"},
		{"raw tuple closed twice", "urn:li:comment:(1,2))", "unbalanced"},
		{"list not closed", "List(a", "unbalanced"},
		{"no names", "(urn:li:activity:1,2)", "2 has no name"},
		{"no colon", "(a)", "no name"},
		{"same name twice", "(a:1,a:2)", "which of them?"},
		{"same name twice, raw", "(a:urn:li:x:1,a:urn:li:x:2)", "which of them?"},
		{"two keys", "(a:1)(b:2)", "one key only"},
		{"two keys, comma", "(a:x:y),(b:2)", "one key only"},
		{"raw inside not closed", "(a:urn:li:c:(1,2)", "unbalanced"},
		{"very deep", strings.Repeat("(a:", 100_000), "no stack overflow"},
		{"old, not closed", "a=(1", "unbalanced"},
		{"very deep, one raw", strings.Repeat("(a:", 200) + "x:y" + strings.Repeat(")", 200), "deeper than 64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.DecodeKey(tt.in)
			var syntax *restli.SyntaxError
			if !errors.As(err, &syntax) {
				t.Errorf("DecodeKey(%.40q) = %v, %v, want a SyntaxError: %s", tt.in, got, err, tt.why)
			}
		})
	}
}

// A key that is sent and the same key in a reply have one id, in whatever form it comes back.
func TestIDIsTheSameBothWays(t *testing.T) {
	tests := []struct {
		name     string
		sent     restli.Value
		received []string
	}{
		{"person", restli.Key("id", restli.String("AbC-1")), []string{"(id:AbC-1)", "AbC-1", "id=AbC-1"}},
		{"URN", restli.String("urn:li:share:7"), []string{"urn:li:share:7", "urn%3Ali%3Ashare%3A7"}},
		{"number", restli.Int(1035), []string{"1035"}},
		{"compound", object("member", "urn:li:person:1", "account", "urn:li:account:2"), []string{
			"(member:urn%3Ali%3Aperson%3A1,account:urn%3Ali%3Aaccount%3A2)",
			"(account:urn%3Ali%3Aaccount%3A2,member:urn%3Ali%3Aperson%3A1)",
			"(member:urn:li:person:1,account:urn:li:account:2)",
			"account=urn%3Ali%3Aaccount%3A2&member=urn%3Ali%3Aperson%3A1",
		}},
		{"complex", restli.ComplexKey(object("major", "1"), object("v", "2")), []string{"(major:1)", "(major:1,$params:(v:2))", "($params:(),major:1)"}},
		{"empty", restli.String(""), []string{"''", ""}},
		{"null", nil, []string{"null"}},
	}
	for _, tt := range tests {
		for _, in := range tt.received {
			key, err := restli.DecodeKey(in)
			if err != nil {
				t.Errorf("%s: DecodeKey(%q): %v", tt.name, in, err)
				continue
			}
			if got, want := restli.ID(key), restli.ID(tt.sent); got != want {
				t.Errorf("%s: ID(%q) = %q, want that of the key sent, %q", tt.name, in, got, want)
			}
		}
	}
}
