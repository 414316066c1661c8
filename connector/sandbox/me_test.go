package sandbox_test

import (
	"maps"
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

func TestUserinfo(t *testing.T) {
	v := visit(t, nil)
	got := v.get("/v2/userinfo").json(t)
	want := map[string]any{
		"sub":            v.server.Me(sandbox.PartnerClient),
		"name":           "Cora Hartwell",
		"given_name":     "Cora",
		"family_name":    "Hartwell",
		"locale":         "en-US",
		"email":          "cora-hartwell-00000@example.com",
		"email_verified": true,
		"picture":        "https://media.licdn.com/dms/image/C4D03AQtqP-tIAam67c5u/profile-displayphoto-shrink_100_100/0/1598104395631?e=1800662400&v=beta&t=sandbox",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fixture 23 (-want +got):\n%s", diff)
	}
	v.server.SetQuirks(sandbox.Quirks{LocaleObject: true})
	if got := v.get("/v2/userinfo").json(t)["locale"]; !cmp.Equal(got, map[string]any{"country": "US", "language": "en"}) {
		t.Errorf("fixture 25: locale %v", got)
	}
}

func TestUserinfoKeepsToScopes(t *testing.T) {
	v := arrive(t, nil, sandbox.SelfServeClient)
	code := v.consent(url.Values{"scope": {"openid profile"}}, url.Values{"decision": {"allow"}}).Get("code")
	v.token = v.redeem(v.exchangeForm(code)).AccessToken
	if got := v.get("/v2/userinfo").json(t); got["email"] != nil || got["name"] == nil {
		t.Errorf("without the scope email: %v", got)
	}
}

func TestUserinfoLeavesOut(t *testing.T) {
	v := arrive(t, nil, sandbox.SelfServeClient)
	seen := map[string]bool{}
	for member := range 40 {
		v.token = v.signIn(member).AccessToken
		got := v.get("/v2/userinfo").json(t)
		for _, name := range []string{"picture", "email"} {
			if _, has := got[name]; !has {
				seen[name] = true
			}
		}
		for name, value := range got {
			if value == nil || value == "" {
				t.Errorf("member %d: %s is %v; absent fields are left out", member, name, value)
			}
		}
	}
	if !seen["picture"] || !seen["email"] {
		t.Errorf("fixture 24: among 40 members somebody lacks %v; want picture and email", slices.Collect(maps.Keys(seen)))
	}
}

func TestMe(t *testing.T) {
	tests := []struct {
		client string
		fields []string
		why    string
	}{
		{sandbox.LegacyClient, []string{"firstName", "id", "lastName", "localizedFirstName", "localizedLastName", "profilePicture"}, "fixture 26"},
		{sandbox.CommunityClient, []string{"firstName", "headline", "id", "lastName", "localizedFirstName", "localizedHeadline",
			"localizedLastName", "profilePicture", "vanityName"}, "fixture 27"},
	}
	for _, tt := range tests {
		v := arrive(t, nil, tt.client)
		v.token = v.signIn(0).AccessToken
		got := v.get("/v2/me").json(t)
		if diff := cmp.Diff(tt.fields, slices.Sorted(maps.Keys(got))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.why, diff)
		}
		names := got["firstName"].(map[string]any)["localized"].(map[string]any)
		if names["en_US"] == nil || names["de_DE"] == nil {
			t.Errorf("fixture 28: %v, want the name in two languages", names)
		}
		if diff := cmp.Diff(got, v.get("/rest/me").json(t)); diff != "" {
			t.Errorf("%s: /rest/me differs from /v2/me (-v2 +rest):\n%s", tt.client, diff)
		}
	}
	v := arrive(t, nil, sandbox.LegacyClient)
	v.token = v.signIn(0).AccessToken
	if a := v.get("/v2/me?projection=(id,headline)"); a.Status != 403 {
		t.Errorf("fixture 55, headline with r_liteprofile: %d %s", a.Status, a.Body)
	}
}
