package sandbox

import (
	"net/url"
	"strings"
)

const (
	tokenPath      = "/oauth/v2/accessToken"
	authorizePath  = "/oauth/v2/authorization"
	introspectPath = "/oauth/v2/introspectToken"
)

// oauthFixtures are 1 to 22.
func oauthFixtures() []fixture {
	return []fixture{
		{number: 1, name: "token_oidc", path: tokenPath, answer: edited(func(body map[string]any) {
			delete(body, "refresh_token")
			delete(body, "refresh_token_expires_in")
			body["scope"], body["expires_in"], body["token_type"] = "email,openid,profile", 5183999, "Bearer"
		})},
		{number: 2, name: "token_partner", path: tokenPath, answer: edited(func(body map[string]any) {
			delete(body, "id_token")
			body["scope"] = strings.ReplaceAll(body["scope"].(string), ",", " ")
			body["refresh_token_expires_in"] = 31536000
			if body["refresh_token"] == nil {
				body["refresh_token"] = opaque(372)
			}
		})},
		{number: 3, name: "token_minimal", path: tokenPath, answer: edited(func(body map[string]any) {
			keepOnly(body, "access_token")
			body["expires_in"] = 5184000
		})},
		{number: 4, name: "token_2legged", path: tokenPath, answer: edited(func(body map[string]any) {
			keepOnly(body, "access_token")
			body["expires_in"] = "1800"
		})},
		{number: 5, name: "token_refreshed_day59", path: tokenPath, answer: edited(func(body map[string]any) {
			body["expires_in"], body["refresh_token_expires_in"] = 5184000, 26438400
		})},
		{number: 6, name: "token_refreshed_day360", path: tokenPath, answer: edited(func(body map[string]any) {
			body["expires_in"], body["refresh_token_expires_in"] = 432000, 432000
		})},
		{number: 7, name: "token_partial_scope", path: tokenPath, answer: edited(func(body map[string]any) {
			body["scope"] = "openid,profile"
		})},
		{number: 8, name: "oauth_err_missing_param", path: tokenPath,
			answer: failingOAuth(400, "invalid_request", `A required parameter "grant_type" is missing`)},
		{number: 9, name: "oauth_err_code_not_found", path: tokenPath, answer: failingOAuth(400, "invalid_request", codeNotFound)},
		{number: 10, name: "oauth_err_code_mismatch", path: tokenPath, answer: failingOAuth(400, "invalid_redirect_uri", codeMismatch)},
		{number: 11, name: "oauth_err_refresh_dead", path: tokenPath, answer: failingOAuth(400, "invalid_request", refreshDead)},
		{number: 12, name: "oauth_err_client", path: tokenPath, answer: failingOAuth(401, "invalid_client", clientWrong)},
		{number: 13, name: "authorize_cancel_login", path: authorizePath, answer: sentBack("user_cancelled_login", "The user cancelled LinkedIn login")},
		{number: 14, name: "authorize_cancel", path: authorizePath, answer: sentBack("user_cancelled_authorize", "The user cancelled the authorization")},
		{number: 15, name: "authorize_bad_scope", path: authorizePath,
			answer: sentBack("unauthorized_scope_error", "Scope &quot;r_liteprofile&quot; is not authorized for your application")},
		{number: 16, name: "introspect_active", path: introspectPath},
		{number: 17, name: "introspect_expired", path: introspectPath, answer: edited(func(body map[string]any) {
			body["active"], body["status"] = false, "expired"
		})},
		{number: 18, name: "introspect_revoked", path: introspectPath, answer: edited(func(body map[string]any) {
			body["active"], body["status"] = false, "revoked"
		})},
		{number: 19, name: "introspect_foreign_app", path: introspectPath, answer: edited(func(body map[string]any) {
			keepOnly(body)
			body["active"] = false
		})},
		{number: 20, name: "introspect_bad_secret", path: introspectPath, answer: failingOAuth(401, "invalid_client", clientWrong)},
		{number: 21, name: "discovery", path: "/oauth/.well-known/openid-configuration"},
		{number: 22, name: "jwks", path: "/oauth/openid/jwks"},
	}
}

// keepOnly deletes all but the named fields.
func keepOnly(body map[string]any, names ...string) {
	kept := map[string]any{}
	for _, name := range names {
		kept[name] = body[name]
	}
	clear(body)
	for name, value := range kept {
		body[name] = value
	}
}

// sentBack redirects with an error, wherever the request wants to be redirected to.
func sentBack(code, description string) answerFunc {
	return func(_ *Server, r Request, usual reply) reply {
		query, err := url.ParseQuery(r.Query)
		if _, bad := url.Parse(query.Get("redirect_uri")); err != nil || bad != nil {
			return usual
		}
		auth := authorization{redirect: query.Get("redirect_uri"), state: query.Get("state")}
		return auth.fail(code, description)
	}
}
