package sandbox_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

func TestShippedClients(t *testing.T) {
	secrets := map[string]bool{}
	v := arrive(t, nil, sandbox.PartnerClient)
	for _, c := range sandbox.ShippedClients() {
		if len(c.ID) != 14 || c.Name == "" || len(c.Products) == 0 || len(c.RedirectURLs) == 0 {
			t.Errorf("client %+v is not complete", c)
		}
		if c.ID != sandbox.NativeClient && (c.Secret == "" || secrets[c.Secret]) {
			t.Errorf("client %s has no secret of its own", c.ID)
		}
		secrets[c.Secret] = true
		if c.ID == sandbox.EnterpriseClient || c.ID == sandbox.NativeClient {
			continue // sign in in their own ways
		}
		if got := v.as(c.ID).signIn(0); got.AccessToken == "" {
			t.Errorf("client %s cannot sign in with its settings", c.ID)
		}
	}
}

// TestScopesOfProducts asks for scopes one by one: the product decides.
func TestScopesOfProducts(t *testing.T) {
	all := []string{"openid", "profile", "email", "w_member_social", "r_liteprofile", "r_emailaddress", "r_basicprofile",
		"r_1st_connections", "r_1st_connections_size", "r_organization_followers", "r_member_social", "r_ads"}
	tests := []struct {
		client string
		want   []string
	}{
		{sandbox.PartnerClient, []string{"openid", "profile", "email", "w_member_social"}},
		{sandbox.SelfServeClient, []string{"openid", "profile", "email", "w_member_social"}},
		{sandbox.CommunityClient, []string{"w_member_social", "r_basicprofile", "r_1st_connections", "r_1st_connections_size", "r_organization_followers"}},
		{sandbox.LegacyClient, []string{"w_member_social", "r_liteprofile", "r_emailaddress"}},
	}
	v := arrive(t, nil, sandbox.PartnerClient)
	for _, tt := range tests {
		v := v.as(tt.client)
		granted := slices.DeleteFunc(slices.Clone(all), func(scope string) bool {
			return v.consent(url.Values{"scope": {scope}}, url.Values{"decision": {"allow"}}).Get("code") == ""
		})
		if diff := cmp.Diff(tt.want, granted); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.client, diff)
		}
	}
}

// TestRedirectRules are section 1.3 of the reference.
func TestRedirectRules(t *testing.T) {
	registered := []string{"https://app.example/callback?id=1", "http://localhost:3000/oauth"}
	c := sandbox.Client{ID: "rules", Secret: "s", RedirectURLs: registered, Products: []sandbox.Product{sandbox.SignIn}}
	v := arrive(t, &sandbox.Options{Clients: []sandbox.Client{c}}, "rules")
	tests := []struct {
		redirect string
		want     bool
		why      string
	}{
		{"https://app.example/callback", true, "the query of the registered URL does not matter"},
		{"https://app.example/callback?id=2", true, "nor does that of the request"},
		{"http://localhost:3000/oauth", true, "http on localhost is registered in LinkedIn's own samples"},
		{"http://app.example/callback", false, "another scheme"},
		{"https://app.example/callback/", false, "another path"},
		{"https://app.example:8443/callback", false, "another port"},
		{"https://evil.example/callback", false, "another host"},
		{"http://localhost:3001/oauth", false, "another port on localhost"},
		{"https://app.example/callback#top", false, "a fragment"},
		{"//app.example/callback", false, "relative"},
		{"", false, "empty"},
	}
	for _, tt := range tests {
		a := v.post(v.authorizeURL(url.Values{"redirect_uri": {tt.redirect}}), url.Values{"decision": {"allow"}})
		if got := a.Status == http.StatusFound; got != tt.want {
			t.Errorf("redirect to %q: status %d, want allowed %v: %s", tt.redirect, a.Status, tt.want, tt.why)
		}
	}
	a := v.post(v.authorizeURL(url.Values{"redirect_uri": {"https://app.example/callback?id=2"}}), url.Values{"decision": {"allow"}})
	if to := a.Header.Get("Location"); !strings.HasPrefix(to, "https://app.example/callback?code=AQ") || !strings.Contains(to, "&id=2&") {
		t.Errorf("location %q; want the query of the request kept", to)
	}
}

// TestRedirectIsRepeated: the token request repeats the redirect byte for byte, though matching is looser.
func TestRedirectIsRepeated(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	with := sandbox.DefaultRedirectURL + "?id=1"
	form := v.exchangeForm(v.consent(url.Values{"redirect_uri": {with}}, url.Values{"decision": {"allow"}}).Get("code"))
	if a := v.post("/oauth/v2/accessToken", form); a.Status != http.StatusBadRequest {
		t.Errorf("without the query: %d, want 400", a.Status)
	}
	form = v.exchangeForm(v.consent(url.Values{"redirect_uri": {with}}, url.Values{"decision": {"allow"}}).Get("code"))
	form.Set("redirect_uri", with)
	v.redeem(form)
}
