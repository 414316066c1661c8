package sandbox_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

const day = 24 * time.Hour

// shape is an answer of the token endpoint without its random parts.
func shape(got tokens) tokens {
	for _, secret := range []*string{&got.AccessToken, &got.RefreshToken, &got.IDToken} {
		if *secret != "" {
			*secret = (*secret)[:2]
		}
	}
	return got
}

func TestTokens(t *testing.T) {
	tests := []struct {
		client string
		want   tokens
		why    string
	}{
		{sandbox.PartnerClient, tokens{AccessToken: "AQ", ExpiresIn: 5183999.0, RefreshToken: "AQ", RefreshTokenExpiresIn: 31536000,
			Scope: "email,openid,profile", TokenType: "Bearer", IDToken: "ey"}, "sign-in and refresh"},
		{sandbox.SelfServeClient, tokens{AccessToken: "AQ", ExpiresIn: 5183999.0, Scope: "email,openid,profile", TokenType: "Bearer", IDToken: "ey"},
			"fixture 1: no refresh token"},
		{sandbox.LegacyClient, tokens{AccessToken: "AQ", ExpiresIn: 5184000.0, Scope: "r_emailaddress r_liteprofile w_member_social", TokenType: "Bearer"},
			"no id_token without openid"},
	}
	for _, tt := range tests {
		v := arrive(t, nil, tt.client)
		got := v.signIn(0)
		if len(got.AccessToken) < 450 || len(got.AccessToken) > 550 {
			t.Errorf("%s: token of %d characters, want about 500", tt.client, len(got.AccessToken))
		}
		if diff := cmp.Diff(tt.want, shape(got)); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", tt.client, tt.why, diff)
		}
	}
}

func TestClientCredentials(t *testing.T) {
	v := arrive(t, nil, sandbox.EnterpriseClient)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {v.settings.ClientID}, "client_secret": {v.settings.ClientSecret}}
	got := v.redeem(form)
	if diff := cmp.Diff(tokens{AccessToken: "AQ", ExpiresIn: "1800"}, shape(got)); diff != "" {
		t.Errorf("fixture 4, expires_in is a string (-want +got):\n%s", diff)
	}
	v.token = got.AccessToken
	if a := v.get("/v2/people/(id:" + v.server.PersonID(sandbox.EnterpriseClient, 3) + ")"); a.Status != http.StatusOK {
		t.Errorf("people with a 2-legged token: %d %s", a.Status, a.Body)
	}
	v.server.Advance(30 * time.Minute)
	if a := v.get("/v2/userinfo"); a.json(t)["serviceErrorCode"] != 65602.0 {
		t.Errorf("after 30 minutes: %s", a.Body)
	}
}

func TestExchangeErrors(t *testing.T) {
	const mismatch = "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. Or authorization code expired. Or external member binding exists"
	v := arrive(t, nil, sandbox.PartnerClient)
	other := v.as(sandbox.SelfServeClient)
	fresh := func() url.Values {
		return v.exchangeForm(v.consent(nil, url.Values{"decision": {"allow"}}).Get("code"))
	}
	with := func(form url.Values, name, value string) url.Values {
		form.Set(name, value)
		if value == "" {
			form.Del(name)
		}
		return form
	}
	used := fresh()
	v.redeem(used)
	stolen := other.exchangeForm(fresh().Get("code"))
	tests := []struct {
		name        string
		form        url.Values
		status      int
		code        string
		description string
	}{
		{"no grant type", with(fresh(), "grant_type", ""), 400, "invalid_request", `A required parameter "grant_type" is missing`},
		{"unknown grant type", with(fresh(), "grant_type", "password"), 400, "unsupported_grant_type", `The grant_type "password" is not supported`},
		{"no code", with(fresh(), "code", ""), 400, "invalid_request", `A required parameter "code" is missing`},
		{"no redirect", with(fresh(), "redirect_uri", ""), 400, "invalid_request", `A required parameter "redirect_uri" is missing`},
		{"no client", with(fresh(), "client_id", ""), 400, "invalid_request", `A required parameter "client_id" is missing`},
		{"no secret", with(fresh(), "client_secret", ""), 400, "invalid_request", `A required parameter "client_secret" is missing`},
		{"unknown client", with(fresh(), "client_id", "abcdefghijk"), 400, "invalid_client_id", `The passed in client_id is invalid "abcdefghijk"`},
		{"wrong secret", with(fresh(), "client_secret", "x"), 401, "invalid_client", "Client authentication failed"},
		{"unknown code", with(fresh(), "code", "AQx"), 400, "invalid_request", "Unable to retrieve access token: authorization code not found"},
		{"used code", used, 400, "invalid_request", mismatch},
		{"code of another client", stolen, 400, "invalid_request", mismatch},
		{"other redirect", with(fresh(), "redirect_uri", sandbox.DefaultRedirectURL+"/"), 400, "invalid_request", mismatch},
		{"verifier without a challenge", with(fresh(), "code_verifier", "v"), 400, "invalid_request", mismatch},
		{"no refresh token", url.Values{"grant_type": {"refresh_token"}}, 400, "invalid_request", `A required parameter "refresh_token" is missing`},
		{"unknown refresh token", v.refreshForm("AQx"), 400, "invalid_request", "The provided authorization grant or refresh token is invalid, expired or revoked"},
		{"2-legged without the product", with(v.refreshForm("x"), "grant_type", "client_credentials"), 401, "access_denied", "This application is not allowed to create application tokens"},
		{"2-legged with a wrong secret", with(with(v.refreshForm("x"), "grant_type", "client_credentials"), "client_secret", "x"), 401, "invalid_client_id", "Client authentication failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := v.post("/oauth/v2/accessToken", tt.form)
			want := map[string]any{"error": tt.code, "error_description": tt.description}
			if diff := cmp.Diff(want, a.json(t)); diff != "" || a.Status != tt.status {
				t.Errorf("status %d, want %d (-want +got):\n%s", a.Status, tt.status, diff)
			}
		})
	}
}

func TestExchangeNeedsFormAndPost(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	form := v.exchangeForm("AQx").Encode()
	basic := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Authorization": {"Basic eDp5"}}
	tests := []struct {
		name   string
		method string
		path   string
		header http.Header
		body   string
		status int
		text   string
	}{
		{"json", "POST", "/oauth/v2/accessToken", http.Header{"Content-Type": {"application/json"}}, `{"grant_type":"x"}`, 400, `A required parameter "grant_type" is missing`},
		{"query", "POST", "/oauth/v2/accessToken?" + form, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, "", 400, `A required parameter "grant_type" is missing`},
		{"get", "GET", "/oauth/v2/accessToken?" + form, nil, "", 405, "Only POST is supported"},
		{"basic", "POST", "/oauth/v2/accessToken", basic, "grant_type=authorization_code&code=x&redirect_uri=y", 401, "Client authentication failed"},
	}
	for _, tt := range tests {
		a := v.do(tt.method, tt.path, tt.header, tt.body)
		if got := a.json(t)["error_description"]; a.Status != tt.status || got != tt.text {
			t.Errorf("%s: %d %v, want %d %s", tt.name, a.Status, got, tt.status, tt.text)
		}
	}
}

func TestCodeLivesHalfAnHour(t *testing.T) {
	v := arrive(t, &sandbox.Options{Quirks: sandbox.Quirks{InvalidRedirect: true}}, sandbox.PartnerClient)
	form := v.exchangeForm(v.consent(nil, url.Values{"decision": {"allow"}}).Get("code"))
	v.server.Advance(30 * time.Minute)
	if a := v.post("/oauth/v2/accessToken", form); a.json(t)["error"] != "invalid_redirect_uri" {
		t.Errorf("late code under InvalidRedirect: %d %s", a.Status, a.Body)
	}
}

func TestRefresh(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	first := v.signIn(0)
	tests := []struct {
		day     int
		access  float64
		refresh int64
		why     string
	}{
		{59, 5184000, 26438400, "fixture 5: 306 days are left"},
		{360, 432000, 432000, "fixture 6: both end in 5 days"},
	}
	passed := 0
	for _, tt := range tests {
		v.server.Advance(time.Duration(tt.day-passed) * day)
		passed = tt.day
		got := v.redeem(v.refreshForm(first.RefreshToken))
		if got.RefreshToken != first.RefreshToken {
			t.Errorf("day %d: the refresh token changed", tt.day)
		}
		want := tokens{AccessToken: "AQ", ExpiresIn: tt.access, RefreshToken: "AQ", RefreshTokenExpiresIn: tt.refresh,
			Scope: "email,openid,profile", TokenType: "Bearer"}
		if diff := cmp.Diff(want, shape(got)); diff != "" {
			t.Errorf("day %d, %s (-want +got):\n%s", tt.day, tt.why, diff)
		}
		v.token = got.AccessToken
		if a := v.get("/v2/userinfo"); a.Status != http.StatusOK {
			t.Errorf("day %d: the new token gets %d %s", tt.day, a.Status, a.Body)
		}
	}
	v.server.Advance(5 * day)
	v.server.SetQuirks(sandbox.Quirks{InvalidGrant: true})
	if a := v.post("/oauth/v2/accessToken", v.refreshForm(first.RefreshToken)); a.json(t)["error"] != "invalid_grant" {
		t.Errorf("day 365 under InvalidGrant: %d %s", a.Status, a.Body)
	}
}

// Under strict rotation a refresh token works once, also when several come with it at the same time.
func TestRefreshTokensRotate(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	first := v.signIn(0)
	v.server.Advance(10 * day)
	v.adminOK("PUT", "quirks", `{"rotate_refresh_tokens":true}`)
	second := v.redeem(v.refreshForm(first.RefreshToken))
	if second.RefreshToken == first.RefreshToken || second.RefreshTokenExpiresIn != int64(355*day/time.Second) {
		t.Errorf("second refresh token ends in %d s, is the first: %t", second.RefreshTokenExpiresIn, second.RefreshToken == first.RefreshToken)
	}
	dead := map[string]any{"error": "invalid_request", "error_description": "The provided authorization grant or refresh token is invalid, expired or revoked"}
	if diff := cmp.Diff(dead, v.post("/oauth/v2/accessToken", v.refreshForm(first.RefreshToken)).json(t)); diff != "" {
		t.Errorf("the used refresh token (-want +got):\n%s", diff)
	}
	v.token = first.AccessToken
	if a := v.get("/v2/userinfo"); a.Status != http.StatusOK {
		t.Errorf("the first access token lives on: %d %s", a.Status, a.Body)
	}
	form := v.refreshForm(second.RefreshToken)
	var granted atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if v.post("/oauth/v2/accessToken", form).Status == http.StatusOK {
				granted.Add(1)
			}
		})
	}
	wg.Wait()
	if granted.Load() != 1 {
		t.Errorf("%d of 8 refreshes at once were granted, want 1", granted.Load())
	}
}

// A client that leaves before the answer has refreshed nothing.
func TestAbandonedRefresh(t *testing.T) {
	v := arrive(t, &sandbox.Options{Quirks: sandbox.Quirks{RotateRefreshTokens: true}}, sandbox.PartnerClient)
	first := v.signIn(0)
	if err := v.server.Fail(sandbox.Fault{Path: "/oauth/v2/accessToken", Stall: 300 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", v.server.URL()+"/oauth/v2/accessToken", strings.NewReader(v.refreshForm(first.RefreshToken).Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
		t.Fatalf("answered with %d in spite of the stall", resp.StatusCode)
	}
	time.Sleep(400 * time.Millisecond)
	if a := v.post("/oauth/v2/accessToken", v.refreshForm(first.RefreshToken)); a.Status != http.StatusOK {
		t.Errorf("the refresh token was used: %d %s", a.Status, a.Body)
	}
}

func TestOtherScopesRevoke(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	first := v.signIn(0)
	second := v.signIn(0)
	v.consent(url.Values{"scope": {"openid profile"}}, url.Values{"decision": {"allow"}, "member": {"1"}})
	for _, token := range []string{first.AccessToken, second.AccessToken} {
		v.token = token
		if a := v.get("/v2/userinfo"); a.Status != http.StatusOK {
			t.Errorf("same scopes on two devices, another member: %d %s", a.Status, a.Body)
		}
	}
	v.consent(url.Values{"scope": {"openid profile"}}, url.Values{"decision": {"allow"}})
	if a := v.get("/v2/userinfo"); a.json(t)["serviceErrorCode"] != 65601.0 {
		t.Errorf("after other scopes: %d %s", a.Status, a.Body)
	}
	v.token = v.redeem(v.refreshForm(first.RefreshToken)).AccessToken
	if a := v.get("/v2/userinfo"); a.Status != http.StatusOK {
		t.Errorf("a refresh brings it back: %d %s", a.Status, a.Body)
	}
}
