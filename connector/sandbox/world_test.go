package sandbox_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// TestSameSeedSameAnswers: two sandboxes with one seed answer alike but for tokens and request ids.
func TestSameSeedSameAnswers(t *testing.T) {
	first, second := visit(t, nil), visit(t, nil)
	other := visit(t, &sandbox.Options{Seed: 2})
	id := first.server.PersonID(sandbox.PartnerClient, 9)
	for _, path := range []string{
		"/v2/userinfo",
		"/v2/people/(id:" + id + ")?projection=(id,vanityName,profilePicture(displayImage~:playableStreams))",
		engineers + "&count=25&projection=(elements*(entity~),paging)",
	} {
		want, got := first.get(path), second.get(path)
		if diff := cmp.Diff(want.Body, got.Body); diff != "" || want.Status != 200 {
			t.Errorf("%s: status %d (-first +second):\n%s", path, want.Status, diff)
		}
		if other.get(path).Body == want.Body {
			t.Errorf("%s: another seed answers the same", path)
		}
	}
}

// TestFewMembers: nothing breaks in a tiny world.
func TestFewMembers(t *testing.T) {
	for _, members := range []int{1, 2, 3} {
		v := arrive(t, &sandbox.Options{Members: members}, sandbox.CommunityClient)
		v.token = v.signIn(members - 1).AccessToken
		for _, path := range []string{
			"/v2/me",
			"/v2/connections?q=viewer",
			"/v2/connections?q=viewer&count=0",
			"/rest/connections/" + url.QueryEscape("urn:li:person:"+v.server.PersonID(sandbox.CommunityClient, members-1)),
			"/rest/peopleTypeahead?q=organizationFollowers&keywords=a&organization=" + url.QueryEscape(v.server.Organization(members-1)),
		} {
			if a := v.get(path); a.Status != 200 {
				t.Errorf("%d members, %s: %d %s", members, path, a.Status, a.Body)
			}
		}
		if a := v.do("GET", "/", nil, ""); a.Status != 200 {
			t.Errorf("%d members: the status page answers %d", members, a.Status)
		}
		if a := v.do("GET", v.authorizeURL(nil), nil, ""); a.Status != 200 {
			t.Errorf("%d members: the consent page answers %d", members, a.Status)
		}
	}
}

// TestHardKeywords sends what breaks encoders, each as a right client encodes it.
func TestHardKeywords(t *testing.T) {
	v := visit(t, nil)
	for _, tt := range []struct{ text, raw string }{
		{`R&D (Köln), "C++": 100%`, "R%26D%20%28K%C3%B6ln%29%2C%20%22C%2B%2B%22%3A%20100%25"},
		{`O'Neill, Banks: Partners`, "O%27Neill%2C%20Banks%3A%20Partners"},
		{"🌱👩‍💻", "%F0%9F%8C%B1%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB"},
		{"Łódź", "%C5%81%C3%B3d%C5%BA"},
		{"''", "%27%27"},
		{"a=b?c/d", "a=b?c/d"},
	} {
		path := "/v2/search/people?q=People&keywords=" + tt.raw + "&count=1"
		if a := v.get(path); a.Status != 200 {
			t.Errorf("%s: %d %s", tt.text, a.Status, a.Body)
		}
		last := v.server.Requests()[len(v.server.Requests())-1]
		if last.Path+"?"+last.RawQuery != path {
			t.Errorf("%s: the log has %s, want %s", tt.text, last.RawQuery, path)
		}
	}
	long := strings.Repeat("%F0%9F%8C%B1", 5000)
	if a := v.get("/v2/search/people?q=People&keywords=" + long); a.Status != 414 {
		t.Errorf("5,000 emoji in a URL: %d, want 414", a.Status)
	}
	header := v.header()
	header.Set("X-Http-Method-Override", "GET")
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	if a := v.do("POST", "/v2/search/people", header, "q=People&keywords="+long); a.Status != 200 {
		t.Errorf("5,000 emoji in a tunnel: %d %s", a.Status, a.Body)
	}
}

// TestProjections applies masks to a person.
func TestProjections(t *testing.T) {
	v := visit(t, nil)
	id := v.server.Me(sandbox.PartnerClient)
	tests := []struct {
		projection string
		want       map[string]any
		why        string
	}{
		{"(id)", map[string]any{"id": id}, "one field"},
		{"(id,id)", map[string]any{"id": id}, "twice the same"},
		{"(id,maidenName)", map[string]any{"id": id}, "a field that the member left out"},
		{"(firstName(preferredLocale))", map[string]any{"firstName": map[string]any{"preferredLocale": map[string]any{"country": "US", "language": "en"}}}, "a child"},
		{"(firstName(preferredLocale(country)))", map[string]any{"firstName": map[string]any{"preferredLocale": map[string]any{"country": "US"}}}, "a child of a child"},
		{"(firstName(localized($*)))", map[string]any{"firstName": map[string]any{"localized": map[string]any{"en_US": "Cora", "de_DE": "Cora"}}}, "every entry of a map"},
		{"(profilePicture(displayImage))", map[string]any{"profilePicture": map[string]any{"displayImage": "urn:li:digitalmediaAsset:C4D03AQtqP-tIAam67c5u"}}, "without a tilde the URN only"},
		{"(profilePicture(displayImage~(paging(count))))", map[string]any{"profilePicture": map[string]any{
			"displayImage":  "urn:li:digitalmediaAsset:C4D03AQtqP-tIAam67c5u",
			"displayImage~": map[string]any{"paging": map[string]any{"count": 10.0}}}}, "fields of a decoration"},
		{"(id~)", map[string]any{"id": id}, "what is no URN is not expanded"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, v.get("/v2/people/(id:"+id+")?projection="+tt.projection).json(t)); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", tt.projection, tt.why, diff)
		}
	}
}
