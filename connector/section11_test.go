package connector_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// TestSection11 has a case for each point of the reference, section 11, what a connector must get
// right, but for 12 to 15, which are about posts. Each is the shortest proof; the tests of the parts
// go further.
func TestSection11(t *testing.T) {
	t.Parallel()
	for _, point := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"1 the version is configuration", point1},
		{"2 a green identity proves nothing", point2},
		{"3 userinfo or me, by granted scopes", point3},
		{"4 scopes must match products", point4},
		{"5 fresh tokens", point5},
		{"6 client authentication in the body", point6},
		{"7 issuer and zip in the id_token", point7},
		{"8 one try per code", point8},
		{"9 refresh is rare and does not extend the year", point9},
		{"10 encoding", point10},
		{"11 protocol version on every call", point11},
		{"16 ids are per application", point16},
		{"17 optional fields", point17},
		{"18 persistent 500s", point18},
		{"19 cancel is no failure", point19},
		{"20 paging", point20},
		{"21 a daily 429 is final", point21},
		{"22 no null", point22},
		{"23 long tokens", point23},
		{"24 no bodies in logs", point24},
	} {
		t.Run(point.name, func(t *testing.T) {
			t.Parallel()
			point.run(t)
		})
	}
}

func point1(t *testing.T) {
	b := searchBy(t, "typeahead", nil)
	settings := map[string]any{"api_version": "202608", "search": map[string]any{"strategy": "typeahead", "organization": b.srv.Organization(0)}}
	b.conn = b.connection("me", settings)
	b.logIn(0)
	b.srv.ResetRequests()
	b.invoke("search_people", `{"keywords":"a"}`, nil)
	if v := b.srv.Requests()[0].Header.Get("LinkedIn-Version"); v != "202608" {
		t.Errorf("version %q", v)
	}
	if api := b.check(false).API; api.Version != "202608" || api.Sunset != "2027-08-17" {
		t.Errorf("check %+v", api)
	}
}

func point2(t *testing.T) {
	b := login(t, sandbox.SelfServeClient, map[string]any{"api_version": "202504"})
	b.invoke("get_profile", `{}`, nil)
	if api := b.deepCheck().API; api.State != plugin.APIRetired {
		t.Errorf("check %+v", api)
	}
}

func point3(t *testing.T) {
	for client, path := range map[string]string{sandbox.SelfServeClient: "GET /v2/userinfo", sandbox.CommunityClient: "GET /v2/me", sandbox.LegacyClient: "GET /v2/me"} {
		b := login(t, client, nil)
		b.invoke("get_profile", `{"fields":["id"]}`, nil)
		if got := b.paths(); len(got) != 1 || !strings.HasPrefix(got[0], path) {
			t.Errorf("%s: calls %q, want %s", client, got, path)
		}
	}
}

func point4(t *testing.T) {
	b := newBench(t, sandbox.SelfServeClient, map[string]any{"scopes": "openid profile r_basicprofile"})
	if e := plugin.AsError(b.tryLogin()); e == nil || e.Kind != plugin.Forbidden || !strings.Contains(e.Message, "r_basicprofile") {
		t.Errorf("refused: %v", e)
	}
	b.srv.SetQuirks(sandbox.Quirks{DropScopes: true})
	if got := b.logIn(0).Missing; len(got) != 1 || got[0] != "r_basicprofile" {
		t.Errorf("dropped in silence: missing %q", got)
	}
}

func point5(t *testing.T) {
	b := login(t, sandbox.SelfServeClient, nil)
	b.srv.Fail(sandbox.Fault{Fixture: "err_401_revoked"})
	if res := b.invoke("get_profile", `{}`, nil); res.Meta.UpstreamCalls != 2 {
		t.Errorf("%d calls", res.Meta.UpstreamCalls)
	}
	b.srv.Advance(time.Minute)
	b.deepCheck()
	b.srv.Fail(sandbox.Fault{Fixture: "err_401_revoked"})
	if e := b.refused("get_profile", `{"max_age_seconds":0}`); e.Kind != plugin.Reauthorize {
		t.Errorf("a minute later: %s", detailed(e))
	}
}

// tokenRequests are the requests at the token endpoint.
func (b *bench) tokenRequests() []sandbox.Request {
	var all []sandbox.Request
	for _, r := range b.srv.Requests() {
		if r.Path == "/oauth/v2/accessToken" {
			all = append(all, r)
		}
	}
	return all
}

func point6(t *testing.T) {
	b := newBench(t, sandbox.PartnerClient, nil)
	b.logIn(0)
	r := b.tokenRequests()[0]
	if r.Method != "POST" || r.Header.Get("Authorization") != "" || r.RawQuery != "" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("token request %+v", r)
	}
}

func point7(t *testing.T) {
	for _, issuer := range []string{"https://www.linkedin.com", "https://www.linkedin.com/oauth"} {
		b := newBench(t, sandbox.PartnerClient, nil)
		b.issue(jwt.MapClaims{"iss": issuer})
		b.srv.Fail(sandbox.Fault{Path: "/v2/userinfo", Status: 503})
		b.logIn(0)
		if id := b.check(false).Account.ID; id != "A1" {
			t.Errorf("issuer %s: account %q", issuer, id)
		}
	}
}

func point8(t *testing.T) {
	b := newBench(t, sandbox.PartnerClient, map[string]any{"max_retries": 5})
	b.srv.Fail(sandbox.Fault{Path: "/oauth/v2/accessToken", Reset: true})
	if e := plugin.AsError(b.tryLogin()); e == nil || e.Retryable || len(b.tokenRequests()) != 1 {
		t.Errorf("%v after %d requests", e, len(b.tokenRequests()))
	}
}

func point9(t *testing.T) {
	b := login(t, sandbox.SelfServeClient, nil)
	if tok := b.check(false).Token; tok.Refreshable || !tok.Present || tok.WhyNot == "" {
		t.Errorf("self-serve: %+v", tok)
	}
	b = login(t, sandbox.PartnerClient, nil)
	before := b.check(false).Token.RefreshExpiresAt
	b.srv.Advance(59 * 24 * time.Hour)
	b.deepCheck()
	b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
	if after := b.check(false).Token.RefreshExpiresAt; after.Sub(*before).Abs() > time.Hour {
		t.Errorf("the refresh token ends at %s, was %s", after, before)
	}
}

func point10(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.invoke("search_people", `{"keywords":"R&D (Köln), \"C++\": 100%","fields":["id"]}`, nil)
	b.wantPaths("GET /v2/search/people?q=People&keywords=R%26D%20%28K%C3%B6ln%29%2C%20%22C%2B%2B%22%3A%20100%25&start=0&count=10")
}

func point11(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	for action, input := range inputs {
		b.try(action, input)
	}
	b.deepCheck()
	for _, r := range b.srv.Requests() {
		if api := strings.HasPrefix(r.Path, "/v2/") || strings.HasPrefix(r.Path, "/rest/"); api && r.Header.Get("X-Restli-Protocol-Version") != "2.0.0" {
			t.Errorf("%s %s speaks %q", r.Method, r.Path, r.Header.Get("X-Restli-Protocol-Version"))
		}
	}
}

func point16(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	foreign := b.srv.PersonID(sandbox.SelfServeClient, 1)
	if own := b.srv.PersonID(b.client, 1); own == foreign {
		t.Fatalf("both applications know member 1 as %s", own)
	}
	e := b.refused("get_person", fmt.Sprintf(`{"person":%q}`, foreign))
	if e.Kind != plugin.NotFound || !strings.Contains(e.Hint, "differ from application to application") {
		t.Errorf("foreign id: %s", detailed(e))
	}
}

func point17(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	all := `"fields":["id","name","family_name","headline","picture"],"max_age_seconds":0`
	b.srv.Fail(sandbox.Fault{Path: "/v2/userinfo", Status: 200, Body: `{"sub":"A1"}`})
	b.srv.Fail(sandbox.Fault{Path: "/v2/people", Status: 200, Body: `{"id":"A1"}`})
	b.srv.Fail(sandbox.Fault{Path: "/v2/search", Status: 200, Body: `{"elements":[{"entity":"urn:li:person:A1"}]}`})
	for action, want := range map[string]string{
		"get_profile": `{"id":"A1","endpoint":"/v2/userinfo"}`, "get_person": `{"id":"A1"}`, "search_people": `{"people":[{"id":"A1"}]}`,
	} {
		input := map[string]string{"get_person": `"person":"A1",`, "search_people": `"keywords":"x",`}[action]
		if res := b.invoke(action, "{"+input+all+"}", nil); string(res.Output) != want {
			t.Errorf("%s gives %s, want %s", action, res.Output, want)
		}
	}
}

func point18(t *testing.T) {
	b := login(t, sandbox.PartnerClient, map[string]any{"max_retries": 1})
	b.srv.FailNext(500, 10)
	e := b.refused("get_profile", `{}`)
	if e.Kind != plugin.Unavailable || e.RequestID == "" || len(b.paths()) != 2 {
		t.Errorf("%s after %d calls", detailed(e), len(b.paths()))
	}
}

func point19(t *testing.T) {
	for _, decision := range []string{"cancel", "cancel_login"} {
		b := newBench(t, sandbox.PartnerClient, nil)
		begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
		back := b.consent(begun.URL, url.Values{"decision": {decision}})
		for _, forged := range []bool{false, true} {
			want := plugin.Canceled
			if forged {
				back, want = strings.Replace(back, "state=", "state=x", 1), plugin.InvalidInput
			}
			_, err := b.plugin.Authorize(t.Context(), b.conn, &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{Session: begun.Session, Answer: plugin.NewSecret(back)}})
			if plugin.KindOf(err) != want {
				t.Errorf("%s, forged %t: %v, want %s", decision, forged, err, want)
			}
		}
	}
}

func point20(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	page := `{"elements":[{"entity":"urn:li:person:%s"},{"entity":"urn:li:person:%s"}],"paging":{"start":%d,"count":2,"links":[{"rel":"next","href":"/v2/search/people?q=People&start=%d&count=2"}]}}`
	for _, body := range []string{fmt.Sprintf(page, "A1", "B2", 0, 3), fmt.Sprintf(page, "B2", "C3", 3, 5), fmt.Sprintf(page, "B2", "C3", 5, 7)} {
		b.srv.Fail(sandbox.Fault{Status: 200, Body: body})
	}
	res := b.invoke("search_people", `{"keywords":"x","fields":["id"],"page_size":2,"max_items":50}`, nil)
	if want := `{"people":[{"id":"A1"},{"id":"B2"},{"id":"C3"}]}`; string(res.Output) != want {
		t.Errorf("output %s, want %s", res.Output, want)
	}
	b.wantPaths(searchAt("x", "", 0, 2), searchAt("x", "", 3, 2), searchAt("x", "", 5, 2))
}

func point21(t *testing.T) {
	b := login(t, sandbox.PartnerClient, map[string]any{"max_retries": 5})
	b.srv.Fail(sandbox.Fault{Fixture: "err_429_app_day", Times: -1})
	if e := b.refused("get_profile", `{}`); e.Kind != plugin.QuotaExhausted || e.RetryAt == nil || len(b.paths()) != 1 {
		t.Errorf("%s after %d calls", detailed(e), len(b.paths()))
	}
	for _, status := range []int{429, 503} {
		b = login(t, sandbox.PartnerClient, nil)
		b.srv.ExpireAccessTokens()
		b.srv.Fail(sandbox.Fault{Path: "/oauth", Status: status, Times: -1})
		if e := b.refused("get_profile", `{"max_age_seconds":0}`); !e.Retryable {
			t.Errorf("the login service answers %d: %s", status, detailed(e))
		}
		if tok, _ := b.tokens(); tok == nil || tok.RefreshToken == "" {
			t.Errorf("the login service answers %d: the login is given up", status)
		}
	}
}

func point22(t *testing.T) {
	b := searchBy(t, "connections", nil)
	for _, action := range []string{"get_profile", "list_connections", "count_connections"} {
		if res := b.invoke(action, inputs[action], nil); strings.Contains(string(res.Output), "null") {
			t.Errorf("%s gives %s", action, res.Output)
		}
	}
	for _, r := range b.srv.Requests() {
		if strings.Contains(r.Query, "null") || r.Method != "GET" {
			t.Errorf("%s %s?%s", r.Method, r.Path, r.Query)
		}
	}
}

func point23(t *testing.T) {
	long := strings.Repeat("AQ-x_", 400) // 2,000 characters
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/oauth/v2/accessToken" {
			fmt.Fprintf(w, `{"access_token":%q,"expires_in":"5184000","scope":"openid profile"}`, long)
		} else if r.Header.Get("Authorization") == "Bearer "+long {
			fmt.Fprint(w, `{"sub":"A1","name":"Ada"}`)
		} else {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer api.Close()
	b := newBench(t, sandbox.PartnerClient, map[string]any{"api_url": api.URL, "auth_url": api.URL})
	begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	b.authorize(&plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{Session: begun.Session, Answer: plugin.NewSecret("AQcode-of-a-plausible-length")}})
	b.open() // what is stored is whole
	var got connector.Profile
	if b.invoke("get_profile", `{"fields":["id"]}`, &got); got.ID != "A1" {
		t.Errorf("profile %+v", got)
	}
}

func point24(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	var found searched
	b.invoke("search_people", `{"keywords":"engineer","raw":true}`, &found)
	b.srv.Fail(sandbox.Fault{Truncate: true})
	b.try("search_people", `{"keywords":"engineer","max_age_seconds":0}`)
	for _, p := range found.People {
		if strings.Contains(b.log.String(), p.ID) || strings.Contains(b.log.String(), p.Name) {
			t.Errorf("the log tells of %s", p.ID)
		}
	}
}
