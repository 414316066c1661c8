package sandbox

import (
	"slices"
	"strings"
)

// userinfo is who the token's member is, by the words of OpenID Connect.
func (c *call) userinfo() (any, *apiError) { return c.server.claims(c.token.grant), nil }

// claims are what the scopes of a grant tell of its member. userinfo and the id_token carry them.
func (s *Server) claims(g grant) map[string]any {
	m := s.crowd.Member(g.member)
	claims := map[string]any{"sub": s.PersonID(g.client.ID, g.member)}
	if slices.Contains(g.scopes, "profile") {
		claims["name"] = m.FullName()
		claims["given_name"] = m.Given
		claims["family_name"] = m.Family
		claims["locale"] = strings.ReplaceAll(m.Locale, "_", "-")
		if s.Quirks().LocaleObject {
			claims["locale"] = locale(m.Locale)
		}
		if m.Photo != "" {
			claims["picture"] = pictureURL(m.Photo, pictureSizes[0], s.Now())
		}
	}
	if slices.Contains(g.scopes, "email") && m.Email != "" {
		claims["email"] = m.Email
		claims["email_verified"] = m.Verified
	}
	return claims
}

// me is the profile of the token's member.
func (c *call) me() (any, *apiError) {
	fields := liteFields
	if slices.Contains(c.token.scopes, "r_basicprofile") {
		fields = basicFields
	}
	entity, refusal := c.pick(c.entity(c.token.member), c.mask, fields, fields)
	return entity, refusal
}
