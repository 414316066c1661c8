package sandbox

import (
	"slices"
	"strings"

	"github.com/linkstep/linkstep/connector/sandbox/internal/people"
)

// liteFields and basicFields are what a profile shows by permission.
// Source: learn.microsoft.com/linkedin/shared/references/v2/profile, read 2026-11-24.
var (
	liteFields = []string{"id", "firstName", "lastName", "localizedFirstName", "localizedLastName",
		"maidenName", "localizedMaidenName", "profilePicture"}
	basicFields = append(slices.Clone(liteFields), "headline", "localizedHeadline", "vanityName")
)

// entity is a member as the API shows it, with every field that any permission gives.
func (c *call) entity(member int) map[string]any {
	m := c.server.crowd.Member(member)
	if m.Private && member != c.token.member {
		return privateEntity()
	}
	e := map[string]any{
		"id":                 c.personID(member),
		"firstName":          multiLocale(m, func(t people.Text) string { return t.Given }),
		"lastName":           multiLocale(m, func(t people.Text) string { return t.Family }),
		"localizedFirstName": m.Given,
		"localizedLastName":  m.Family,
		"vanityName":         m.Vanity,
	}
	if m.Headline != "" {
		e["headline"] = multiLocale(m, func(t people.Text) string { return t.Headline })
		e["localizedHeadline"] = m.Headline
	}
	if m.Photo != "" {
		e["profilePicture"] = map[string]any{"displayImage": assetPrefix + m.Photo}
	}
	return e
}

// privateEntity stands for a member who hides from applications.
func privateEntity() map[string]any {
	name := func() map[string]any {
		return map[string]any{
			"localized":       map[string]any{"en_US": "private"},
			"preferredLocale": locale("en_US"),
		}
	}
	return map[string]any{
		"id":                 "private",
		"firstName":          name(),
		"lastName":           name(),
		"localizedFirstName": "private",
		"localizedLastName":  "private",
	}
}

// multiLocale writes one text of a profile in all its languages.
func multiLocale(m *people.Member, text func(people.Text) string) map[string]any {
	localized := map[string]any{m.Locale: text(m.Text)}
	for _, other := range m.Other {
		localized[other.Locale] = text(other)
	}
	return map[string]any{"localized": localized, "preferredLocale": locale(m.Locale)}
}

// locale splits language_COUNTRY.
func locale(s string) map[string]any {
	language, country, _ := strings.Cut(s, "_")
	return map[string]any{"language": language, "country": country}
}
