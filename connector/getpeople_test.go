package connector_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// visible lists the ids of n members who do not hide.
func (b *bench) visible(n int) []string {
	b.t.Helper()
	var got searched
	b.invoke("search_people", fmt.Sprintf(`{"keywords":"e","fields":["id"],"page_size":25,"max_items":%d,"max_calls":1000}`, n), &got)
	if len(got.People) != n {
		b.t.Fatalf("found %d people, want %d", len(got.People), n)
	}
	var ids []string
	for _, p := range got.People {
		ids = append(ids, p.ID)
	}
	b.srv.ResetRequests()
	return ids
}

// people is an input of get_people.
func people(t testing.TB, more string, ids ...string) string {
	t.Helper()
	list, err := json.Marshal(ids)
	if err != nil {
		t.Fatal(err)
	}
	return `{"people":` + string(list) + more + `}`
}

func TestGetPeople(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	angel, hidden := b.angel(), b.hidden()
	foreign := "urn:li:person:AAAAAAAAAA"
	var got connector.GetPeopleOutput
	res := b.invoke("get_people", people(t, `,"max_age_seconds":0`, foreign, angel.URN, hidden, b.srv.Me(b.client), angel.ID), &got)
	want := connector.GetPeopleOutput{
		People: []connector.Person{angel, {Member: b.cora()}}, // in the order of the input, each once
		Errors: []connector.PersonError{
			{Person: foreign, Kind: "not_found", Message: "LinkedIn knows no such person"},
			{Person: hidden, Kind: "not_found", Message: "this person hides the profile from applications"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("get_people (-want +got):\n%s", diff)
	}
	if len(b.paths()) != 1 || res.Meta.UpstreamCalls != 1 {
		t.Errorf("calls %q", b.paths())
	}
	path := b.paths()[0]
	if !strings.HasPrefix(path, "GET /v2/people?ids=List((id:") || !strings.HasSuffix(path, "&projection=(results*(id,localizedFirstName,localizedLastName),statuses,errors)") {
		t.Errorf("call %s", path)
	}
}

func TestGetPeopleInParts(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	ids := b.visible(120)
	var got connector.GetPeopleOutput
	res := b.invoke("get_people", people(t, `,"fields":["id"]`, ids...), &got)
	if len(got.People) != 120 || len(got.Errors) != 0 || res.Meta.UpstreamCalls != 3 {
		t.Fatalf("%d people, %d errors, %d calls; want 120, 0 and 3", len(got.People), len(got.Errors), res.Meta.UpstreamCalls)
	}
	for i, p := range got.People {
		if p.ID != ids[i] {
			t.Fatalf("person %d is %s, want %s: the order is that of the input", i, p.ID, ids[i])
		}
	}
	for i, r := range b.srv.Requests() {
		if n := strings.Count(r.Query, "(id:"); n > 50 {
			t.Errorf("call %d asks for %d people", i, n)
		}
	}
}

func TestGetPeopleWhenAPartFails(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	ids := b.visible(60)
	t.Run("the first", func(t *testing.T) {
		b.srv.Fail(sandbox.Fault{Path: "/v2/people", Status: 503})
		if e := b.refused("get_people", people(t, `,"fields":["id"],"max_age_seconds":0`, ids...)); e.Kind != plugin.Unavailable {
			t.Errorf("error %s", detailed(e))
		}
	})
	t.Run("a later one", func(t *testing.T) {
		if err := b.srv.SetLimit("people", 0, 1); err != nil {
			t.Fatal(err)
		}
		b.srv.ResetQuotas()
		var got connector.GetPeopleOutput
		b.invoke("get_people", people(t, `,"fields":["id"],"max_age_seconds":0`, ids...), &got)
		if len(got.People) != 50 || len(got.Errors) != 10 || got.Errors[0].Kind != "quota_exhausted" {
			t.Errorf("%d people, errors %+v", len(got.People), got.Errors)
		}
	})
}

func TestGetPeopleAllUnknown(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	res := b.invoke("get_people", people(t, "", "AAAAAAAAAA"), nil)
	want := `{"people":[],"errors":[{"person":"AAAAAAAAAA","kind":"not_found","message":"LinkedIn knows no such person"}]}`
	if string(res.Output) != want {
		t.Errorf("output %s, want %s", res.Output, want)
	}
}

func TestGetPeopleBadInput(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	many := make([]string, 501)
	for i := range many {
		many[i] = fmt.Sprintf("A%09d", i)
	}
	for input, pointer := range map[string]string{
		`{}`:                      "/people",
		`{"people":[]}`:           "/people",
		`{"people":"A"}`:          "/people",
		people(t, "", many...):    "/people",
		`{"people":["A","b),c"]}`: "/people/1",
	} {
		e := b.refused("get_people", input)
		if e.Kind != plugin.InvalidInput || e.Pointer != pointer {
			t.Errorf("get_people(%.40s): %s, want one at %s", input, detailed(e), pointer)
		}
	}
	b.wantPaths()
}

// 500 ids do not fit into an address.
func TestGetPeopleTunnels(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	ids := make([]string, 50)
	for i := range ids {
		ids[i] = strings.Repeat("x", 90) + fmt.Sprintf("%010d", i)
	}
	var got connector.GetPeopleOutput
	b.invoke("get_people", people(t, "", ids...), &got)
	if len(got.Errors) != 50 || !b.srv.Requests()[0].Tunnelled {
		t.Errorf("%d errors, tunnelled %t", len(got.Errors), b.srv.Requests()[0].Tunnelled)
	}
}
