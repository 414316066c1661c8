package sandbox_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// TestStrictQueries holds the sandbox to what LinkedIn refuses.
func TestStrictQueries(t *testing.T) {
	v := visit(t, nil)
	id := v.server.PersonID(sandbox.PartnerClient, 4)
	tests := []struct {
		name string
		path string
		want map[string]any
		why  string
	}{
		{"form-encoded list", "/v2/people?ids=" + url.QueryEscape("List((id:"+id+"))"), badParam("ids"), "escaped parentheses are text"},
		{"form-encoded space", "/v2/search/people?q=People&keywords=software+engineer", badParam("keywords"), "a space is %20"},
		{"raw comma", "/v2/search/people?q=People&keywords=sales,marketing", badParam("keywords"), "a comma is %2C"},
		{"raw parenthesis", "/v2/search/people?q=People&keywords=C(11)", badParam("keywords"), "parentheses are escaped in text"},
		{"list for text", "/v2/search/people?q=People&keywords=List(a)", badParam("keywords"), "keywords are text"},
		{"unbalanced", "/v2/people?ids=List((id:" + id + ")", badParam("ids"), "parentheses are counted"},
		{"repeated ids", "/v2/people?ids=(id:" + id + ")&ids=(id:x)", badParam("ids"), "1.0 syntax with the 2.0 header"},
		{"bare keys", "/v2/people?ids=List(" + id + ")", badParam("ids"), "people has a compound key"},
		{"escaped key", "/v2/people/%28id%3A" + id + "%29", pathSyntax, "fixture 58"},
		{"bare key", "/v2/people/" + id, pathSyntax, "people has a compound key"},
		{"other key", "/v2/people/(name:" + id + ")", pathSyntax, "the key is id"},
		{"old key", "/v2/people/id=" + id, pathSyntax, "1.0 syntax with the 2.0 header"},
		{"open projection", "/v2/people/(id:" + id + ")?projection=(id", badParam("projection"), "unbalanced"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, v.get(tt.path).json(t)); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", tt.path, tt.why, diff)
			}
		})
	}
}
