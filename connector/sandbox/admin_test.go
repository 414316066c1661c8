package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// admin calls the admin API with JSON.
func (v *visitor) admin(method, name, body string) answer {
	v.t.Helper()
	return v.do(method, "/_sandbox/"+name, http.Header{"Content-Type": {"application/json"}}, body)
}

// adminOK calls the admin API and expects it to work.
func (v *visitor) adminOK(method, name, body string) string {
	v.t.Helper()
	a := v.admin(method, name, body)
	if a.Status != http.StatusOK {
		v.t.Errorf("%s %s %s: %d %s", method, name, body, a.Status, a.Body)
	}
	return a.Body
}

func TestAdminChanges(t *testing.T) {
	v := visit(t, nil)
	userinfo := func() int { return v.get("/v2/userinfo").Status }
	steps := []struct {
		method, name, body string
		has                string     // in the answer
		call               func() int // afterwards; nil for none
		status             int
		why                string
	}{
		{"PUT", "limits", `{"endpoint":"userinfo","application":1}`, `[{"endpoint":"userinfo","application":1,"member":0}]`, userinfo, 200, "the first call"},
		{"GET", "usage", "", `"used":1,"limit":1`, userinfo, 429, "the second call"},
		{"DELETE", "usage", "", "{}", userinfo, 200, "counts are gone"},
		{"PUT", "limits", `{"endpoint":"userinfo"}`, "[]", userinfo, 200, "the limit is gone"},
		{"PUT", "burst", `{"calls_per_second":-1}`, `{"calls_per_second":-1}`, userinfo, 429, "no call at all"},
		{"PUT", "burst", `{"calls_per_second":0}`, `{"calls_per_second":0}`, userinfo, 200, "any number"},
		{"POST", "faults", `{"fixture":"err_503_html","times":2}`, `"times":2`, userinfo, 503, "the first of two"},
		{"DELETE", "faults", "", "{}", userinfo, 200, "the second was taken back"},
		{"POST", "faults", `{"path":"/v2/userinfo","status":418,"body":"x","header":{"X-A":"b"},"stall_ms":1}`,
			`[{"path":"/v2/userinfo","times":1,"status":418,"body":"x","header":{"X-A":"b"},"stall_ms":1}]`, userinfo, 418, "every field"},
		{"GET", "faults", "", "[]", nil, 0, "used up"},
		{"PUT", "quirks", `{"fresh_token_seconds":3600}`, `{"fresh_token_seconds":3600}`, userinfo, 401, "tokens are too fresh"},
		{"PUT", "quirks", `{}`, `{}`, userinfo, 200, "all quirks are replaced"},
		{"PUT", "latency", `{"median_ms":1,"p99_ms":2}`, `{"median_ms":1,"p99_ms":2}`, userinfo, 200, "slower"},
		{"POST", "tokens/expire", `{"members":[1]}`, `"status":"active"`, userinfo, 200, "somebody else's"},
		{"POST", "tokens/expire", `{"members":[0]}`, `"status":"expired"`, userinfo, 401, "the member's"},
		{"POST", "tokens/revoke_access", ``, `"kind":"refresh","mask":`, userinfo, 401, "refresh tokens live on"},
		{"POST", "tokens/revoke", ``, `"status":"revoked"`, userinfo, 401, "everybody's"},
		{"DELETE", "requests", "", "{}", nil, 0, ""},
		{"GET", "requests", "", "[]", nil, 0, "empty"},
	}
	for _, s := range steps {
		if got := v.adminOK(s.method, s.name, s.body); !strings.Contains(got, s.has) {
			t.Errorf("%s %s %s answers %s, want %s in it: %s", s.method, s.name, s.body, got, s.has, s.why)
		}
		if s.call == nil {
			continue
		}
		if got := s.call(); got != s.status {
			t.Errorf("%s %s %s: then a call gets %d, want %d: %s", s.method, s.name, s.body, got, s.status, s.why)
		}
	}
}

func TestAdminClock(t *testing.T) {
	v := visit(t, nil)
	v.adminOK("PUT", "clock", `{"now":"2027-01-15T00:00:00Z","advance_seconds":60}`)
	var got struct{ Now time.Time }
	v.decode(v.admin("GET", "clock", ""), &got)
	if want := time.Date(2027, 1, 15, 0, 1, 0, 0, time.UTC); got.Now.Before(want) || got.Now.After(want.Add(time.Minute)) {
		t.Errorf("clock says %v, want %v", got.Now, want)
	}
	community := v.as(sandbox.CommunityClient)
	community.token = community.signIn(0).AccessToken
	header := community.header()
	header.Set("LinkedIn-Version", "202601")
	if a := community.do("GET", "/rest/me", header, ""); a.Status != 426 {
		t.Errorf("202601 on its sunset day: %d", a.Status)
	}
}

func TestAdminReads(t *testing.T) {
	v := visit(t, nil)
	v.get("/v2/userinfo")
	tests := []struct {
		name string
		has  []string
	}{
		{"state", []string{`"url":"` + v.server.URL(), `"members":10000`, `"id":"` + sandbox.CommunityClient, `"faults":[]`, `"kind":"access"`}},
		{"settings", []string{`"client_secret":"sandbox-secret-of-the-partner"`, `"scopes":"openid profile email"`}},
		{"settings?client=" + sandbox.CommunityClient, []string{"r_basicprofile", "r_1st_connections"}},
		{"members?count=2", []string{`[{"index":0,"id":"` + v.server.Me(sandbox.PartnerClient), `"name":"Cora Hartwell"`, `"organization":"urn:li:organization:2400001"`}},
		{"members?client=" + sandbox.SelfServeClient + "&start=3&count=1", []string{v.server.PersonID(sandbox.SelfServeClient, 3)}},
		{"members?start=9999", []string{`"index":9999`}},
		{"fixtures", []string{`{"number":1,"name":"token_oidc","path":"/oauth/v2/accessToken"}`, `"number":76`}},
		{"requests?limit=1", []string{`"path":"/v2/userinfo"`, `"Authorization":["REDACTED"]`}},
	}
	for _, tt := range tests {
		got := v.adminOK("GET", tt.name, "")
		for _, want := range tt.has {
			if !strings.Contains(got, want) {
				t.Errorf("%s answers %.600s, want %s in it", tt.name, got, want)
			}
		}
		if strings.Contains(got, v.token) {
			t.Errorf("%s answers a token", tt.name)
		}
	}
}

func TestAdminRefuses(t *testing.T) {
	v := visit(t, nil)
	tests := []struct {
		method, name, body string
		status             int
		has                string
	}{
		{"GET", "nothing", "", 404, "GET /_sandbox/clock"},
		{"POST", "clock", "{}", 404, "PUT /_sandbox/clock"},
		{"PUT", "clock", "{}", 400, "give now or advance_seconds"},
		{"PUT", "clock", `{"now":"tomorrow"}`, 400, "body"},
		{"PUT", "clock", `{"later":1}`, 400, "later"},
		{"PUT", "clock", `{"advance_seconds":1}{}`, 400, "more than one"},
		{"PUT", "limits", `{"endpoint":"nothing"}`, 400, "userinfo"},
		{"POST", "faults", `{"fixture":"nothing"}`, 400, "/_sandbox/fixtures"},
		{"POST", "faults", `{"status":42}`, 400, "from 200"},
		{"PUT", "latency", `{"median_ms":-1}`, 400, "not negative"},
		{"GET", "settings?client=nobody", "", 400, "nobody"},
		{"GET", "members?client=nobody", "", 400, "nobody"},
		{"GET", "members?start=x", "", 400, "start"},
		{"GET", "members?count=-1", "", 400, "count"},
		{"GET", "requests?limit=99999999999", "", 400, "limit"},
	}
	for _, tt := range tests {
		a := v.admin(tt.method, tt.name, tt.body)
		if message, _ := a.json(t)["error"].(string); a.Status != tt.status || !strings.Contains(message, tt.has) {
			t.Errorf("%s %s %s: %d %s, want %d and %q", tt.method, tt.name, tt.body, a.Status, a.Body, tt.status, tt.has)
		}
	}
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if a := v.do("POST", "/_sandbox/tokens/revoke", form, "{}"); a.Status != http.StatusUnsupportedMediaType {
		t.Errorf("a form of some page: %d, want 415", a.Status)
	}
}

func TestForeignHost(t *testing.T) {
	v := visit(t, nil)
	for host, want := range map[string]int{"evil.example": 421, "evil.example:80": 421, "localhost": 200, "127.0.0.1:1": 200, "[::1]:9": 200} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", v.server.URL()+"/_sandbox/state", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := v.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("host %s: status %d, want %d", host, resp.StatusCode, want)
		}
	}
}

func TestStatusPage(t *testing.T) {
	v := visit(t, nil)
	v.get(`/v2/people/(id:x)?projection=(id)&a=<script>`)
	v.do("GET", "/oauth/v2/accessToken?client_secret=abcdef", nil, "")
	a := v.do("GET", "/", nil, "")
	if a.Status != http.StatusOK {
		t.Fatalf("status %d: %s", a.Status, a.Body)
	}
	for _, want := range []string{"Linkstep Demo", sandbox.PartnerClient, "Cora Hartwell", v.server.Me(sandbox.PartnerClient),
		v.token[:6] + "…", "<td>people</td>", "/v2/people/(id:x)?projection=(id)", "&lt;script&gt;"} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, secret := range []string{v.token, "<script>", "abcdef", v.settings.ClientSecret} {
		if strings.Contains(a.Body, secret) {
			t.Errorf("the page shows %.20q", secret)
		}
	}
}

func TestRequestsOfAdminAreNotLogged(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	v.adminOK("GET", "state", "")
	v.do("GET", "/", nil, "")
	if diff := cmp.Diff([]sandbox.Request{}, v.server.Requests()); len(v.server.Requests()) > 0 {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
