package connector_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// angel is the sandbox's second member.
func (b *bench) angel() connector.Person {
	id := b.srv.PersonID(b.client, 1)
	return connector.Person{Member: connector.Member{
		ID: id, URN: "urn:li:person:" + id, Name: "Ангел Господинов", GivenName: "Ангел", FamilyName: "Господинов",
	}}
}

// hidden finds a member who hides from applications.
func (b *bench) hidden() string {
	b.t.Helper()
	var ids []string
	for i := range 200 {
		ids = append(ids, fmt.Sprintf("%q", b.srv.PersonID(b.client, i)))
	}
	var got connector.GetPeopleOutput
	b.invoke("get_people", `{"people":[`+strings.Join(ids, ",")+`]}`, &got)
	if len(got.Errors) == 0 {
		b.t.Fatal("the sandbox has nobody who hides")
	}
	b.srv.ResetRequests()
	return got.Errors[0].Person
}

func TestGetPerson(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	angel := b.angel()
	path := "GET /v2/people/(id:" + angel.ID + ")?projection="
	for _, tt := range []struct {
		name, why, input string
		want             connector.Person
		path             string
	}{
		{"by id", "the least that the output names", fmt.Sprintf(`{"person":%q}`, angel.ID), angel, path + "(id,localizedFirstName,localizedLastName)"},
		{"by URN", "posts and mentions name people so", fmt.Sprintf(`{"person":%q,"fields":["name"]}`, angel.URN),
			connector.Person{Member: connector.Member{Name: angel.Name}}, path + "(id,localizedFirstName,localizedLastName)"},
		{"headline and address", "only what is asked for is requested", fmt.Sprintf(`{"person":%q,"fields":["headline","profile_url"]}`, angel.ID),
			connector.Person{Member: connector.Member{
				Headline:   "Site Reliability Engineer at Bluefin Robotics Co-op | public speaking",
				ProfileURL: "https://www.linkedin.com/in/angel-gospodinov-e37ba",
			}}, path + "(id,localizedHeadline,vanityName)"},
		{"picture of one who has none", "an absent field is absent", fmt.Sprintf(`{"person":%q,"fields":["id","picture"]}`, angel.ID),
			connector.Person{Member: connector.Member{ID: angel.ID}}, path + "(id,profilePicture(displayImage~:playableStreams))"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.srv.ResetRequests()
			var got connector.Person
			b.invoke("get_person", strings.TrimSuffix(tt.input, "}")+`,"max_age_seconds":0}`, &got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("get_person(%s), as %s (-want +got):\n%s", tt.input, tt.why, diff)
			}
			b.wantPaths(tt.path)
		})
	}
}

func TestGetPersonWhoCannotBeRead(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	hidden := b.hidden()
	for _, tt := range []struct {
		name, person string
		quirk        sandbox.PrivateMembers
		kind         plugin.Kind
		hint         string
	}{
		{"hides, as a placeholder", hidden, sandbox.PrivatePlaceholder, plugin.NotFound, "visibility"},
		{"hides, as a 404", hidden, sandbox.PrivateNotFound, plugin.NotFound, "application to application"},
		{"hides, as a 403", hidden, sandbox.PrivateForbidden, plugin.Forbidden, "approved partners"},
		{"id of another application", b.srv.PersonID(sandbox.SelfServeClient, 1), "", plugin.NotFound, "application to application"},
		{"nobody", "AAAAAAAAAA", "", plugin.NotFound, "application to application"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.srv.SetQuirks(sandbox.Quirks{PrivateMembers: tt.quirk})
			e := b.refused("get_person", fmt.Sprintf(`{"person":%q,"max_age_seconds":0}`, tt.person))
			if e.Kind != tt.kind || !strings.Contains(e.Hint, tt.hint) || e.Retryable {
				t.Errorf("error %s", detailed(e))
			}
			if strings.Contains(e.Message, tt.person) {
				t.Errorf("message %q repeats the id", e.Message)
			}
		})
	}
	t.Run("partners only", func(t *testing.T) {
		b := login(t, sandbox.SelfServeClient, nil)
		e := b.refused("get_person", `{"person":"AAAAAAAAAA"}`)
		if e.Kind != plugin.Forbidden || !strings.Contains(e.Hint, "/v2/people") {
			t.Errorf("error %s", detailed(e))
		}
	})
}

func TestGetPersonBadInput(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	for _, person := range []string{
		`"a),b("`, `"a,b"`, `""`, `"urn:li:person:"`, `"urn:li:organization:5"`, `"urn:li:person:a:b"`, `"../me"`, `"a b"`, `"a%2Cb"`, `"é"`,
		`"` + strings.Repeat("a", 101) + `"`, `5`, `null`, `["a"]`,
	} {
		e := b.refused("get_person", `{"person":`+person+`}`)
		if e.Kind != plugin.InvalidInput || e.Pointer != "/person" {
			t.Errorf("person %s: %s", person, detailed(e))
		}
	}
	if e := b.refused("get_person", `{}`); e.Kind != plugin.InvalidInput || e.Pointer != "/person" {
		t.Errorf("no person: %s", detailed(e))
	}
	b.wantPaths()
}
