package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// problem is an error body of the API.
func problem(status, service int, code, message string) map[string]any {
	m := map[string]any{"status": float64(status), "message": message}
	if service != 0 {
		m["serviceErrorCode"] = float64(service)
	}
	if code != "" {
		m["code"] = code
	}
	return m
}

var (
	noResource = problem(404, 0, "RESOURCE_NOT_FOUND", "No virtual resource found")
	noEntity   = problem(404, 0, "RESOURCE_NOT_FOUND", "Could not find entity")
	pathSyntax = problem(400, 0, "ILLEGAL_ARGUMENT", "Syntax exception in path variables")
)

func badParam(name string) map[string]any {
	return problem(400, 0, "PARAM_INVALID", "Parameter '"+name+"' is invalid")
}

func TestTokenGate(t *testing.T) {
	v := visit(t, nil)
	tests := []struct {
		name          string
		authorization string
		want          map[string]any
	}{
		{"none", "", problem(401, 65604, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token")},
		{"empty", "Bearer ", problem(401, 65604, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token")},
		{"other scheme", "Basic eDp5", problem(401, 0, "", "Unknown authentication scheme")},
		{"garbage", "Bearer AQgarbage", problem(401, 65600, "INVALID_ACCESS_TOKEN", "Invalid access token")},
	}
	for _, tt := range tests {
		header := http.Header{"Authorization": {tt.authorization}, "X-Restli-Protocol-Version": {"2.0.0"}}
		a := v.do("GET", "/v2/userinfo", header, "")
		if diff := cmp.Diff(tt.want, a.json(t)); diff != "" || a.Status != 401 {
			t.Errorf("%s: status %d (-want +got):\n%s", tt.name, a.Status, diff)
		}
	}
}

func TestTokenEnds(t *testing.T) {
	tests := []struct {
		name string
		end  func(*sandbox.Server)
		want map[string]any
	}{
		{"sixty days", func(s *sandbox.Server) { s.Advance(60 * day) }, problem(401, 65602, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired")},
		{"expired by hand", func(s *sandbox.Server) { s.ExpireAccessTokens() }, problem(401, 65602, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired")},
		{"revoked", func(s *sandbox.Server) { s.RevokeTokens(0) }, problem(401, 65601, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user")},
		{"others revoked", func(s *sandbox.Server) { s.RevokeTokens(1); s.ExpireAccessTokens(1) }, nil},
	}
	for _, tt := range tests {
		v := visit(t, nil)
		tt.end(v.server)
		a := v.get("/v2/userinfo")
		if tt.want == nil {
			if a.Status != 200 {
				t.Errorf("%s: status %d", tt.name, a.Status)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, a.json(t)); diff != "" || a.Status != 401 {
			t.Errorf("%s: status %d (-want +got):\n%s", tt.name, a.Status, diff)
		}
	}
}

func TestFreshToken(t *testing.T) {
	v := visit(t, &sandbox.Options{Quirks: sandbox.Quirks{FreshTokenSeconds: 10}})
	if a := v.get("/v2/userinfo"); a.json(t)["serviceErrorCode"] != 65601.0 {
		t.Errorf("fixture 52, fresh token: %d %s", a.Status, a.Body)
	}
	v.server.Advance(10 * time.Second)
	if a := v.get("/v2/userinfo"); a.Status != 200 {
		t.Errorf("ten seconds later: %d %s", a.Status, a.Body)
	}
}

// TestScopes shows what each kind of application may call.
func TestScopes(t *testing.T) {
	denied := func(what string) map[string]any {
		return problem(403, 100, "ACCESS_DENIED", "Not enough permissions to access: "+what)
	}
	tests := []struct {
		client string
		path   string
		want   map[string]any // nil if it may
	}{
		{sandbox.SelfServeClient, "/v2/userinfo", nil},
		{sandbox.SelfServeClient, "/v2/me", denied("me.GET.NO_VERSION")},
		{sandbox.SelfServeClient, "/rest/me", denied("me.GET.20260901")},
		{sandbox.SelfServeClient, "/v2/people/(id:x)", denied("people.GET.NO_VERSION")},
		{sandbox.SelfServeClient, "/v2/people?ids=List((id:x))", denied("people.BATCH_GET.NO_VERSION")},
		{sandbox.SelfServeClient, "/v2/search/people?q=People&keywords=x", denied("search.FINDER-people.NO_VERSION")},
		{sandbox.CommunityClient, "/v2/userinfo", denied("userinfo.GET.NO_VERSION")},
		{sandbox.CommunityClient, "/v2/me", nil},
		{sandbox.CommunityClient, "/rest/me", nil},
		{sandbox.LegacyClient, "/v2/me", nil},
		{sandbox.PartnerClient, "/v2/search/people?q=People&keywords=x", nil},
	}
	v := arrive(t, nil, sandbox.PartnerClient)
	for _, tt := range tests {
		v := v.as(tt.client)
		v.token = v.signIn(0).AccessToken
		a := v.get(tt.path)
		if tt.want == nil {
			if a.Status != 200 {
				t.Errorf("%s %s: %d %s", tt.client, tt.path, a.Status, a.Body)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, a.json(t)); diff != "" || a.Status != 403 {
			t.Errorf("%s %s: status %d (-want +got):\n%s", tt.client, tt.path, a.Status, diff)
		}
	}
}

func TestOldDenial(t *testing.T) {
	v := visit(t, &sandbox.Options{Quirks: sandbox.Quirks{OldDenials: true}})
	want := problem(403, 100, "", "Not enough permissions to access: GET /me")
	if diff := cmp.Diff(want, v.get("/v2/me").json(t)); diff != "" {
		t.Errorf("fixture 54 (-want +got):\n%s", diff)
	}
}

func TestRequestGates(t *testing.T) {
	v := visit(t, nil)
	long := "/v2/search/people?q=People&keywords=" + strings.Repeat("x", 4096)
	bigHead := v.header()
	for i := range 3 {
		bigHead.Set("X-Big-"+itoa(i), strings.Repeat("x", 10_000))
	}
	chunked := v.header()
	tests := []struct {
		name   string
		method string
		path   string
		header http.Header
		body   string
		want   int
		why    string
	}{
		{"unknown path", "GET", "/v2/nothing", v.header(), "", 404, "fixture 61"},
		{"unknown path of rest", "GET", "/rest/nothing", v.header(), "", 404, "after the version"},
		{"slash at the end", "GET", "/v2/me/", v.header(), "", 404, "no cleaning of paths"},
		{"delete", "DELETE", "/v2/userinfo", v.header(), "", 405, "fixture 62"},
		{"post", "POST", "/v2/userinfo", chunked, "x", 405, "posts come later"},
		{"long query", "GET", long, v.header(), "", 414, "fixture 64: 4 KB of query"},
		{"long segment", "GET", "/v2/people/" + strings.Repeat("x", 4097), v.header(), "", 414, "4 KB for a segment"},
		{"long head", "GET", "/v2/userinfo", bigHead, "", 414, "28 KB of head"},
		{"route before token", "GET", "/v2/nothing", nil, "", 401, "gate order"},
	}
	for _, tt := range tests {
		if a := v.do(tt.method, tt.path, tt.header, tt.body); a.Status != tt.want {
			t.Errorf("%s: %d %s, want %d: %s", tt.name, a.Status, a.Body, tt.want, tt.why)
		}
	}
}

func TestPostWithoutLength(t *testing.T) {
	v := visit(t, nil)
	req, err := http.NewRequestWithContext(t.Context(), "POST", v.server.URL()+"/v2/me", struct{ *strings.Reader }{strings.NewReader("x")})
	if err != nil {
		t.Fatal(err)
	}
	req.Header, req.ContentLength = v.header(), -1
	resp, err := v.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusLengthRequired {
		t.Errorf("fixture 63: status %d, want 411", resp.StatusCode)
	}
}

func TestAnswerHeaders(t *testing.T) {
	v := visit(t, nil)
	seen := map[string]bool{}
	for _, tt := range []struct {
		protocol string
		path     string
		echoed   string
		header   string
	}{
		{"2.0.0", "/v2/userinfo", "2.0.0", ""},
		{"2.0.0", "/v2/me", "2.0.0", "X-Restli-Error-Response"},
		{"", "/v2/me", "1.0.0", "X-Linkedin-Error-Response"},
	} {
		header := v.header()
		header.Set("X-Restli-Protocol-Version", tt.protocol)
		a := v.do("GET", tt.path, header, "")
		if got := a.Header.Get("X-Restli-Protocol-Version"); got != tt.echoed {
			t.Errorf("protocol %q is echoed as %q", tt.protocol, got)
		}
		for _, name := range []string{"X-Restli-Error-Response", "X-Linkedin-Error-Response"} {
			if got := a.Header.Get(name); (got == "true") != (name == tt.header) {
				t.Errorf("protocol %q, %s: %s is %q", tt.protocol, tt.path, name, got)
			}
		}
		if a.Header.Get("X-Li-Fabric") != "prod-lva1" || a.Header.Get("X-Li-Request-Id") == "" || a.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", a.Header)
		}
		if a.Header.Get("Retry-After") != "" {
			t.Error("LinkedIn sends no Retry-After")
		}
		if uuid := a.Header.Get("X-Li-Uuid"); uuid == "" || seen[uuid] {
			t.Errorf("x-li-uuid %q is not unique", uuid)
		}
		seen[a.Header.Get("X-Li-Uuid")] = true
	}
}
