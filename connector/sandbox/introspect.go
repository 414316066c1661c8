package sandbox

import (
	"net/http"
	"strings"
)

// introspection is the answer of the introspection endpoint. Times are in seconds since 1970.
type introspection struct {
	Active       bool   `json:"active"`
	ClientID     string `json:"client_id,omitempty"`
	AuthorizedAt int64  `json:"authorized_at,omitempty"`
	CreatedAt    int64  `json:"created_at,omitempty"`
	Status       string `json:"status,omitempty"`
	ExpiresAt    int64  `json:"expires_at,omitempty"`
	Scope        string `json:"scope,omitempty"`
	AuthType     string `json:"auth_type,omitempty"`
}

// introspect tells a client about one of its own tokens. A token of another client is just inactive.
func (s *Server) introspect(r *http.Request) reply {
	form, refusal := readForm(r)
	if refusal != nil {
		return *refusal
	}
	c, refusal := s.authenticate(r, form, "invalid_client")
	if refusal != nil {
		return *refusal
	}
	if refusal := missing(form, "token"); refusal != nil {
		return *refusal
	}
	t, found := s.vault.findAccess(form.Get("token"))
	switch {
	case !found:
		return oauthReply(http.StatusBadRequest, "invalid_request", "The token is invalid") // text unverified
	case t.client != c:
		return jsonReply(http.StatusOK, introspection{})
	}
	answer := introspection{
		Active:       true,
		Status:       "active",
		ClientID:     c.ID,
		AuthorizedAt: t.authorized.Unix(),
		CreatedAt:    t.issued.Unix(),
		ExpiresAt:    t.expires.Unix(),
		Scope:        strings.Join(t.scopes, ","),
		AuthType:     "3L",
	}
	if t.member == nobody {
		answer.AuthType = "2L"
	}
	if t.revoked {
		answer.Active, answer.Status = false, "revoked"
	} else if !s.Now().Before(t.expires) {
		answer.Active, answer.Status = false, "expired"
	}
	return jsonReply(http.StatusOK, answer)
}
