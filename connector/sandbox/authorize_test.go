package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

func TestConsentPage(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	a := v.do("GET", v.authorizeURL(nil), nil, "")
	if a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("status %d, type %q", a.Status, a.Header.Get("Content-Type"))
	}
	for _, want := range []string{
		"Linkstep Demo", "Use your name and photo", "(email)", `<label for="member">`, "Cora Hartwell",
		`value="allow">Allow</button>`, `value="cancel">Cancel</button>`, `value="cancel_login"`, `lang="en"`,
		sandbox.DefaultRedirectURL,
	} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(a.Body, "<script") {
		t.Error("the page has a script")
	}
	if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("Content-Security-Policy = %q", csp)
	}
}

func TestConsentPageEscapes(t *testing.T) {
	name := `<img src=x onerror=alert(1)>`
	v := arrive(t, &sandbox.Options{Clients: []sandbox.Client{{ID: "bad", Name: name, RedirectURLs: []string{"http://localhost:1/cb"},
		Products: []sandbox.Product{sandbox.SignIn}}}}, "bad")
	if a := v.do("GET", v.authorizeURL(nil), nil, ""); a.Status != http.StatusOK || strings.Contains(a.Body, "<img") {
		t.Errorf("status %d; the name of the client is not escaped", a.Status)
	}
}

func TestDecisions(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	tests := []struct {
		decision string
		want     url.Values
	}{
		{"cancel", url.Values{"error": {"user_cancelled_authorize"}, "error_description": {"The user cancelled the authorization"}, "state": {"s1"}}},
		{"cancel_login", url.Values{"error": {"user_cancelled_login"}, "error_description": {"The user cancelled LinkedIn login"}, "state": {"s1"}}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, v.consent(nil, url.Values{"decision": {tt.decision}})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.decision, diff)
		}
	}
	if a := v.post(v.authorizeURL(nil), url.Values{"decision": {"allow"}}); a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control = %q: the browser keeps a copy of the code", a.Header.Get("Cache-Control"))
	}
	allowed := v.consent(nil, url.Values{"decision": {"allow"}})
	if code := allowed.Get("code"); !strings.HasPrefix(code, "AQ") || len(code) < 150 || len(code) > 250 || allowed.Get("state") != "s1" {
		t.Errorf("allow leads to %v; want a code of 150 to 250 characters and the state", allowed)
	}
	for _, form := range []url.Values{{"decision": {"maybe"}}, {}, {"decision": {"allow"}, "member": {"10000"}}, {"decision": {"allow"}, "member": {"-1"}}} {
		if a := v.post(v.authorizeURL(nil), form); a.Status != http.StatusBadRequest {
			t.Errorf("form %v: status %d, want 400", form, a.Status)
		}
	}
}

func TestAuthorizeErrors(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	tests := []struct {
		name    string
		changes url.Values
		page    string     // shown on a page
		back    url.Values // sent to the redirect address
		why     string
	}{
		{"unknown client", url.Values{"client_id": {"zzz"}}, "Client_id doesn&#39;t match", nil, "nobody to send back to"},
		{"other redirect", url.Values{"redirect_uri": {"http://localhost:8918/other"}}, "Redirect_uri doesn&#39;t match", nil, "the redirect is not trusted"},
		{"relative redirect", url.Values{"redirect_uri": {"/callback"}}, "Redirect_uri doesn&#39;t match", nil, "absolute addresses only"},
		{"fragment", url.Values{"redirect_uri": {sandbox.DefaultRedirectURL + "#x"}}, "Redirect_uri doesn&#39;t match", nil, "no fragment"},
		{"no scope", url.Values{"scope": nil}, "Invalid scope", nil, "shown on the page"},
		{"scope of another product", url.Values{"scope": {"openid r_liteprofile"}}, "", url.Values{
			"error": {"unauthorized_scope_error"}, "error_description": {"Scope &quot;r_liteprofile&quot; is not authorized for your application"}, "state": {"s1"},
		}, "fixture 15, with its entities"},
		{"scope that does not exist", url.Values{"scope": {"openid everything"}}, "", url.Values{
			"error": {"invalid_scope_error"}, "error_description": {"Scope &quot;everything&quot; does not exist"}, "state": {"s1"},
		}, "one unknown scope fails the whole request"},
		{"no state", url.Values{"state": nil}, "", url.Values{
			"error": {"invalid_request"}, "error_description": {`A required parameter "state" is missing`},
		}, "the documentation of 2025 requires it"},
		{"other response type", url.Values{"response_type": {"token"}}, "", url.Values{
			"error": {"unsupported_response_type"}, "error_description": {`The response_type must be "code"`}, "state": {"s1"},
		}, "always code"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := v.do("GET", v.authorizeURL(tt.changes), nil, "")
			if tt.page != "" {
				if a.Status != http.StatusBadRequest || !strings.Contains(a.Body, tt.page) {
					t.Errorf("status %d, want 400 and a page with %q: %s\n%s", a.Status, tt.page, tt.why, a.Body)
				}
				return
			}
			to, err := url.Parse(a.Header.Get("Location"))
			if err != nil || a.Status != http.StatusFound {
				t.Fatalf("status %d, location %q", a.Status, a.Header.Get("Location"))
			}
			if diff := cmp.Diff(tt.back, to.Query()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.why, diff)
			}
		})
	}
}

func TestAuthorizeAccepts(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	tests := []struct {
		name    string
		changes url.Values
	}{
		{"scopes with commas", url.Values{"scope": {"openid,profile"}}},
		{"query on the redirect", url.Values{"redirect_uri": {sandbox.DefaultRedirectURL + "?id=1"}}},
		{"unknown parameters", url.Values{"prompt": {"none"}, "nonce": {"n"}, "enable_extended_login": {"true"}}},
	}
	for _, tt := range tests {
		if got := v.consent(tt.changes, url.Values{"decision": {"allow"}}); got.Get("code") == "" {
			t.Errorf("%s: %v, want a code", tt.name, got)
		}
	}
}

func TestAuthorizeQuirks(t *testing.T) {
	v := arrive(t, &sandbox.Options{Quirks: sandbox.Quirks{DropScopes: true, Unauthorized401: true}}, sandbox.PartnerClient)
	if a := v.do("GET", v.authorizeURL(url.Values{"client_id": {"zzz"}}), nil, ""); a.Status != http.StatusUnauthorized {
		t.Errorf("Unauthorized401: status %d", a.Status)
	}
	code := v.consent(url.Values{"scope": {"openid profile w_organization_social"}}, url.Values{"decision": {"allow"}}).Get("code")
	if got := v.redeem(v.exchangeForm(code)).Scope; got != "openid,profile" {
		t.Errorf("DropScopes: granted %q, want openid,profile (fixture 7)", got)
	}
}

func TestConsentIsRemembered(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	a := v.post(v.authorizeURL(nil), url.Values{"decision": {"allow"}, "member": {"5"}})
	cookie, err := http.ParseSetCookie(a.Header.Get("Set-Cookie"))
	if err != nil {
		t.Fatal(err)
	}
	browser := http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}}
	ask := func(changes url.Values) int { return v.do("GET", v.authorizeURL(changes), browser, "").Status }
	if got := ask(nil); got != http.StatusOK {
		t.Errorf("before a token was made: status %d, want the page", got)
	}
	v.signIn(5)
	if got := ask(nil); got != http.StatusFound {
		t.Errorf("with a valid grant: status %d, want a redirect at once", got)
	}
	if got := ask(url.Values{"scope": {"openid"}}); got != http.StatusOK {
		t.Errorf("other scopes: status %d, want the page", got)
	}
	v.server.ExpireAccessTokens()
	if got := ask(nil); got != http.StatusOK {
		t.Errorf("with an expired token: status %d, want the page", got)
	}
}
