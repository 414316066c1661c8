package connector_test

import (
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

// searchBy logs in to the application that has a search besides the default one.
func searchBy(t *testing.T, strategy string, more map[string]any) *bench {
	t.Helper()
	b := newBench(t, sandbox.CommunityClient, nil)
	search := map[string]any{"strategy": strategy}
	if strategy == "typeahead" {
		search["organization"] = b.srv.Organization(0)
	}
	for name, value := range more {
		search[name] = value
	}
	b.conn = b.connection("me", map[string]any{"search": search})
	b.logIn(0)
	b.srv.ResetRequests()
	return b
}

func TestTypeahead(t *testing.T) {
	b := searchBy(t, "typeahead", nil)
	asked := "GET /rest/peopleTypeahead?q=organizationFollowers&keywords=a&organization=" + strings.ReplaceAll(b.srv.Organization(0), ":", "%3A")
	var all, first, rest searched
	res := b.invoke("search_people", `{"keywords":"a","max_items":20}`, &all)
	b.wantPaths(asked) // neither start nor count: the documentation has none
	if len(all.People) != 10 || all.NextCursor != "" || all.Total != nil {
		t.Fatalf("%d people, cursor %q, total %v", len(all.People), all.NextCursor, all.Total)
	}
	wantNotice(t, res, "first 10 people of this list only")
	if r := b.srv.Requests()[0]; r.Header.Get("LinkedIn-Version") != "202609" || res.Meta.APIVersion != "202609" {
		t.Errorf("version %q", r.Header.Get("LinkedIn-Version"))
	}
	for _, p := range all.People {
		if p.URN != "urn:li:person:"+p.ID || p.Name != strings.TrimSpace(p.GivenName+" "+p.FamilyName) || p.Name == "" {
			t.Errorf("person %+v", p)
		}
	}

	// In two steps: the one reply that there is, cut.
	b.invoke("search_people", `{"keywords":"a","max_items":4}`, &first)
	b.invoke("search_people", fmt.Sprintf(`{"keywords":"a","max_items":10,"cursor":%q}`, first.NextCursor), &rest)
	if diff := cmp.Diff(all.People, append(first.People, rest.People...)); diff != "" || len(first.People) != 4 {
		t.Errorf("by cursor (-at once +in steps):\n%s", diff)
	}

	res = b.invoke("search_people", `{"keywords":"a","fields":["id","picture","profile_url"]}`, nil)
	for _, n := range res.Meta.Notices {
		if n.Code == "field_unavailable" && strings.Contains(n.Message, "profile_url, picture") {
			return
		}
	}
	t.Errorf("notices %+v, want one about the absent fields", res.Meta.Notices)
}

func TestConnectionsSearch(t *testing.T) {
	b := searchBy(t, "connections", nil)
	var everybody connector.ListConnectionsOutput
	b.invoke("list_connections", `{"max_items":10000,"page_size":50,"max_calls":1000}`, &everybody)
	name := strings.ToLower(everybody.People[3].GivenName)
	var want []connector.Person
	for _, p := range everybody.People {
		if strings.Contains(strings.ToLower(" "+p.GivenName+" "), " "+name+" ") {
			want = append(want, p)
		}
	}
	b.srv.ResetRequests()
	var got searched
	b.invoke("search_people", fmt.Sprintf(`{"first_name":%q,"max_items":10000,"max_calls":1000}`, name), &got)
	if diff := cmp.Diff(want, got.People); diff != "" || got.Total != nil || got.NextCursor != "" {
		t.Errorf("first name %q, total %v (-want +got):\n%s", name, got.Total, diff)
	}
	for _, path := range b.paths() {
		if !strings.HasPrefix(path, "GET /v2/connections?q=viewer&projection=(elements*(to~(id,localizedFirstName,localizedLastName,localizedHeadline,vanityName)),paging)&start=") || !strings.HasSuffix(path, "&count=50") {
			t.Errorf("call %s", path)
		}
	}

	// One by one, by cursor: nobody twice, nobody left out.
	var steps []connector.Person
	input := `{"keywords":"e","max_items":7,"fields":["id"],"max_calls":1000%s}`
	var all, page searched
	b.invoke("search_people", strings.ReplaceAll(fmt.Sprintf(input, ""), `"max_items":7`, `"max_items":10000`), &all)
	for cursor := ""; len(steps) <= len(all.People); cursor = fmt.Sprintf(`,"cursor":%q`, page.NextCursor) {
		page = searched{}
		b.invoke("search_people", fmt.Sprintf(input, cursor), &page)
		if steps = append(steps, page.People...); page.NextCursor == "" {
			break
		}
	}
	if diff := cmp.Diff(all.People, steps); diff != "" || len(all.People) < 20 {
		t.Errorf("%d people, by cursor (-at once +in steps):\n%s", len(all.People), diff)
	}
}

// Keywords look into headlines only where the login may see them.
func TestConnectionsSearchByHeadline(t *testing.T) {
	for scopes, want := range map[string]string{
		"r_1st_connections":                "(elements*(to~(id,localizedFirstName,localizedLastName)),paging)",
		"r_1st_connections r_basicprofile": "(elements*(to~(id,localizedFirstName,localizedLastName,localizedHeadline)),paging)",
	} {
		b := newBench(t, sandbox.CommunityClient, nil)
		b.conn = b.connection("me", map[string]any{"scopes": scopes, "search": map[string]any{"strategy": "connections"}})
		b.logIn(0)
		b.srv.ResetRequests()
		var got searched
		b.invoke("search_people", `{"keywords":"engineer","fields":["id"],"max_calls":1}`, &got)
		b.wantPaths("GET /v2/connections?q=viewer&projection=" + want + "&start=0&count=50")
		if byHeadline := strings.Contains(scopes, "basic"); (len(got.People) > 0) != byHeadline {
			t.Errorf("scopes %s: %d people", scopes, len(got.People))
		}
	}
}

func TestFiltersThatASearchLacks(t *testing.T) {
	for strategy, lacks := range map[string][]string{
		"typeahead":   {"first_name", "last_name", "company", "title", "school"},
		"connections": {"company", "title", "school"},
	} {
		b := searchBy(t, strategy, nil)
		for _, field := range lacks {
			e := b.refused("search_people", fmt.Sprintf(`{"keywords":"x",%q:"y"}`, field))
			if e.Kind != plugin.InvalidInput || e.Pointer != "/"+field || !strings.Contains(e.Hint, "search.strategy") {
				t.Errorf("%s, %s: %s", strategy, field, detailed(e))
			}
		}
		if e := b.refused("search_people", `{}`); e.Kind != plugin.InvalidInput || e.Pointer != "/keywords" {
			t.Errorf("%s, nothing: %s", strategy, detailed(e))
		}
		b.wantPaths()
	}
}

// What a login lacks is told before a call is spent on it.
func TestSearchWithoutItsScope(t *testing.T) {
	for _, tt := range []struct{ action, strategy, scope string }{
		{"search_people", "typeahead", "r_organization_followers"},
		{"search_people", "connections", "r_1st_connections"},
		{"list_connections", "search", "r_1st_connections"},
		{"count_connections", "search", "r_1st_connections_size"},
	} {
		b := newBench(t, sandbox.PartnerClient, nil)
		b.conn = b.connection("me", map[string]any{"search": map[string]any{"strategy": tt.strategy, "organization": b.srv.Organization(0)}})
		b.logIn(0)
		b.srv.ResetRequests()
		input := `{}`
		if tt.action == "search_people" {
			input = `{"keywords":"x"}`
		}
		e := b.refused(tt.action, input)
		if e.Kind != plugin.Forbidden || !strings.Contains(e.Hint, tt.scope) || e.Source != plugin.SourceConnector || e.Retryable {
			t.Errorf("%s by %s: %s, want a hint with %s", tt.action, tt.strategy, detailed(e), tt.scope)
		}
		if s := b.status(tt.action); s.Status != plugin.Unusable || !strings.Contains(s.Hint, tt.scope) {
			t.Errorf("check says of %s by %s: %+v", tt.action, tt.strategy, s)
		}
		b.wantPaths()
	}
}

// A page that another account administers is refused to this one only, and a refusal of one search
// says nothing of another.
func TestRefusalsAreOfOneSearch(t *testing.T) {
	b := searchBy(t, "typeahead", map[string]any{"organization": "urn:li:organization:2400005"})
	for range 2 {
		if e := b.refused("search_people", `{"keywords":"a"}`); e.Kind != plugin.Forbidden || !strings.Contains(e.Hint, "administers") {
			t.Errorf("another's page: %s", detailed(e))
		}
	}
	if n := len(b.paths()); n != 1 {
		t.Errorf("%d calls, want one: the refusal is remembered", n)
	}
	if s := b.status("search_people"); s.Status != plugin.Unusable || s.Since == nil {
		t.Errorf("check says %+v", s)
	}
	for name, search := range map[string]map[string]any{
		"own page": {"strategy": "typeahead", "organization": b.srv.Organization(0)}, "connections": {"strategy": "connections"},
	} {
		b.conn = b.connection(name, map[string]any{"search": search})
		b.logIn(0)
		b.invoke("search_people", `{"keywords":"a","max_calls":1}`, nil)
		if s := b.status("search_people"); s.Status != plugin.Usable {
			t.Errorf("check says of %s: %+v", name, s)
		}
	}
}

// Every step works while LinkedIn retires the configured version: one notice, no failed step.
func TestVersionRetiresWhileTheProcessRuns(t *testing.T) {
	b := newBench(t, sandbox.CommunityClient, nil)
	b.conn = b.connection("me", map[string]any{"api_version": "202601", "search": map[string]any{
		"strategy": "typeahead", "organization": b.srv.Organization(0),
	}})
	b.logIn(0)
	notices, versions := 0, ""
	step := func(keywords string) {
		t.Helper()
		b.srv.ResetRequests()
		res := b.invoke("search_people", fmt.Sprintf(`{"keywords":%q,"max_items":10}`, keywords), nil)
		for _, n := range res.Meta.Notices {
			if n.Code == "version_retired" {
				notices++
				if !strings.Contains(n.Message, "202601") || !strings.Contains(n.Message, "--set api_version=YYYYMM") {
					t.Errorf("notice %s", n.Message)
				}
			}
		}
		for _, r := range b.srv.Requests() {
			if strings.HasPrefix(r.Path, "/rest/") { // around day 53 the token may be refreshed, too
				versions += r.Header.Get("LinkedIn-Version") + " "
			}
		}
	}
	step("a")
	b.srv.Advance(53 * 24 * time.Hour) // 202601 ends on 2027-01-15
	for _, keywords := range []string{"b", "c", "d"} {
		step(keywords)
	}
	if want := "202601 202601 202609 202609 202609 "; notices != 1 || versions != want {
		t.Errorf("%d notices, versions %s; want 1, %s", notices, versions, want)
	}
	if got := b.check(false).API; got.State != plugin.APIRetired || got.Version != "202601" {
		t.Errorf("a cheap check says %+v", got)
	}

	b.srv.SetClock(time.Date(2027, 10, 1, 0, 0, 0, 0, time.UTC)) // the default has ended, too
	b.logIn(0)
	if e := b.refused("search_people", `{"keywords":"e"}`); e.Kind != plugin.VersionRetired || !strings.Contains(e.Message, "202609") {
		t.Errorf("the default is retired: %s", detailed(e))
	}
}

func TestSearchStopsAtItsWindow(t *testing.T) {
	for _, tt := range []struct {
		name    string
		setting int
		calls   int
		notice  string
	}{
		{"known from the settings", 40, 2, "first 40 people"},
		{"found out", 0, 3, "first 40 of "},
	} {
		b := login(t, sandbox.PartnerClient, map[string]any{"search": map[string]any{"window": tt.setting}})
		b.srv.SetQuirks(sandbox.Quirks{SearchWindow: 40})
		var got searched
		res := b.invoke("search_people", `{"keywords":"engineer","fields":["id"],"page_size":20,"max_items":100}`, &got)
		if len(got.People) != 40 || got.NextCursor != "" || res.Meta.UpstreamCalls != tt.calls {
			t.Errorf("%s: %d people, cursor %q, %d calls", tt.name, len(got.People), got.NextCursor, res.Meta.UpstreamCalls)
		}
		wantNotice(t, res, tt.notice)
	}
}

func TestSearchElsewhere(t *testing.T) {
	b := login(t, sandbox.CommunityClient, map[string]any{"search": map[string]any{
		"strategy": "connections", "path": "/rest/myNetwork", "finder": "mine",
	}})
	b.srv.Fail(sandbox.Fault{Path: "/rest/", Status: 200, Body: `{"elements":[{"to":"urn:li:person:A1","to~":{"id":"A1","localizedFirstName":"Ada"}}]}`})
	var got searched
	b.invoke("search_people", `{"keywords":"ada","fields":["id"]}`, &got)
	if len(got.People) != 1 || !strings.HasPrefix(b.paths()[0], "GET /rest/myNetwork?q=mine&") {
		t.Errorf("%+v, calls %q", got.People, b.paths())
	}
	if q, err := url.ParseQuery(b.srv.Requests()[0].Query); err != nil || q.Get("count") != "50" {
		t.Errorf("query %v, %v", q, err)
	}
}
