package sandbox_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

func TestConnections(t *testing.T) {
	v := arrive(t, nil, sandbox.CommunityClient)
	v.token = v.signIn(0).AccessToken
	seen := map[string]bool{}
	path := "/v2/connections?q=viewer&count=50"
	var total int
	for path != "" {
		f := v.search(path)
		total = *f.Paging.Total
		for _, e := range f.Elements {
			seen[e["to"].(string)] = true
		}
		path = f.link("next")
	}
	if len(seen) != total || total < 450 || total >= 512 {
		t.Errorf("fixture 45: %d connections, total %d; want as many, and fewer than all 512 because some hide", len(seen), total)
	}
	f := v.search("/v2/connections?q=viewer&count=1&projection=(elements*(to~(id,localizedFirstName)),paging)")
	if person := f.Elements[0]["to~"].(map[string]any); len(person) != 2 || "urn:li:person:"+person["id"].(string) != f.Elements[0]["to"] {
		t.Errorf("decorated element %v", f.Elements[0])
	}
	f = v.search("/v2/connections?q=viewer&start=0&count=0")
	if len(f.Elements) != 0 || *f.Paging.Total != 512 {
		t.Errorf("fixture 46: %d elements, total %v; want the size only", len(f.Elements), *f.Paging.Total)
	}
	if diff := cmp.Diff(noResource, v.get("/v2/connections?q=member").json(t)); diff != "" {
		t.Errorf("unknown finder (-want +got):\n%s", diff)
	}
}

func TestConnectionsSize(t *testing.T) {
	own := sandbox.Client{ID: "sizes", Secret: "s", RedirectURLs: []string{"http://localhost:1/cb"}, Products: []sandbox.Product{sandbox.CommunityManagement}}
	v := arrive(t, &sandbox.Options{Clients: []sandbox.Client{own}}, "sizes")
	v.token = v.signIn(0).AccessToken
	me := url.QueryEscape("urn:li:person:" + v.server.Me("sizes"))
	denied := func(version string) map[string]any {
		return problem(403, 100, "ACCESS_DENIED", "Not enough permissions to access: connections."+version)
	}
	tests := []struct {
		path string
		want map[string]any
		why  string
	}{
		{"/v2/connections?q=viewer", denied("FINDER-viewer.NO_VERSION"), "the scope is for the size only"},
		{"/rest/connections/" + me, map[string]any{"firstDegreeSize": 512.0}, "the newer way"},
		{"/rest/connections/urn:li:person:x", pathSyntax, "a URN in a path is encoded"},
		{"/rest/connections/urn%3Ali%3Aperson%3Ax", denied("GET.20260901"), "somebody else"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, v.get(tt.path).json(t)); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", tt.path, tt.why, diff)
		}
	}
	if f := v.search("/v2/connections?q=viewer&count=0"); *f.Paging.Total != 512 {
		t.Errorf("total %d", *f.Paging.Total)
	}
}

func TestTypeahead(t *testing.T) {
	v := arrive(t, nil, sandbox.CommunityClient)
	v.token = v.signIn(0).AccessToken
	page := url.QueryEscape(v.server.Organization(0))
	path := "/rest/peopleTypeahead?q=organizationFollowers&keywords=ada&organization="
	f := v.search(path + page)
	if len(f.Elements) == 0 || len(f.Elements) > 10 || f.Paging.Total != nil {
		t.Errorf("fixture 47: %d elements, paging %+v", len(f.Elements), f.Paging)
	}
	for _, e := range f.Elements {
		if !strings.HasPrefix(e["member"].(string), "urn:li:person:") || e["firstName"] == nil || e["lastName"] == nil {
			t.Errorf("element %v", e)
		}
	}
	tests := []struct {
		path string
		want map[string]any
		why  string
	}{
		{path + url.QueryEscape(v.server.Organization(1)), problem(403, 100, "ACCESS_DENIED",
			"Not enough permissions to access: peopleTypeahead.FINDER-organizationFollowers.20260901"), "a page of somebody else"},
		{path + "urn:li:organization:1", badParam("organization"), "a URN is encoded"},
		{path + page + "&title=x", problem(400, 0, "QUERY_PARAM_NOT_ALLOWED", "Query parameter 'title' is not allowed"), "finders of /rest know their parameters"},
		{strings.Replace(path, "keywords=ada&", "", 1) + page, problem(400, 0, "PARAM_INVALID", "Parameter 'keywords' is required"), ""},
		{strings.Replace(path, "organizationFollowers", "all", 1) + page, noResource, "unknown finder"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, v.get(tt.path).json(t)); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", tt.path, tt.why, diff)
		}
	}
}

func TestEmailAddress(t *testing.T) {
	v := arrive(t, nil, sandbox.LegacyClient)
	counts := map[int]int{}
	for member := range 30 {
		v.token = v.signIn(member).AccessToken
		f := v.search("/v2/emailAddress?q=members&projection=(elements*(handle~))")
		counts[len(f.Elements)]++
		for _, e := range f.Elements {
			address := e["handle~"].(map[string]any)["emailAddress"].(string)
			if !strings.HasSuffix(address, "@example.com") || !strings.HasPrefix(e["handle"].(string), "urn:li:emailAddress:") {
				t.Errorf("member %d: %v", member, e)
			}
		}
	}
	if counts[1] == 0 || counts[0] == 0 || counts[0]+counts[1] != 30 {
		t.Errorf("fixtures 37 and 38: numbers of addresses %v; want one or none", counts)
	}
}

func TestNativePKCE(t *testing.T) {
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	v := arrive(t, nil, sandbox.NativeClient)
	ask := func(changes url.Values) url.Values {
		query := url.Values{"redirect_uri": {"http://127.0.0.1:54321/done"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"}}
		for name, values := range changes {
			query[name] = values
		}
		path := strings.Replace(v.authorizeURL(query), "/oauth/v2/", "/oauth/native-pkce/", 1)
		a := v.post(path, url.Values{"decision": {"allow"}})
		to, err := url.Parse(a.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return to.Query()
	}
	form := func(code, verifier string) url.Values {
		return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {sandbox.NativeClient},
			"redirect_uri": {"http://127.0.0.1:54321/done"}, "code_verifier": {verifier}}
	}
	if got := v.redeem(form(ask(nil).Get("code"), verifier)); got.AccessToken == "" {
		t.Error("no token for the right verifier")
	}
	if a := v.post("/oauth/v2/accessToken", form(ask(nil).Get("code"), "other")); a.Status != 400 {
		t.Errorf("wrong verifier: %d %s", a.Status, a.Body)
	}
	for _, changes := range []url.Values{{"code_challenge": {""}}, {"code_challenge_method": {"plain"}}} {
		if got := ask(changes); got.Get("error") != "invalid_request" {
			t.Errorf("%v: %v, want invalid_request", changes, got)
		}
	}
	if got := ask(url.Values{"client_id": {sandbox.PartnerClient}}); got.Get("error") != "access_denied" {
		t.Errorf("a client without the product: %v", got)
	}
	if got := ask(url.Values{"redirect_uri": {"http://localhost:1/x"}}); got.Get("code") != "" {
		t.Errorf("redirect to a name: %v; only loopback addresses", got)
	}
}
