package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// memberCookie remembers in a browser who signed in.
const memberCookie = "sandbox_member"

// authorization is a request for consent that passed the checks.
type authorization struct {
	grant
	redirect  string
	state     string
	challenge string
	native    bool
}

// authorize asks a member for consent (GET) and takes the decision (POST to the same address).
func (s *Server) authorize(r *http.Request, native bool) reply {
	query := r.URL.Query()
	auth, refusal := s.checkAuthorization(query, native)
	if refusal != nil {
		return *refusal
	}
	switch r.Method {
	case http.MethodGet:
		if s.consentedBefore(r, auth) {
			return s.allow(auth)
		}
		return consentPage(s, auth)
	case http.MethodPost:
		return s.decide(r, auth)
	}
	return s.authorizeError(http.StatusMethodNotAllowed, "Method not allowed")
}

// checkAuthorization reads the request. Errors about the client or the redirect address are shown on
// a page, because the redirect is not trusted; the rest is sent back to the client.
func (s *Server) checkAuthorization(query url.Values, native bool) (*authorization, *reply) {
	page := func(problem string) *reply {
		status := http.StatusBadRequest
		if s.Quirks().Unauthorized401 {
			status = http.StatusUnauthorized
		}
		r := s.authorizeError(status, problem)
		return &r
	}
	c := s.client(query.Get("client_id"))
	if c == nil {
		return nil, page("Client_id doesn't match")
	}
	auth := &authorization{
		grant:     grant{client: c, scopes: splitScopes(query.Get("scope"))},
		redirect:  query.Get("redirect_uri"),
		state:     query.Get("state"),
		challenge: query.Get("code_challenge"),
		native:    native,
	}
	if !redirectAllowed(c, auth.redirect, native) {
		return nil, page("Redirect_uri doesn't match")
	}
	if len(auth.scopes) == 0 {
		return nil, page("Invalid scope")
	}
	back := func(code, description string) *reply {
		r := auth.fail(code, description)
		return &r
	}
	switch {
	case query.Get("response_type") != "code":
		return nil, back("unsupported_response_type", `The response_type must be "code"`)
	case auth.state == "":
		return nil, back("invalid_request", `A required parameter "state" is missing`)
	case native && !c.has(NativePKCE):
		return nil, back("access_denied", "This application is not allowed to use native PKCE")
	case native && (auth.challenge == "" || query.Get("code_challenge_method") != "S256"):
		return nil, back("invalid_request", `A required parameter "code_challenge" is missing`)
	}
	if refusal := s.checkScopes(auth); refusal != nil {
		return nil, refusal
	}
	return auth, nil
}

// checkScopes refuses the whole request for one scope that the client may not ask for.
func (s *Server) checkScopes(auth *authorization) *reply {
	if s.Quirks().DropScopes {
		auth.scopes = slices.DeleteFunc(auth.scopes, func(scope string) bool { return !auth.client.mayAsk(scope) })
		return nil
	}
	for _, scope := range auth.scopes {
		var r reply
		switch {
		case scopeWords[scope] == "":
			r = auth.fail("invalid_scope_error", fmt.Sprintf("Scope &quot;%s&quot; does not exist", scope))
		case !auth.client.mayAsk(scope):
			r = auth.fail("unauthorized_scope_error", fmt.Sprintf("Scope &quot;%s&quot; is not authorized for your application", scope))
		default:
			continue
		}
		return &r
	}
	return nil
}

// decide acts on the form of the consent page.
func (s *Server) decide(r *http.Request, auth *authorization) reply {
	if err := r.ParseForm(); err != nil {
		return s.authorizeError(http.StatusBadRequest, "The form cannot be read")
	}
	switch decision := r.PostForm.Get("decision"); decision {
	case "allow":
	case "cancel":
		return auth.fail("user_cancelled_authorize", "The user cancelled the authorization")
	case "cancel_login":
		return auth.fail("user_cancelled_login", "The user cancelled LinkedIn login")
	default:
		return s.authorizeError(http.StatusBadRequest,
			fmt.Sprintf("The field decision is %q; it must be allow, cancel or cancel_login", decision))
	}
	if field := r.PostForm.Get("member"); field != "" {
		member, err := strconv.Atoi(field)
		if err != nil || member < 0 || member >= s.crowd.Len() {
			return s.authorizeError(http.StatusBadRequest,
				fmt.Sprintf("The field member is %q; it must be a number from 0 to %d", field, s.crowd.Len()-1))
		}
		auth.member = member
	}
	answer := s.allow(auth)
	cookie := http.Cookie{Name: memberCookie, Value: strconv.Itoa(auth.member), Path: "/oauth", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	answer.header.Set("Set-Cookie", cookie.String())
	return answer
}

// consentedBefore reports whether the browser's member has a living grant for the same scopes, and
// makes that member the one who consents.
func (s *Server) consentedBefore(r *http.Request, auth *authorization) bool {
	cookie, err := r.Cookie(memberCookie)
	if err != nil {
		return false
	}
	member, err := strconv.Atoi(cookie.Value)
	if err != nil || member < 0 || member >= s.crowd.Len() {
		return false
	}
	consented := auth.grant
	consented.member = member
	if !s.vault.holdsGrant(consented, s.Now()) {
		return false
	}
	auth.grant = consented
	return true
}

// allow gives out a code. Tokens for another set of scopes die here.
func (s *Server) allow(auth *authorization) reply {
	auth.authorized = s.Now()
	s.vault.replaceScopes(auth.grant)
	value := s.vault.addCode(code{grant: auth.grant, redirect: auth.redirect, challenge: auth.challenge, native: auth.native})
	return auth.back(url.Values{"code": {value}})
}
