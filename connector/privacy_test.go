package connector_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// kept is everything that the connector has put into the store: keys, values and counters.
func (b *bench) kept() []byte {
	b.t.Helper()
	var all bytes.Buffer
	keys, err := b.store.List(b.t.Context(), &plugin.ListRequest{Prefix: "linkedin/"})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, key := range keys.Keys {
		got, err := b.store.Get(b.t.Context(), &plugin.GetRequest{Key: key})
		if err != nil {
			b.t.Fatal(err)
		}
		fmt.Fprintf(&all, "%s = %s\n", key, got.Value)
	}
	counters, err := b.store.Counters(b.t.Context(), &plugin.CountersRequest{Prefix: "linkedin/"})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range counters.Counters {
		fmt.Fprintf(&all, "%s\n", c.Key)
	}
	return all.Bytes()
}

func TestNothingOfOthersIsKeptOrLogged(t *testing.T) {
	t.Parallel()
	b := login(t, sandbox.PartnerClient, map[string]any{"max_retries": 1})
	fields := `"fields":["id","urn","name","given_name","family_name","headline","vanity_name","profile_url","picture"]`
	var found connector.SearchPeopleOutput
	b.invoke("search_people", `{"keywords":"engineer","page_size":25,"max_items":25,`+fields+`}`, &found)
	var ids []string
	for _, p := range found.People {
		ids = append(ids, p.ID)
	}
	b.invoke("get_people", people(t, ","+fields, ids...), nil)
	b.invoke("get_person", fmt.Sprintf(`{"person":%q,%s}`, ids[0], fields), nil)
	b.srv.FailNext(500, 9)
	b.refused("get_person", fmt.Sprintf(`{"person":%q,"max_age_seconds":0,%s}`, ids[1], fields))
	b.srv.ClearFaults()
	b.srv.Fail(sandbox.Fault{Path: "/v2/people", Truncate: true, Times: -1})
	b.refused("get_people", people(t, `,"max_age_seconds":0`, ids...))

	for place, text := range map[string]string{"store": string(b.kept()), "log": b.log.String()} {
		for _, p := range found.People {
			for what, value := range map[string]string{"id": p.ID, "name": p.Name, "headline": p.Headline, "address": p.VanityName, "family name": p.FamilyName} {
				if len(value) > 3 && strings.Contains(text, value) {
					t.Errorf("the %s holds the %s %q of somebody else", place, what, value)
				}
			}
		}
		if strings.Contains(text, "engineer") {
			t.Errorf("the %s holds the keywords", place)
		}
	}
}

func TestSecretsStayInTheToken(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	tok, _ := b.tokens()
	b.srv.Advance(61 * day)
	b.invoke("get_profile", `{"fields":["name","email"],"max_age_seconds":0}`, nil)
	b.srv.RevokeTokens()
	b.srv.Advance(time.Minute) // a token that is seconds old would be tried again
	e := b.refused("get_profile", `{"max_age_seconds":0}`)
	settings, err := b.srv.SettingsFor(b.client)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{tok.AccessToken, tok.RefreshToken, settings.ClientSecret} {
		for place, text := range map[string]string{"log": b.log.String(), "error": detailed(e), "cause": fmt.Sprintf("%+v %v", e.Err, e)} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s holds a secret", place)
			}
		}
		n := 0
		for line := range bytes.Lines(b.kept()) {
			if bytes.Contains(line, []byte(secret)) {
				n++
				if !bytes.HasPrefix(line, []byte(plugin.ConnectionPrefix("linkedin", b.conn.ID)+"token = ")) {
					t.Errorf("a secret is kept beside the token: %.60s", line)
				}
			}
		}
	}
	if bytes.Contains(b.kept(), []byte("Hartwell")) || strings.Contains(b.log.String(), "Hartwell") {
		t.Error("the account's own name is kept or logged")
	}
}

func TestTokenGoesToNoOtherHost(t *testing.T) {
	other, err := sandbox.Start(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.Fail(sandbox.Fault{Status: 307, Header: map[string][]string{"Location": {other.URL() + "/v2/userinfo"}}, Body: "moved"})
	b.refused("get_profile", `{"max_age_seconds":0}`)
	b.srv.Fail(sandbox.Fault{Status: 200, Body: fmt.Sprintf(
		`{"elements":[{"entity":"urn:li:person:A1"}],"paging":{"start":0,"count":1,"links":[{"rel":"next","href":"%s/v2/search/people?start=1&count=1"}]}}`, other.URL())})
	b.invoke("search_people", `{"keywords":"x","page_size":1,"max_items":2,"fields":["id"]}`, nil)
	if n := len(other.Requests()); n != 0 {
		t.Errorf("another host got %d requests", n)
	}
}

func TestDisconnectLeavesTheStoreToTheHost(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	if err := b.plugin.Disconnect(t.Context(), b.conn); err != nil {
		t.Fatal(err)
	}
	if tok, _ := b.tokens(); tok == nil {
		t.Error("the connector has deleted the token: a restart of the plugin would log everybody out")
	}
	if _, err := b.host.Connections().Delete(t.Context(), b.conn); err != nil {
		t.Fatal(err)
	}
	kept := string(b.kept())
	if strings.Contains(kept, b.conn.ID) || !strings.Contains(kept, "linkedin/quota/") {
		t.Errorf("kept:\n%s\nwant the quota's counters, whose day goes on, and nothing of the connection", kept)
	}
}
