package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Error descriptions of the token endpoint, word for word.
const (
	codeNotFound = "Unable to retrieve access token: authorization code not found"
	codeMismatch = "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. Or authorization code expired. Or external member binding exists"
	refreshDead  = "The provided authorization grant or refresh token is invalid, expired or revoked"
	clientWrong  = "Client authentication failed"
	noTwoLegged  = "This application is not allowed to create application tokens"
)

// exchange is the token endpoint.
func (s *Server) exchange(r *http.Request) reply {
	form, refusal := readForm(r)
	if refusal != nil {
		return *refusal
	}
	if refusal := missing(form, "grant_type"); refusal != nil {
		return *refusal
	}
	switch grantType := form.Get("grant_type"); grantType {
	case "authorization_code":
		return s.exchangeCode(r, form)
	case "refresh_token":
		return s.exchangeRefresh(r, form)
	case "client_credentials":
		return s.exchangeCredentials(r, form)
	default:
		return oauthReply(http.StatusBadRequest, "unsupported_grant_type", fmt.Sprintf("The grant_type %q is not supported", grantType))
	}
}

func (s *Server) exchangeCode(r *http.Request, form url.Values) reply {
	if refusal := missing(form, "code", "redirect_uri"); refusal != nil {
		return *refusal
	}
	c, refusal := s.authenticate(r, form, "invalid_client")
	if refusal != nil {
		return *refusal
	}
	quirks := s.Quirks()
	granted := s.vault.useCode(form.Get("code"))
	if granted == nil {
		status := http.StatusBadRequest
		if quirks.Unauthorized401 {
			status = http.StatusUnauthorized
		}
		return oauthReply(status, "invalid_request", codeNotFound)
	}
	now := s.Now()
	if granted.used || granted.client != c || granted.redirect != form.Get("redirect_uri") ||
		!granted.verifies(form.Get("code_verifier")) || !now.Before(granted.authorized.Add(codeLife)) {
		name := "invalid_request"
		if quirks.InvalidRedirect {
			name = "invalid_redirect_uri"
		}
		return oauthReply(http.StatusBadRequest, name, codeMismatch)
	}
	return s.issue(granted.grant, now)
}

// verifies checks the PKCE verifier: needed on the native route, and a mismatch on the other.
func (c *code) verifies(verifier string) bool {
	if !c.native {
		return verifier == ""
	}
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:]) == c.challenge
}

// tokenBody is the answer of the token endpoint.
type tokenBody struct {
	AccessToken           string `json:"access_token"`
	ExpiresIn             any    `json:"expires_in"` // seconds; a string in 2-legged answers
	RefreshToken          string `json:"refresh_token,omitempty"`
	RefreshTokenExpiresIn int64  `json:"refresh_token_expires_in,omitempty"`
	Scope                 string `json:"scope,omitempty"`
	TokenType             string `json:"token_type,omitempty"`
	IDToken               string `json:"id_token,omitempty"`
}

// issue makes the tokens that follow a consent.
func (s *Server) issue(g grant, now time.Time) reply {
	body := tokenBody{
		AccessToken: s.vault.addAccess(g, now, now.Add(accessLife)),
		ExpiresIn:   int64(accessLife / time.Second),
		Scope:       joinScopes(g.scopes),
		TokenType:   "Bearer",
	}
	if holdsAll(g.scopes, []string{"openid"}) {
		body.ExpiresIn = int64(accessLife/time.Second) - 1 // as captured
		body.IDToken = s.idToken(g, now)
	}
	if g.client.has(RefreshTokens) {
		body.RefreshToken = s.vault.addRefresh(g)
		body.RefreshTokenExpiresIn = int64(refreshLife / time.Second)
	}
	return jsonReply(http.StatusOK, body)
}

// exchangeRefresh makes another access token, which does not outlive the refresh token. The refresh
// token stays the same, unless a quirk says otherwise, and so does its end.
func (s *Server) exchangeRefresh(r *http.Request, form url.Values) reply {
	if refusal := missing(form, "refresh_token"); refusal != nil {
		return *refusal
	}
	c, refusal := s.authenticate(r, form, "invalid_client")
	if refusal != nil {
		return *refusal
	}
	now, quirks := s.Now(), s.Quirks()
	t, next, ok := s.vault.useRefresh(form.Get("refresh_token"), c, now, quirks.RotateRefreshTokens)
	if !ok {
		name := "invalid_request"
		if quirks.InvalidGrant {
			name = "invalid_grant"
		}
		return oauthReply(http.StatusBadRequest, name, refreshDead)
	}
	remaining := t.expires.Sub(now)
	life := min(accessLife, remaining)
	return jsonReply(http.StatusOK, tokenBody{
		AccessToken:           s.vault.addAccess(t.grant, now, now.Add(life)),
		ExpiresIn:             wholeSeconds(life),
		RefreshToken:          next,
		RefreshTokenExpiresIn: wholeSeconds(remaining),
		Scope:                 joinScopes(t.scopes),
		TokenType:             "Bearer",
	})
}

// wholeSeconds rounds up: what is left of day 360 is 5 days, although the clock ran on meanwhile.
func wholeSeconds(d time.Duration) int64 {
	return int64((d + time.Second - 1) / time.Second)
}

func (s *Server) exchangeCredentials(r *http.Request, form url.Values) reply {
	c, refusal := s.authenticate(r, form, "invalid_client_id")
	if refusal != nil {
		return *refusal
	}
	if !c.has(ClientCredentials) {
		return oauthReply(http.StatusUnauthorized, "access_denied", noTwoLegged)
	}
	now := s.Now()
	return jsonReply(http.StatusOK, tokenBody{
		AccessToken: s.vault.addAccess(grant{client: c, member: nobody, authorized: now}, now, now.Add(twoLeggedLife)),
		ExpiresIn:   fmt.Sprint(int(twoLeggedLife / time.Second)),
	})
}
