package connector_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// A page with more fields answers for one with fewer, if it is the same page.
func TestMemoryOfWiderPages(t *testing.T) {
	t.Parallel()
	const wide = `"fields":["id","name","headline"]`
	for _, tt := range []struct {
		client, action, input string // input as it is repeated; %s stands for the fields
		other                 string // another page
		settings              map[string]any
	}{
		{sandbox.PartnerClient, "search_people", `{"keywords":"engineer","page_size":5,%s}`, `{"keywords":"engineer","page_size":6,%s}`, nil},
		{sandbox.CommunityClient, "list_connections", `{"page_size":5,%s}`, `{"page_size":6,%s}`, nil},
		{sandbox.CommunityClient, "search_people", `{"keywords":"a","page_size":5,%s}`, "", map[string]any{"search": map[string]any{"strategy": "connections"}}},
	} {
		b := login(t, tt.client, tt.settings)
		var first, narrow, asked searched
		for _, step := range []struct {
			why, input, fields string
			calls              int
			out                *searched
		}{
			{"asked for", tt.input, wide, 1, &first},
			{"fewer fields", tt.input, `"fields":["id","name"]`, 0, &narrow},
			{"only the id", tt.input, `"fields":["id"]`, 0, nil},
			{"as LinkedIn sent it", tt.input, `"fields":["id","name"],"raw":true`, 1, nil},
			{"other fields", tt.input, `"fields":["id","picture"]`, 1, nil},
			{"another page", tt.other, `"fields":["id"]`, 1, nil},
			{"fresh", tt.input, `"fields":["id","name"],"max_age_seconds":0`, 1, &asked},
		} {
			if step.input == "" { // all connections are read to search them
				continue
			}
			b.srv.ResetRequests()
			out := step.out
			if out == nil {
				out = new(searched)
			}
			res := b.invoke(tt.action, fmt.Sprintf(step.input, step.fields), out)
			if res.Meta.Cached != (step.calls == 0) || (res.Meta.UpstreamCalls == 0) != (step.calls == 0) || len(out.People) == 0 {
				t.Errorf("%s, %s: %d people, meta %+v; want %d calls", tt.action, step.why, len(out.People), res.Meta, step.calls)
			}
		}
		if diff := cmp.Diff(asked.People, narrow.People); diff != "" {
			t.Errorf("%s, from memory (-asked +remembered):\n%s", tt.action, diff)
		}
	}
}

// Who was found need not be asked for again, once LinkedIn has let the
// application read anybody.
func TestMemoryOfWhoWasFound(t *testing.T) {
	t.Parallel()
	b := login(t, sandbox.PartnerClient, nil)
	const fields = `"fields":["id","urn","name","given_name","family_name","headline","vanity_name","profile_url","picture"]`
	var found searched
	b.invoke("search_people", `{"keywords":"engineer","page_size":25,`+fields+`}`, &found)
	id := func(i int) string { return found.People[i].ID }
	person := func(i int, more string) string { return fmt.Sprintf(`{"person":%q%s}`, id(i), more) }
	for _, step := range []struct {
		why, action, input string
		calls              int
	}{
		{"nobody knows whether it may", "get_person", person(0, ""), 1},
		{"one who was found", "get_person", person(1, ""), 0},
		{"with all that the search told", "get_person", person(2, ","+fields), 0},
		{"as LinkedIn sends it", "get_person", person(2, `,"raw":true`), 1},
		{"fresh", "get_person", person(3, `,"max_age_seconds":0`), 1},
		{"several who were found", "get_people", people(t, "", id(4), id(5), id(6)), 0},
		{"one of several was not", "get_people", people(t, "", id(4), b.srv.Me(b.client)), 1},
		{"one who was not found", "get_person", `{"person":"AAAAAAAAAA"}`, 1},
	} {
		b.srv.ResetRequests()
		res, err := b.try(step.action, step.input)
		if n := len(b.paths()); n != step.calls || step.calls == 0 && (err != nil || !res.Meta.Cached) {
			t.Errorf("%s: %d calls, %v, want %d", step.why, n, err, step.calls)
		}
	}
	for i := range found.People { // memory tells what LinkedIn tells
		var kept, fresh connector.Person
		b.invoke("get_person", person(i, ","+fields), &kept)
		b.invoke("get_person", person(i, `,"max_age_seconds":0,`+fields), &fresh)
		if diff := cmp.Diff(fresh, kept); diff != "" {
			t.Errorf("person %d (-asked +remembered):\n%s", i, diff)
		}
	}
}

// A search is no way around what LinkedIn refuses: an application that may not
// read people is told so of those whom it has found, too.
func TestMemoryOfWhoMayNotBeRead(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	var found searched
	b.invoke("search_people", `{"keywords":"engineer"}`, &found)
	b.srv.Fail(sandbox.Fault{Path: "/v2/people", Status: 403, Times: -1})
	for i := range 2 {
		if e := b.refused("get_person", fmt.Sprintf(`{"person":%q}`, found.People[i].ID)); e.Kind != plugin.Forbidden {
			t.Errorf("person %d: %s", i, detailed(e))
		}
	}
}

// A search among the connections asks for their names to choose by, and what it
// was told it need not ask again.
func TestMemoryOfWhatASearchChoosesBy(t *testing.T) {
	b := login(t, sandbox.CommunityClient, map[string]any{"search": map[string]any{"strategy": "connections"}})
	b.invoke("search_people", `{"first_name":"Ada","fields":["id"]}`, nil)
	if res := b.invoke("search_people", `{"last_name":"Hart","fields":["id","name"]}`, nil); !res.Meta.Cached {
		t.Errorf("meta %+v", res.Meta)
	}
}

// Of whom a page has no more than the id, or lacks the picture, LinkedIn is
// asked.
func TestMemoryOfBareIDs(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	angel := b.angel().ID
	for _, card := range []string{
		`"entity~":{"id":"private","localizedFirstName":"private"}`,
		`"entity!":{"status":403,"message":"not today"}`,
		`"entity~":{"id":"` + angel + `"}`,
		`"entity~":{"id":"` + angel + `","localizedFirstName":"A","profilePicture":{"displayImage":"urn:li:x:1","displayImage!":{"status":429,"message":"m"}}}`,
	} {
		b.open()                                                                      // forgets everybody
		b.invoke("get_person", fmt.Sprintf(`{"person":%q}`, b.srv.Me(b.client)), nil) // it may
		b.srv.Fail(sandbox.Fault{Path: "/v2/search", Status: 200, Body: `{"elements":[{"entity":"urn:li:person:` + angel + `",` + card + `}]}`})
		const fields = `"fields":["name","picture"]`
		b.invoke("search_people", `{"keywords":"engineer",`+fields+`}`, nil)
		var got connector.Person
		res := b.invoke("get_person", fmt.Sprintf(`{"person":%q,%s}`, angel, fields), &got)
		if got.Name == "" || res.Meta.UpstreamCalls != 1 {
			t.Errorf("after %s: %+v, meta %+v", card, got, res.Meta)
		}
	}
}
