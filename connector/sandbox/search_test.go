package sandbox_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// found is the answer of a search.
type found struct {
	Elements []map[string]any
	Paging   struct {
		Start, Count int
		Total        *int
		Links        []struct{ Rel, Href, Type string }
	}
}

func (f found) link(rel string) string {
	for _, l := range f.Paging.Links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

func (v *visitor) search(path string) found {
	v.t.Helper()
	var f found
	v.decode(v.get(path), &f)
	return f
}

const engineers = "/v2/search/people?q=People&keywords=software%20engineer"

func TestSearchPages(t *testing.T) {
	v := visit(t, nil)
	seen := map[string]bool{}
	path, pages := engineers+"&count=25", 0
	for ; path != "" && pages < 3; pages++ {
		f := v.search(path)
		if len(f.Elements) != 25 || f.Paging.Start != 25*pages || f.Paging.Count != 25 || *f.Paging.Total < 61 {
			t.Fatalf("page %d: %d elements, paging %+v", pages, len(f.Elements), f.Paging)
		}
		for _, e := range f.Elements {
			if len(e) != 1 || seen[e["entity"].(string)] {
				t.Errorf("page %d: element %v; want an entity that is new", pages, e)
			}
			seen[e["entity"].(string)] = true
		}
		path = f.link("next")
	}
	want := "/v2/search/people?start=75&count=25&q=People&keywords=software%20engineer"
	if path != want {
		t.Errorf("next link %q, want %q", path, want)
	}
	if prev := v.search(path).link("prev"); prev != strings.Replace(want, "75", "50", 1) {
		t.Errorf("prev link %q", prev)
	}
}

func TestSearchProjection(t *testing.T) {
	v := visit(t, nil)
	const card = "&count=1&projection=(elements*(entity~),paging)"
	f := v.search(engineers + card)
	entity := f.Elements[0]["entity~"].(map[string]any)
	if f.Elements[0]["entity"] != "urn:li:person:"+entity["id"].(string) || entity["localizedFirstName"] == nil || entity["vanityName"] == nil {
		t.Errorf("element %v; want the URN and the person beside it", f.Elements[0])
	}
	if next := f.link("next"); !strings.HasSuffix(next, "&projection=(elements*(entity~),paging)") {
		t.Errorf("the next link %q lost the projection", next)
	}
	f = v.search(engineers + "&count=1&projection=(elements*(entity~(id,localizedHeadline)))")
	if got := f.Elements[0]["entity~"].(map[string]any); len(got) != 2 || got["id"] == nil || got["localizedHeadline"] == nil {
		t.Errorf("entity~(id,localizedHeadline) gives %v", got)
	}
}

func TestSearchFilters(t *testing.T) {
	v := visit(t, nil)
	tests := []struct {
		query string
		field string
		has   string
	}{
		{"firstName=cora", "localizedFirstName", "Cora"},
		{"lastName=hartwell", "localizedLastName", "Hartwell"},
		{"company=R%26D%20%28K%C3%B6ln%29", "localizedHeadline", "R&D (Köln)"},
		{"keywords=%22always%20learning%22", "localizedHeadline", `"always learning"`},
		{"keywords=C%2B%2B", "localizedHeadline", "C++"},
		{"keywords=%F0%9F%8C%B1", "localizedHeadline", "🌱"},
	}
	for _, tt := range tests {
		f := v.search("/v2/search/people?q=People&" + tt.query + "&projection=(elements*(entity~))")
		if len(f.Elements) == 0 {
			t.Errorf("%s: nobody found", tt.query)
		}
		for _, e := range f.Elements {
			got, ok := e["entity~"].(map[string]any)[tt.field].(string)
			if ok && !strings.Contains(got, tt.has) {
				t.Errorf("%s: %s is %q, want %q in it", tt.query, tt.field, got, tt.has)
			}
		}
	}
}

func TestSearchEdges(t *testing.T) {
	v := visit(t, nil)
	tests := []struct {
		name   string
		query  string
		quirks sandbox.Quirks
		want   map[string]any // an error, or nil
		check  func(found) bool
		why    string
	}{
		{"nobody", "q=People&keywords=qqqqq", sandbox.Quirks{}, nil, func(f found) bool {
			return f.Elements != nil && len(f.Elements) == 0 && *f.Paging.Total == 0 && len(f.Paging.Links) == 0
		}, "fixture 41"},
		{"default count", "q=People&keywords=a", sandbox.Quirks{}, nil, func(f found) bool { return len(f.Elements) == 10 && f.Paging.Count == 10 }, "ten"},
		{"large count", "q=People&keywords=a&count=26", sandbox.Quirks{}, nil, func(f found) bool { return len(f.Elements) == 25 && f.Paging.Count == 25 }, "is lowered"},
		{"large count refused", "q=People&keywords=a&count=26", sandbox.Quirks{RefuseLargeCount: true}, badParam("count"), nil, "the switch"},
		{"negative start", "q=People&keywords=a&start=-1", sandbox.Quirks{}, badParam("start"), nil, ""},
		{"count in words", "q=People&keywords=a&count=ten", sandbox.Quirks{}, badParam("count"), nil, ""},
		{"end of the window", "q=People&keywords=a&start=990&count=25", sandbox.Quirks{}, nil, func(f found) bool {
			return len(f.Elements) == 10 && f.link("next") == "" && *f.Paging.Total > 1000
		}, "1000 results can be paged through"},
		{"past the window", "q=People&keywords=a&start=1000", sandbox.Quirks{}, nil, func(f found) bool { return len(f.Elements) == 0 && f.link("next") == "" }, ""},
		{"own window", "q=People&keywords=a&start=0&count=25", sandbox.Quirks{SearchWindow: 5}, nil, func(f found) bool { return len(f.Elements) == 5 }, ""},
		{"last page is full", "q=People&keywords=a&start=0&count=10", sandbox.Quirks{SearchWindow: 10}, nil, func(f found) bool {
			return len(f.Elements) == 10 && f.link("next") == ""
		}, "nothing follows"},
		{"short page", "q=People&keywords=a&count=25", sandbox.Quirks{ShortPages: true}, nil, func(f found) bool {
			return len(f.Elements) == 20 && f.Paging.Count == 25 && f.link("next") != ""
		}, "fixture 42"},
		{"no total", "q=People&keywords=a", sandbox.Quirks{NoTotal: true}, nil, func(f found) bool { return f.Paging.Total == nil }, "fixture 43"},
		{"gone", "q=People&keywords=a", sandbox.Quirks{SearchGone: true}, noResource, nil, "fixture 44"},
		{"other finder", "q=people&keywords=a", sandbox.Quirks{}, noResource, nil, "finders have case"},
		{"no finder", "keywords=a", sandbox.Quirks{}, noResource, nil, ""},
		{"nothing to look for", "q=People", sandbox.Quirks{}, problem(400, 0, "PARAM_INVALID", "Parameter 'keywords' is required"), nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v.server.SetQuirks(tt.quirks)
			a := v.get("/v2/search/people?" + tt.query)
			if tt.want != nil {
				if diff := cmp.Diff(tt.want, a.json(t)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tt.why, diff)
				}
				return
			}
			var f found
			v.decode(a, &f)
			if !tt.check(f) {
				t.Errorf("%s: %s", tt.why, a.Body)
			}
		})
	}
}
