package connector_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// raws are the members raw of an output, wherever they stand.
func raws(t *testing.T, output []byte) []string {
	t.Helper()
	var one struct {
		Raw    json.RawMessage `json:"raw"`
		People []struct {
			Raw json.RawMessage `json:"raw"`
		} `json:"people"`
	}
	if err := json.Unmarshal(output, &one); err != nil {
		t.Fatal(err)
	}
	var all []string
	if one.Raw != nil {
		all = append(all, string(one.Raw))
	}
	for _, p := range one.People {
		if p.Raw != nil {
			all = append(all, string(p.Raw))
		}
	}
	return all
}

// What LinkedIn adds without notice survives where it is asked for: fields and values that nobody knows,
// and numbers that no float holds.
func TestRaw(t *testing.T) {
	const odd = `"newField":{"kind":"BRAND_NEW","n":9007199254740993},"list":[1,null]`
	for _, tt := range []struct {
		name, action, input string
		strategy            string
		body                string
		path, plain         string // how the call begins, with raw alone and with raw and fields
		want                string
	}{
		{name: "userinfo", action: "get_profile", body: `{"sub":"A1","name":"Ada",` + odd + `}`,
			path: "GET /v2/userinfo", plain: "GET /v2/userinfo", want: `{"sub":"A1","name":"Ada",` + odd + `}`},
		{name: "person", action: "get_person", input: `"person":"A1"`, body: `{"id":"A1",` + odd + `}`,
			path: "GET /v2/people/(id:A1)", plain: "GET /v2/people/(id:A1)?projection=(id)", want: `{"id":"A1",` + odd + `}`},
		{name: "people", action: "get_people", input: `"people":["A1"]`, body: `{"results":{"(id:A1)":{"id":"A1",` + odd + `}},"statuses":{},"errors":{}}`,
			path: "GET /v2/people?ids=List((id:A1))", plain: "GET /v2/people?ids=List((id:A1))&projection=(results*(id),statuses,errors)", want: `{"id":"A1",` + odd + `}`},
		{name: "search", action: "search_people", input: `"keywords":"x"`, body: `{"elements":[{"entity":"urn:li:person:A1","entity~":{"id":"A1",` + odd + `},"rank":1}]}`,
			path: "GET /v2/search/people?q=People&keywords=x&projection=(elements*(entity~),paging)&start=0&count=10", plain: searchAt("x", "", 0, 10),
			want: `{"entity":"urn:li:person:A1","entity~":{"id":"A1",` + odd + `},"rank":1}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, sandbox.PartnerClient, nil)
			ask := func(more string) (string, []string) {
				b.srv.ResetRequests()
				b.srv.Fail(sandbox.Fault{Status: 200, Body: tt.body})
				input := strings.ReplaceAll("{"+tt.input+more+`,"max_age_seconds":0}`, "{,", "{")
				res := b.invoke(tt.action, input, nil)
				return b.paths()[0], raws(t, res.Output)
			}
			if path, got := ask(`,"raw":true`); path != tt.path || !cmp.Equal(got, []string{tt.want}) {
				t.Errorf("raw: call %s, want %s; raw %s", path, tt.path, cmp.Diff([]string{tt.want}, got))
			}
			if path, got := ask(`,"raw":true,"fields":["id"]`); path != tt.plain || !cmp.Equal(got, []string{tt.want}) {
				t.Errorf("raw and fields: call %s, want %s; raw %s", path, tt.plain, cmp.Diff([]string{tt.want}, got))
			}
			if _, got := ask(`,"fields":["id"]`); got != nil {
				t.Errorf("nobody asked for raw: %s", got)
			}
		})
	}
}

// An answer that was kept without raw must not serve a step that wants it, nor the other way round.
func TestRawAndMemory(t *testing.T) {
	b := searchBy(t, "typeahead", nil)
	for i, tt := range []struct {
		raw   bool
		calls int
	}{{false, 1}, {true, 2}, {false, 2}, {true, 2}} {
		res := b.invoke("search_people", fmt.Sprintf(`{"keywords":"a","raw":%t,"fields":["id"]}`, tt.raw), nil)
		if got := len(raws(t, res.Output)); (got > 0) != tt.raw || len(b.paths()) != tt.calls {
			t.Errorf("step %d: %d raw, %d calls; want raw %t, %d calls", i, got, len(b.paths()), tt.raw, tt.calls)
		}
	}
	res := b.invoke("list_connections", `{"raw":true,"max_items":1}`, nil)
	if got := raws(t, res.Output); len(got) != 1 || !strings.Contains(got[0], `"to~":{`) || !strings.Contains(got[0], "localizedFirstName") {
		t.Errorf("raw %s", got)
	}
}
