package restli_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

func params(pairs ...any) restli.Query {
	var q restli.Query
	for _, entry := range object(pairs...) {
		q.Add(entry.Name, entry.Value)
	}
	return q
}

func TestQuery(t *testing.T) {
	tests := []struct {
		name  string
		query restli.Query
		raw   string
		why   string
	}{
		{"empty", nil, "", "no parameters"},
		{"seed request", params("q", "People", "keywords", "software engineer", "count", restli.Int(25)),
			"q=People&keywords=software%20engineer&count=25", "5.1, byte for byte"},
		{"people batch", params("ids", restli.List{restli.Key("id", restli.String("A1")), restli.Key("id", restli.String("B2"))}),
			"ids=List((id:A1),(id:B2))", "4.4, parentheses stay"},
		{"organizations", params("ids", restli.Strings("1035", "3803")), "ids=List(1035,3803)", "6.6"},
		{"picture projection", params("projection", "(id,firstName,lastName,profilePicture(displayImage~:playableStreams))"),
			"projection=(id,firstName,lastName,profilePicture(displayImage~:playableStreams))", "4.2, own syntax"},
		{"email", params("q", "members", "projection", "(elements*(handle~))"), "q=members&projection=(elements*(handle~))", "4.5"},
		{"connections", params("q", "viewer", "start", restli.Int(0), "count", restli.Int(50), "projection", "(elements*(to~(id,localizedFirstName,localizedLastName)),paging)"),
			"q=viewer&start=0&count=50&projection=(elements*(to~(id,localizedFirstName,localizedLastName)),paging)", "5.4"},
		{"fields", params("fields", "id,firstName,lastName"), "fields=id,firstName,lastName", "the exception: 1.0 syntax, not encoded"},
		{"fields with children", params("fields", "id,baz:($*:(beep))"), "fields=id,baz:($*:(beep))", "2.8"},
		{"typeahead", params("q", "organizationFollowers", "keywords", "Annie", "organization", "urn:li:organization:1"),
			"q=organizationFollowers&keywords=Annie&organization=urn%3Ali%3Aorganization%3A1", "5.3"},
		{"vanity URL", params("vanityUrl", "https://www.linkedin.com/in/ada"), "vanityUrl=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fada", "5.3"},
		{"time intervals", params("timeIntervals", object("timeRange", object("start", "1", "end", "2"), "timeGranularityType", "DAY")),
			"timeIntervals=(timeRange:(start:1,end:2),timeGranularityType:DAY)", "6.6; dots instead gave 400"},
		{"keywords of the issue", params("keywords", `R&D (Köln), "C++": 100%`), "keywords=R%26D%20%28K%C3%B6ln%29%2C%20%22C%2B%2B%22%3A%20100%25", "11.10"},
		{"emoji", params("keywords", "👩‍💻"), "keywords=%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB", "bytes"},
		{"empty value", params("a", ""), "a=''", "decodes as a= does"},
		{"order", params("b", "1", "a", "2"), "b=1&a=2", "no sorting"},
		{"twice", params("a", "1", "a", "2"), "a=1&a=2", "kept as it is"},
		{"name with brackets", params("filter.industry[0]", "4"), "filter.industry%5B0%5D=4", "5.2: names in the 1.0 style exist on /v2"},
		{"name with a colon", params("a:b", "c"), "a%3Ab=c", "names are escaped"},
		{"name with signs", params("a&b=c", "d"), "a%26b%3Dc=d", "names are escaped"},
		{"fields with a name that breaks out", params("fields", "id&x=1#y z"), "fields=id%26x%3D1%23y%20z", "only the syntax is exempt"},
		{"projection with a percent", params("projection", "(a%2Cb)"), "projection=(a%252Cb)", "no decoding on the way"},
		{"not a projection", params("field", "a,b"), "field=a%2Cb", "the exception is for two names"},
		{"not a projection by case", params("Fields", "a,b"), "Fields=a%2Cb", "the exception is for two names"},
		{"empty fields", params("fields", ""), "fields=", "own syntax has no quotes"},
		{"object parameter", params("sort", object("value", "REVERSE_CHRONOLOGICAL")), "sort=(value:REVERSE_CHRONOLOGICAL)", "6.5"},
		{"boolean", params("x", restli.Bool(true)), "x=true", "a word"},
		{"empty list", params("ids", restli.List{}), "ids=List()", "2.0 keeps it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.query.Encode(); got != tt.raw {
				t.Errorf("Encode(%v) = %q, want %q: %s", tt.query, got, tt.raw, tt.why)
			}
			got, err := restli.ParseQuery(tt.raw)
			if diff := cmp.Diff(tt.query, got); err != nil || diff != "" {
				t.Errorf("ParseQuery(%q): %v (-want +got):\n%s%s", tt.raw, err, diff, tt.why)
			}
		})
	}
}

func TestQueryOneWay(t *testing.T) {
	if got := params("fields", restli.Strings("id", "firstName")).Encode(); got != "fields=id,firstName" {
		t.Errorf("a list as fields = %q, want it joined: List(..) is wrong there", got)
	}
	if got := (restli.Query{{Name: "a"}}).Encode(); got != "a=null" {
		t.Errorf("a nil value = %q", got)
	}
	if got := params("fields", object("a", "b")).Encode(); got != "fields=(a:b)" {
		t.Errorf("an object as fields = %q", got)
	}
}

func TestParseQuery(t *testing.T) {
	tests := []struct {
		name string
		raw  string
		want restli.Query
		why  string
	}{
		{"no name", "=foo", nil, "ignored"},
		{"no name among others", "a=1&=foo&b=2", params("a", "1", "b", "2"), "ignored"},
		{"no value", "foo=", params("foo", ""), "an empty string"},
		{"no equals sign", "foo", params("foo", ""), "as foo="},
		{"empty pairs", "&&a=1&&", params("a", "1"), "ignored"},
		{"equals in the value", "a=b=c", params("a", "b=c"), "the first sign counts"},
		{"escaped name", "%61=1", params("a", "1"), "names are decoded"},
		{"escaped fields", "fields=id%2CfirstName", params("fields", "id,firstName"), "a proxy may escape it"},
		{"escaped projection", "projection=%28id%29", params("projection", "(id)"), "a proxy may escape it"},
		{"next link", "start=10&count=10&q=search&query=sample", params("start", "10", "count", "10", "q", "search", "query", "sample"), "5.2"},
		{"list parameter of 1.0", "p[0]=x&p[1]=y", params("p[0]", "x", "p[1]", "y"), "names only, no meaning"},
		{"object parameter of 1.0", "p.a=1", params("p.a", "1"), "names only, no meaning"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.ParseQuery(tt.raw)
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("ParseQuery(%q): %v (-want +got):\n%s%s", tt.raw, err, diff, tt.why)
			}
		})
	}
}

func TestParseQueryRefuses(t *testing.T) {
	tests := []struct {
		name   string
		raw    string
		offset int
		why    string
	}{
		{"unbalanced", "a=1&ids=List(1", 14, "offset counts from the start of the query"},
		{"broken name", "a=1&%z=2", 4, "broken escape"},
		{"broken value", "a=%", 2, "broken escape"},
		{"broken fields", "fields=%", 7, "broken escape"},
		{"raw URN", "organization=urn:li:organization:1", 16, "must be encoded"},
		{"raw comma", "keywords=a,b", 10, "11.10"},
		{"second is broken", "q=x&b=(", 7, "an error anywhere spoils the query"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := restli.ParseQuery(tt.raw)
			var syntax *restli.SyntaxError
			if !errors.As(err, &syntax) || syntax.What != "query" || syntax.Offset != tt.offset || got != nil {
				t.Errorf("ParseQuery(%q) = %v, %v, want a SyntaxError at %d: %s", tt.raw, got, err, tt.offset, tt.why)
			}
		})
	}
}

func TestQueryWith(t *testing.T) {
	q := params("a", "1", "b", "2", "a", "3")
	if got := q.With("a", restli.String("9")).Encode(); got != "a=9&b=2" {
		t.Errorf("With(a) = %q, want it in the first place and once", got)
	}
	if got := q.With("c", restli.String("9")).Encode(); got != "a=1&b=2&a=3&c=9" {
		t.Errorf("With(c) = %q, want it at the end", got)
	}
	if got := q.Encode(); got != "a=1&b=2&a=3" {
		t.Errorf("With changed the query itself: %q", got)
	}
	if v, ok := q.Get("a"); !ok || v != restli.String("1") {
		t.Errorf("Get(a) = %v, %v, want the first", v, ok)
	}
	if _, ok := q.Get("z"); ok {
		t.Error("Get of an absent parameter finds one")
	}
}
