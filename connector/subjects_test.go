package connector_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// overheard is a connector whose last end is kept as it left the connector: the
// host keeps to itself whose data it was. It is for one call at a time.
type overheard struct {
	plugin.Connector
	last   *plugin.Result
	failed error
}

func (o *overheard) Invoke(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	res, err := o.Connector.Invoke(ctx, req, emit)
	o.last, o.failed = res, err
	return res, err
}

// overhear lets the bench go on with such a connector.
func (b *bench) overhear() *overheard {
	b.t.Helper()
	heard := &overheard{Connector: connector.New(nil)}
	p, err := b.host.Load(b.t.Context(), host.Direct(heard))
	if err != nil {
		b.t.Fatal(err)
	}
	b.plugin = p
	return heard
}

func TestSubjects(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	heard := b.overhear()
	me, angel, hidden := b.cora().URN, b.angel(), b.hidden()
	wants := func(action, input string, want ...string) {
		t.Helper()
		for range 2 { // the second time from memory
			b.invoke(action, input, nil)
			slices.Sort(want)
			if diff := cmp.Diff(want, heard.last.Subjects); diff != "" {
				t.Errorf("%s(%s) (-want +got):\n%s", action, input, diff)
			}
		}
	}
	wants("get_profile", `{"fields":["name"]}`, me)
	wants("get_person", fmt.Sprintf(`{"person":%q,"fields":["headline"]}`, angel.ID), angel.URN)
	wants("get_people", people(t, "", angel.ID, hidden, me, angel.URN, "AAAAAAAAAA"), me, angel.URN) // who is told of, each once

	var got searched
	b.invoke("search_people", `{"keywords":"engineer","page_size":5,"max_items":12}`, &got)
	var found []string
	for _, p := range got.People {
		found = append(found, p.URN)
	}
	if len(found) != 12 {
		t.Fatalf("%d people", len(found))
	}
	wants("search_people", `{"keywords":"engineer","page_size":5,"max_items":12,"fields":["headline"]}`, found...) // of all pages
}

// Who hides is known by an id only, and is not told of.
func TestSubjectsOfPrivatePeople(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	heard := b.overhear()
	b.srv.Fail(sandbox.Fault{Path: "/v2/search", Status: 200, Body: `{"elements":[
		{"entity":"urn:li:person:A1","entity~":{"id":"private","localizedFirstName":"private"}},
		{"entity":"urn:li:person:B2","entity~":{"id":"B2","localizedFirstName":"Bea"}}]}`})
	b.invoke("search_people", `{"keywords":"engineer"}`, nil)
	if diff := cmp.Diff([]string{"urn:li:person:B2"}, heard.last.Subjects); diff != "" {
		t.Errorf("subjects (-want +got):\n%s", diff)
	}
}

// The connections of an account are others' data, their number is its own.
func TestSubjectsOfConnections(t *testing.T) {
	b := login(t, sandbox.CommunityClient, nil)
	heard := b.overhear()
	var got connector.ListConnectionsOutput
	b.invoke("list_connections", `{"max_items":60}`, &got)
	if n := len(heard.last.Subjects); n != len(got.People) || n != 60 {
		t.Errorf("%d subjects of %d connections", n, len(got.People))
	}
	b.invoke("count_connections", `{}`, nil)
	if diff := cmp.Diff([]string{"urn:li:person:" + b.srv.Me(b.client)}, heard.last.Subjects); diff != "" {
		t.Errorf("subjects of the count (-want +got):\n%s", diff)
	}
}
