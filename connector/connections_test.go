package connector_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

func TestListConnections(t *testing.T) {
	b := login(t, sandbox.CommunityClient, nil)
	path := func(projection string, start, count int) string {
		return fmt.Sprintf("GET /v2/connections?q=viewer%s&start=%d&count=%d", projection, start, count)
	}
	const basic = "&projection=(elements*(to~(id,localizedFirstName,localizedLastName,localizedHeadline,vanityName)),paging)"
	var least, got, first, second connector.ListConnectionsOutput
	b.invoke("list_connections", `{}`, &least)
	b.wantPaths(path(basic, 0, 10))
	if len(least.People) != 10 || least.NextCursor == "" || least.Total == nil || *least.Total < 10 {
		t.Fatalf("%d people, cursor %q, total %v", len(least.People), least.NextCursor, least.Total)
	}
	for _, p := range least.People {
		if p.ID == "" || p.Name == "" || p.Private {
			t.Errorf("person %+v", p)
		}
	}

	b.srv.ResetRequests()
	b.invoke("list_connections", `{"fields":["id"],"max_items":70}`, &got)
	b.wantPaths(path("", 0, 50), path("", 50, 20))
	b.invoke("list_connections", `{"fields":["id"],"max_items":30}`, &first)
	b.invoke("list_connections", fmt.Sprintf(`{"fields":["id"],"max_items":40,"cursor":%q}`, first.NextCursor), &second)
	if diff := cmp.Diff(got.People, append(first.People, second.People...)); diff != "" {
		t.Errorf("by cursor (-at once +in steps):\n%s", diff)
	}

	if e := b.refused("list_connections", fmt.Sprintf(`{"fields":["name"],"cursor":%q}`, first.NextCursor)); e.Pointer != "/cursor" {
		t.Errorf("cursor of another list: %s", detailed(e))
	}
	if e := b.refused("list_connections", `{"page_size":51}`); e.Kind != plugin.InvalidInput || e.Pointer != "/page_size" {
		t.Errorf("a page of 51: %s", detailed(e))
	}
}

func TestCountConnections(t *testing.T) {
	for _, scopes := range []string{"r_1st_connections_size", "r_1st_connections"} {
		b := login(t, sandbox.CommunityClient, map[string]any{"scopes": scopes})
		var got connector.CountConnectionsOutput
		b.invoke("count_connections", `{}`, &got)
		b.wantPaths("GET /v2/connections?q=viewer&start=0&count=0")
		if got.Count < 10 {
			t.Errorf("%s: count %d", scopes, got.Count)
		}
		if res := b.invoke("count_connections", `{}`, nil); !res.Meta.Cached {
			t.Errorf("%s: a second count is not from memory", scopes)
		}
	}
	b := login(t, sandbox.CommunityClient, nil)
	for _, body := range []string{`{"elements":[],"paging":{"start":0,"count":0,"links":[]}}`, `{"elements":[]}`, `{"firstDegreeSize":5}`} {
		b.srv.Fail(sandbox.Fault{Status: 200, Body: body})
		if e := b.refused("count_connections", `{"max_age_seconds":0}`); e.Kind != plugin.BadUpstream {
			t.Errorf("%s: %s", body, detailed(e))
		}
	}
}
