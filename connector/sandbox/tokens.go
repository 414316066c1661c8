package sandbox

import (
	"slices"
	"strings"
	"time"
)

// Token is what may be seen of a token.
type Token struct {
	Kind    string    `json:"kind"` // access or refresh
	Mask    string    `json:"mask"` // its first and last characters
	Client  string    `json:"client"`
	Member  int       `json:"member"` // -1 for an application by itself
	Scopes  []string  `json:"scopes"`
	Expires time.Time `json:"expires"`
	Status  string    `json:"status"` // active, expired or revoked
}

// Tokens lists the tokens that were given out, those that expire last first.
func (s *Server) Tokens() []Token {
	now := s.Now()
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	var all []Token
	add := func(kind, mask string, g grant, expires time.Time, revoked bool) {
		status := "active"
		if revoked {
			status = "revoked"
		} else if !now.Before(expires) {
			status = "expired"
		}
		all = append(all, Token{Kind: kind, Mask: mask, Client: g.client.ID, Member: g.member,
			Scopes: slices.Clone(g.scopes), Expires: expires, Status: status})
	}
	for _, t := range s.vault.access {
		add("access", t.mask, t.grant, t.expires, t.revoked)
	}
	for _, t := range s.vault.refresh {
		add("refresh", t.mask, t.grant, t.expires, t.revoked)
	}
	slices.SortFunc(all, func(a, b Token) int {
		if c := b.Expires.Compare(a.Expires); c != 0 {
			return c
		}
		return strings.Compare(a.Mask, b.Mask)
	})
	return all
}

// ExpireAccessTokens makes the access tokens of these members, or of all, expire now. Refresh tokens
// live on.
func (s *Server) ExpireAccessTokens(members ...int) {
	now := s.Now()
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	for _, t := range s.vault.access {
		if concerns(members, t.member) && t.expires.After(now) {
			t.expires = now
		}
	}
}

// RevokeAccessTokens revokes the access tokens of these members, or of all. Refresh tokens live on,
// as when a member consents to another set of scopes.
func (s *Server) RevokeAccessTokens(members ...int) {
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	for _, t := range s.vault.access {
		t.revoked = t.revoked || concerns(members, t.member)
	}
}

// RevokeTokens revokes the access and refresh tokens of these members, or of all, as when a member
// removes an application under "permitted services".
func (s *Server) RevokeTokens(members ...int) {
	s.RevokeAccessTokens(members...)
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	for _, t := range s.vault.refresh {
		t.revoked = t.revoked || concerns(members, t.member)
	}
}

// concerns reports whether the member is one of these; no members means everybody.
func concerns(members []int, member int) bool {
	return len(members) == 0 || slices.Contains(members, member)
}
