package sandbox

import "slices"

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

// RevokeAccessTokens revokes the access tokens of these members, or of all. Refresh tokens live on.
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
