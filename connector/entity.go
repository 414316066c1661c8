package connector

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/connector/restli"
)

// entity is a member as /v2/me and /v2/people tell of one. Every field may be
// absent.
type entity struct {
	ID                 string       `json:"id"`
	FirstName          *multiLocale `json:"firstName"`
	LastName           *multiLocale `json:"lastName"`
	Headline           *multiLocale `json:"headline"`
	LocalizedFirstName string       `json:"localizedFirstName"`
	LocalizedLastName  string       `json:"localizedLastName"`
	LocalizedHeadline  string       `json:"localizedHeadline"`
	VanityName         string       `json:"vanityName"`
	ProfilePicture     *picture     `json:"profilePicture"`

	raw json.RawMessage // as it came
}

// UnmarshalJSON keeps the text beside what is understood of it.
func (e *entity) UnmarshalJSON(text []byte) error {
	type plain entity
	if err := json.Unmarshal(text, (*plain)(e)); err != nil {
		return err
	}
	e.raw = bytes.Clone(text)
	return nil
}

// privateID is the id of the entity that stands for a member who hides.
const privateID = "private"

// decodeEntity reads a member. JSON of another shape is an error: an error
// body must never pass for a profile.
func decodeEntity(body []byte) (*entity, error) {
	var e entity
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, &restli.ShapeError{Want: "member", Reason: "another shape", Err: err}
	}
	if e.ID == "" {
		return nil, &restli.ShapeError{Want: "member", Reason: "id is missing"}
	}
	return &e, nil
}

// member tells an entity in the words of the actions.
func (e *entity) member() Member {
	m := Member{
		ID: e.ID, URN: personURN(e.ID),
		GivenName:  first(e.LocalizedFirstName, e.FirstName.text()),
		FamilyName: first(e.LocalizedLastName, e.LastName.text()),
		Headline:   first(e.LocalizedHeadline, e.Headline.text()),
		VanityName: e.VanityName,
		ProfileURL: profileURL(e.VanityName),
		Picture:    e.ProfilePicture.largest(),
	}
	m.Name = strings.TrimSpace(m.GivenName + " " + m.FamilyName)
	return m
}

// told is the member for a step that asked for the fields.
func (e *entity) told(f fields) Member {
	m := e.member()
	if f.has(rawField) {
		m.Raw = e.raw
	}
	return m
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// multiLocale is a text in several languages.
type multiLocale struct {
	Localized       map[string]string `json:"localized"` // by language_COUNTRY
	PreferredLocale struct {
		Language string `json:"language"`
		Country  string `json:"country"`
	} `json:"preferredLocale"`
}

// text is the text in the preferred locale, or else in the preferred language
// of another country, or else in the first locale by name.
func (m *multiLocale) text() string {
	if m == nil {
		return ""
	}
	if t := m.Localized[m.PreferredLocale.Language+"_"+m.PreferredLocale.Country]; t != "" {
		return t
	}
	best := ""
	for _, locale := range slices.Sorted(maps.Keys(m.Localized)) {
		language, _, _ := strings.Cut(locale, "_")
		switch {
		case m.Localized[locale] == "":
		case language == m.PreferredLocale.Language:
			return m.Localized[locale]
		case best == "":
			best = locale
		}
	}
	return m.Localized[best]
}

// locale is the preferred locale as "en-US"; empty when it is not told.
func (m *multiLocale) locale() string {
	if m == nil {
		return ""
	}
	return joinLocale(m.PreferredLocale.Language, m.PreferredLocale.Country)
}

func joinLocale(language, country string) string {
	if language == "" || country == "" {
		return language
	}
	return language + "-" + country
}
