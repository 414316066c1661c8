package restli_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

func TestParseURN(t *testing.T) {
	const asset = "urn:li:digitalmediaAsset:C4D03AQEXAMPLE"
	tests := []struct {
		name  string
		text  string
		want  restli.URN
		parts []string
		why   string
	}{
		{"person", "urn:li:person:AbC-1_x", restli.URN{Namespace: "li", Type: "person", ID: "AbC-1_x"}, []string{"AbC-1_x"}, "2.4"},
		{"share", "urn:li:share:7000000000000000001", restli.URN{Namespace: "li", Type: "share", ID: "7000000000000000001"}, []string{"7000000000000000001"}, "a number is a text"},
		{"comment", "urn:li:comment:(urn:li:activity:1,2)", restli.URN{Namespace: "li", Type: "comment", ID: "(urn:li:activity:1,2)"}, []string{"urn:li:activity:1", "2"}, "2.4: tuple ids nest"},
		{"artifact", "urn:li:digitalmediaMediaArtifact:(" + asset + ",urn:li:digitalmediaMediaArtifactClass:profile-displayphoto-shrink_100_100)",
			restli.URN{Namespace: "li", Type: "digitalmediaMediaArtifact", ID: "(" + asset + ",urn:li:digitalmediaMediaArtifactClass:profile-displayphoto-shrink_100_100)"},
			[]string{asset, "urn:li:digitalmediaMediaArtifactClass:profile-displayphoto-shrink_100_100"}, "4.3"},
		{"file", "urn:li:digitalmediaFile:(" + asset + ",urn:li:digitalmediaArtifactClass:x,0)", restli.URN{Namespace: "li", Type: "digitalmediaFile", ID: "(" + asset + ",urn:li:digitalmediaArtifactClass:x,0)"},
			[]string{asset, "urn:li:digitalmediaArtifactClass:x", "0"}, "4.3: three parts"},
		{"tuple in a tuple", "urn:li:a:(urn:li:b:(1,2),3)", restli.URN{Namespace: "li", Type: "a", ID: "(urn:li:b:(1,2),3)"}, []string{"urn:li:b:(1,2)", "3"}, "commas inside do not split"},
		{"tuple of one", "urn:li:a:(1)", restli.URN{Namespace: "li", Type: "a", ID: "(1)"}, []string{"1"}, "still a tuple"},
		{"id with colons", "urn:li:a:b:c", restli.URN{Namespace: "li", Type: "a", ID: "b:c"}, []string{"b:c"}, "the rest is the id"},
		{"id with a comma", "urn:li:a:b,c", restli.URN{Namespace: "li", Type: "a", ID: "b,c"}, []string{"b,c"}, "no tuple without parentheses"},
		{"base64 id", "urn:li:a:YW+/=", restli.URN{Namespace: "li", Type: "a", ID: "YW+/="}, []string{"YW+/="}, "ids are opaque"},
		{"id in another script", "urn:li:a:ö", restli.URN{Namespace: "li", Type: "a", ID: "ö"}, []string{"ö"}, "ids are opaque"},
		{"other namespace", "urn:lix:a:1", restli.URN{Namespace: "lix", Type: "a", ID: "1"}, []string{"1"}, "2.4: {namespace}"},
		{"255 characters", "urn:li:a:" + strings.Repeat("ö", 246), restli.URN{Namespace: "li", Type: "a", ID: strings.Repeat("ö", 246)}, []string{strings.Repeat("ö", 246)}, "2.4: characters, not bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.ParseURN(tt.text)
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("ParseURN(%q): %v (-want +got):\n%s%s", tt.text, err, diff, tt.why)
			}
			if diff := cmp.Diff(tt.parts, got.Parts()); diff != "" {
				t.Errorf("Parts of %q (-want +got):\n%s%s", tt.text, diff, tt.why)
			}
			if got.String() != tt.text {
				t.Errorf("String = %q, want %q", got, tt.text)
			}
			key, err := restli.DecodeKey(restli.Encode(restli.String(got.String())))
			if err != nil || restli.ID(key) != tt.text {
				t.Errorf("as a key it comes back as %v, %v", key, err)
			}
		})
	}
}

func TestParseURNRefuses(t *testing.T) {
	tests := []struct{ name, text, why string }{
		{"nothing", "", "no URN"},
		{"bare id", "AbC-1", "no URN"},
		{"upper case", "URN:li:person:1", "LinkedIn's are lower case"},
		{"no type", "urn:li", "a part is missing"},
		{"no id", "urn:li:person", "a part is missing"},
		{"empty id", "urn:li:person:", "a part is empty"},
		{"empty type", "urn:li::1", "a part is empty"},
		{"empty namespace", "urn::person:1", "a part is empty"},
		{"escaped", "urn%3Ali%3Aperson%3A1", "decode it first"},
		{"space", "urn:li:person:a b", "no URN has white space"},
		{"space before", " urn:li:person:1", "nothing is trimmed"},
		{"newline", "urn:li:person:1\n", "nothing is trimmed"},
		{"NUL", "urn:li:person:\x00", "no control characters"},
		{"broken UTF-8", "urn:li:person:\xff", "no text"},
		{"open tuple", "urn:li:a:(1,2", "unbalanced"},
		{"closed twice", "urn:li:a:(1,2))", "unbalanced"},
		{"close", "urn:li:a:1)", "unbalanced"},
		{"tuple with a tail", "urn:li:a:(1)2", "no tuple, no id"},
		{"two tuples", "urn:li:a:(1)(2)", "no tuple, no id"},
		{"two tuples with a comma", "urn:li:a:(1),(2)", "no tuple, no id"},
		{"empty tuple", "urn:li:a:()", "names nothing"},
		{"empty part", "urn:li:a:(1,)", "names nothing"},
		{"256 characters", "urn:li:a:" + strings.Repeat("x", 247), "2.4"},
		{"type with a parenthesis", "urn:li:a(b:1)", "no type"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.ParseURN(tt.text)
			var syntax *restli.SyntaxError
			if !errors.As(err, &syntax) || syntax.What != "urn" || got != (restli.URN{}) {
				t.Errorf("ParseURN(%q) = %v, %v, want a SyntaxError: %s", tt.text, got, err, tt.why)
			}
		})
	}
}
