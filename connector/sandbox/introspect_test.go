package sandbox_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

func TestIntrospect(t *testing.T) {
	v := arrive(t, nil, sandbox.PartnerClient)
	start := v.server.Now().Unix()
	token := v.signIn(0).AccessToken
	ask := func(v *visitor, token string) answer {
		return v.post("/oauth/v2/introspectToken", url.Values{"client_id": {v.settings.ClientID}, "client_secret": {v.settings.ClientSecret}, "token": {token}})
	}
	active := ask(v, token).json(t)
	for _, name := range []string{"authorized_at", "created_at", "expires_at"} {
		at, ok := active[name].(float64)
		if age := int64(at) - start; !ok || age < 0 || name != "expires_at" && age > 60 || name == "expires_at" && age < 5184000 {
			t.Errorf("%s = %v, want seconds near %d", name, active[name], start)
		}
		delete(active, name)
	}
	want := map[string]any{"active": true, "status": "active", "client_id": sandbox.PartnerClient, "scope": "email,openid,profile", "auth_type": "3L"}
	if diff := cmp.Diff(want, active); diff != "" {
		t.Errorf("fixture 16 (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"active": false}, ask(v.as(sandbox.SelfServeClient), token).json(t)); diff != "" {
		t.Errorf("fixture 19, token of another client (-want +got):\n%s", diff)
	}
	if a := ask(v, "AQx"); a.Status != 400 {
		t.Errorf("unknown token: %d %s", a.Status, a.Body)
	}
	v.settings.ClientSecret = "x"
	if a := ask(v, token); a.Status != 401 || a.json(t)["error_description"] != "Client authentication failed" {
		t.Errorf("fixture 20, wrong secret: %d %s", a.Status, a.Body)
	}
	v = v.as(sandbox.PartnerClient)
	v.server.ExpireAccessTokens()
	if got := ask(v, token).json(t); got["active"] != false || got["status"] != "expired" {
		t.Errorf("fixture 17: %v", got)
	}
	v.server.RevokeTokens(0)
	if got := ask(v, token).json(t); got["active"] != false || got["status"] != "revoked" {
		t.Errorf("fixture 18: %v", got)
	}
}
