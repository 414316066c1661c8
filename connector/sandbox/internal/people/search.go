package people

import (
	"strings"
	"unicode"
)

// Query is a search. Empty fields do not matter; the others must all fit.
type Query struct {
	Keywords string // every word must occur somewhere in the profile
	Name     string // every word must occur in the name
	Given    string // part of the given name, as are the next ones of their fields
	Family   string
	Company  string
	Title    string
	School   string
}

// texts are the folded fields of a member.
type texts struct {
	given, family, name, company, title, school, all string
	private                                          bool
}

// Search returns the indices of the members who fit, in ascending order. Private members are never
// found. Case does not matter; there are no wildcards and no operators.
func (c *Crowd) Search(q Query) []int {
	want := texts{
		given:   fold(q.Given),
		family:  fold(q.Family),
		company: fold(q.Company),
		title:   fold(q.Title),
		school:  fold(q.School),
	}
	words, names := strings.Fields(fold(q.Keywords)), strings.Fields(fold(q.Name))
	var found []int
	all := c.searchable()
	for i := range all {
		if !all[i].private && all[i].fits(&want) && hasAll(all[i].all, words) && hasAll(all[i].name, names) {
			found = append(found, i)
		}
	}
	return found
}

// hasAll reports whether the text has every word.
func hasAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func (t *texts) fits(want *texts) bool {
	return strings.Contains(t.given, want.given) &&
		strings.Contains(t.family, want.family) &&
		strings.Contains(t.company, want.company) &&
		strings.Contains(t.title, want.title) &&
		strings.Contains(t.school, want.school)
}

// foldMember gathers what a search looks at; a person is found under the name in any language.
func foldMember(m *Member) texts {
	t := texts{
		given:   m.Given,
		family:  m.Family,
		company: fold(m.Company),
		title:   fold(m.Title),
		school:  fold(m.School),
		private: m.Private,
	}
	headlines := m.Headline
	for _, other := range m.Other {
		t.given += "\n" + other.Given
		t.family += "\n" + other.Family
		headlines += "\n" + other.Headline
	}
	t.given, t.family = fold(t.given), fold(t.family)
	t.name = t.given + "\n" + t.family
	t.all = strings.Join([]string{t.name, fold(headlines), t.title, t.company, t.school}, "\n")
	return t
}

// fold maps letters that differ only in case to one of them, for every script that has case. Three
// lower-case sigmas and their capital become the same, as do k and the Kelvin sign.
func fold(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return strings.Map(foldRune, s)
		}
	}
	return strings.ToLower(s)
}

func foldRune(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	if 'A' <= least && least <= 'Z' {
		return least + 'a' - 'A'
	}
	return least
}
