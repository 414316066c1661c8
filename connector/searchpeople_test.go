package connector_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// searchAt is the request of a page of a search by keywords.
func searchAt(keywords, projection string, start, count int) string {
	if projection != "" {
		projection = "&projection=" + projection
	}
	return fmt.Sprintf("GET /v2/search/people?q=People&keywords=%s%s&start=%d&count=%d", keywords, projection, start, count)
}

// leastOfOthers is what is requested of people when a step does not say.
const leastOfOthers = "(elements*(entity~(id,localizedFirstName,localizedLastName)),paging)"

func TestSearchPeopleRequest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, input string
		want        string
	}{
		{"ids only are the plain request", `{"keywords":"software engineer","fields":["id","urn"],"page_size":25}`, searchAt("software%20engineer", "", 0, 25)},
		{"least", `{"keywords":"software engineer"}`, searchAt("software%20engineer", leastOfOthers, 0, 10)},
		{"one field", `{"keywords":"engineer","fields":["headline"]}`, searchAt("engineer", "(elements*(entity~(id,localizedHeadline)),paging)", 0, 10)},
		{"picture", `{"keywords":"engineer","fields":["picture"]}`,
			searchAt("engineer", "(elements*(entity~(id,profilePicture(displayImage~:playableStreams))),paging)", 0, 10)},
		{"filters", `{"first_name":"Ada","last_name":"Lovelace","company":"A&B","title":"CTO","school":"Köln","fields":["id"]}`,
			"GET /v2/search/people?q=People&firstName=Ada&lastName=Lovelace&company=A%26B&title=CTO&school=K%C3%B6ln&start=0&count=10"},
		{"reserved characters", `{"keywords":"R&D (Köln), \"C++\": 100%","fields":["id"]}`, searchAt("R%26D%20%28K%C3%B6ln%29%2C%20%22C%2B%2B%22%3A%20100%25", "", 0, 10)},
		{"emoji", `{"keywords":"🌱","fields":["id"]}`, searchAt("%F0%9F%8C%B1", "", 0, 10)},
		{"fewer than a page", `{"keywords":"engineer","fields":["id"],"max_items":3}`, searchAt("engineer", "", 0, 3)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, sandbox.PartnerClient, nil)
			b.invoke("search_people", tt.input, nil)
			b.wantPaths(tt.want)
			r := b.srv.Requests()[0]
			if v := r.Header.Get("X-Restli-Protocol-Version"); v != "2.0.0" || r.Header.Get("X-Restli-Method") != "finder" || r.Tunnelled {
				t.Errorf("request %+v", r)
			}
		})
	}
}

func TestLongKeywordsAreTunnelled(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	keywords := strings.Repeat("ab ", 1666) + "ab" // 5,000 characters
	b.invoke("search_people", fmt.Sprintf(`{"keywords":%q,"fields":["id"]}`, keywords), nil)
	r := b.srv.Requests()[0]
	if !r.Tunnelled || r.Method != "POST" || r.RawQuery != "" || r.Query != "q=People&keywords="+url.PathEscape(keywords)+"&start=0&count=10" {
		t.Errorf("request %s %s tunnelled=%t, query of %d bytes", r.Method, r.Path, r.Tunnelled, len(r.Query))
	}
	usage, err := b.plugin.Usage(t.Context(), b.conn)
	if err != nil {
		t.Fatal(err)
	}
	for _, bucket := range usage.Buckets {
		if strings.HasPrefix(bucket.Endpoint, "POST") {
			t.Errorf("a tunnelled search is counted as %q", bucket.Endpoint)
		}
	}
}

// searched is the output of a search.
type searched = connector.SearchPeopleOutput

func TestSearchPeopleReadsPages(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	var all, first, second searched
	res := b.invoke("search_people", `{"keywords":"software engineer","page_size":25,"max_items":60}`, &all)
	b.wantPaths(
		searchAt("software%20engineer", leastOfOthers, 0, 25),
		searchAt("software%20engineer", leastOfOthers, 25, 25),
		searchAt("software%20engineer", leastOfOthers, 50, 10), // only what is still wanted
	)
	if len(all.People) != 60 || all.Total == nil || *all.Total < 60 || all.NextCursor == "" || res.Meta.UpstreamCalls != 3 {
		t.Fatalf("%d people, total %v, cursor %q, %d calls", len(all.People), all.Total, all.NextCursor, res.Meta.UpstreamCalls)
	}
	seen := map[string]bool{}
	for _, p := range all.People {
		if p.ID == "" || p.Name == "" || p.URN != "urn:li:person:"+p.ID || seen[p.ID] {
			t.Errorf("person %+v", p)
		}
		seen[p.ID] = true
	}

	// The same people in two steps, by the cursor.
	b.invoke("search_people", `{"keywords":"software engineer","page_size":20,"max_items":40}`, &first)
	b.invoke("search_people", fmt.Sprintf(`{"keywords":"software engineer","cursor":%q,"max_items":20,"page_size":20}`, first.NextCursor), &second)
	if diff := cmp.Diff(all.People, append(first.People, second.People...)); diff != "" {
		t.Errorf("by cursor (-at once +in steps):\n%s", diff)
	}
}

func TestSearchPeopleToTheEnd(t *testing.T) {
	for _, tt := range []struct {
		name   string
		quirks sandbox.Quirks
		total  bool
	}{
		{"as documented", sandbox.Quirks{}, true},
		{"short pages in mid-stream", sandbox.Quirks{ShortPages: true}, true},
		{"no total", sandbox.Quirks{NoTotal: true}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, sandbox.PartnerClient, nil)
			b.srv.SetQuirks(tt.quirks)
			var got searched
			b.invoke("search_people", `{"keywords":"Staff Engineer Ironbridge","max_items":10000,"page_size":5,"max_calls":1000}`, &got)
			if len(got.People) == 0 || got.NextCursor != "" || (got.Total != nil) != tt.total {
				t.Fatalf("%d people, total %v, cursor %q", len(got.People), got.Total, got.NextCursor)
			}
			if tt.total && !tt.quirks.ShortPages && *got.Total != int64(len(got.People)) {
				t.Errorf("%d people of %d", len(got.People), *got.Total)
			}
		})
	}
}

func TestSearchPeopleFindsNobody(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	res := b.invoke("search_people", `{"keywords":"zzzzzz"}`, nil)
	if got, want := string(res.Output), `{"people":[],"total":0}`; got != want {
		t.Errorf("output %s, want %s", got, want)
	}
}

func TestSearchPeopleStreams(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	var pages, cursors []string
	res, err := b.plugin.Stream(t.Context(), b.conn, &plugin.InvokeRequest{
		Action: "search_people", Input: []byte(`{"keywords":"engineer","page_size":2,"max_items":5,"fields":["name"]}`),
	}, func(e *plugin.Event) error {
		if e.Type == plugin.EventPage {
			pages, cursors = append(pages, fmt.Sprint(len(e.Items))), append(cursors, e.Cursor)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2", "2", "1"}, pages); diff != "" {
		t.Errorf("people in pages (-want +got):\n%s", diff)
	}
	var end map[string]any
	if err := json.Unmarshal(res.Output, &end); err != nil {
		t.Fatal(err)
	}
	if _, has := end["people"]; has || end["next_cursor"] != cursors[2] {
		t.Errorf("result %s, cursors %q", res.Output, cursors)
	}
}

func TestSearchPeopleStopsAtMaxCalls(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	var got searched
	res := b.invoke("search_people", `{"keywords":"engineer","page_size":2,"max_items":50,"max_calls":3}`, &got)
	if len(got.People) != 6 || got.NextCursor == "" || res.Meta.UpstreamCalls != 3 {
		t.Errorf("%d people, cursor %q, %d calls", len(got.People), got.NextCursor, res.Meta.UpstreamCalls)
	}
	wantNotice(t, res, "next_cursor")
}

func TestSearchByConfiguration(t *testing.T) {
	b := login(t, sandbox.PartnerClient, map[string]any{"search": map[string]any{
		"params": map[string]any{"company": "", "title": "jobTitle"},
	}})
	if e := b.refused("search_people", `{"company":"x"}`); e.Kind != plugin.InvalidInput || e.Pointer != "/company" {
		t.Errorf("a filter that the search lacks: %s", detailed(e))
	}
	b.srv.Fail(sandbox.Fault{Status: 200, Body: `{"elements":[]}`})
	b.invoke("search_people", `{"title":"CTO","fields":["id"]}`, nil)
	b.wantPaths("GET /v2/search/people?q=People&jobTitle=CTO&start=0&count=10")
}

// A page may hold what the sandbox does not show: people who hide, and URNs that could not be expanded.
func TestSearchPeopleWhoHide(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.Fail(sandbox.Fault{Status: 200, Body: `{"elements":[
		{"entity":"urn:li:person:A1","entity~":{"id":"private","localizedFirstName":"private","localizedLastName":"private"}},
		{"entity":"urn:li:person:B2","entity!":{"status":429,"serviceErrorCode":101,"message":"throttled"}},
		{"entity":"urn:li:person:C3","entity~":{"id":"C3","firstName":{"localized":{"de_DE":"Jörg","en_US":"Jorg"},"preferredLocale":{"language":"de","country":"DE"}}}}
	],"paging":{"start":0,"count":10,"links":[]}}`})
	var got searched
	res := b.invoke("search_people", `{"keywords":"x"}`, &got)
	want := []connector.Person{
		{Member: connector.Member{ID: "A1", URN: "urn:li:person:A1"}, Private: true},
		{Member: connector.Member{ID: "B2", URN: "urn:li:person:B2"}},
		{Member: connector.Member{ID: "C3", URN: "urn:li:person:C3", Name: "Jörg", GivenName: "Jörg"}},
	}
	if diff := cmp.Diff(want, got.People); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
	wantNotice(t, res, "more than the id")
}

func TestSearchPeopleTakesNothingElse(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an error":            `{"status":500,"message":"no"}`,
		"a person":            `{"id":"A1"}`,
		"an organization":     `{"elements":[{"entity":"urn:li:organization:5"}]}`,
		"elements of numbers": `{"elements":[1,2]}`,
	} {
		b := login(t, sandbox.PartnerClient, nil)
		b.srv.Fail(sandbox.Fault{Status: 200, Body: body})
		if e := b.refused("search_people", `{"keywords":"x"}`); e.Kind != plugin.BadUpstream {
			t.Errorf("%s: %s", name, detailed(e))
		}
	}
}

func TestRepeatedPageEndsTheSearch(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	page := `{"elements":[{"entity":"urn:li:person:A1"}],"paging":{"start":%d,"count":1,"links":[{"rel":"next","href":"/v2/search/people?start=%d&count=1"}]}}`
	b.srv.Fail(sandbox.Fault{Status: 200, Body: fmt.Sprintf(page, 0, 1)})
	b.srv.Fail(sandbox.Fault{Status: 200, Body: fmt.Sprintf(page, 1, 2)})
	var got searched
	res := b.invoke("search_people", `{"keywords":"x","page_size":1,"max_items":9}`, &got)
	if len(got.People) != 1 || got.NextCursor != "" {
		t.Errorf("%d people, cursor %q", len(got.People), got.NextCursor)
	}
	wantNotice(t, res, "do not go on in order")
}

func TestSearchThatTheApplicationMayNot(t *testing.T) {
	for _, tt := range []struct {
		name   string
		client string
		quirks sandbox.Quirks
		status int
	}{
		{"404, as LinkedIn's real host is expected to say", sandbox.PartnerClient, sandbox.Quirks{SearchGone: true}, 404},
		{"403", sandbox.SelfServeClient, sandbox.Quirks{}, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, tt.client, nil)
			b.srv.SetQuirks(tt.quirks)
			search := func() *plugin.Error {
				t.Helper()
				e := b.refused("search_people", `{"keywords":"x","fields":["id"]}`)
				if e.Kind != plugin.Forbidden || e.HTTPStatus != tt.status || !strings.Contains(e.Hint, "no open people search") || e.Retryable {
					t.Errorf("error %s", detailed(e))
				}
				return e
			}
			first := search()
			if first.Source != plugin.SourceUpstream {
				t.Errorf("source %s", first.Source)
			}
			asked := searchAt("x", "", 0, 10)
			b.wantPaths(asked)

			second := search()
			if second.Source != plugin.SourceConnector || !strings.Contains(second.Hint, "--deep") {
				t.Errorf("answered from memory: %s", detailed(second))
			}
			b.wantPaths(asked) // nothing more was sent
			if s := b.status("search_people"); s.Status != plugin.Unusable || s.Since == nil {
				t.Errorf("check says %+v", s)
			}

			b.open() // another process knows it too
			search()
			b.wantPaths(asked)

			b.srv.Advance(25 * time.Hour)
			b.deepCheck() // lets the clock be seen, and forgets the refusal
			b.srv.ResetRequests()
			search()
			b.wantPaths(asked)
		})
	}
}
