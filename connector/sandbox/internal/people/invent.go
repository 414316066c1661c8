package people

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"unicode"
)

// tables are the cultures, read at first use: a process that invents nobody should not pay for them.
var tables = sync.OnceValue(cultures)

// The shares of the crowd with some property, in percent.
const (
	withPhoto     = 85
	withEmail     = 90
	withHeadline  = 95
	withSchool    = 80
	withSkill     = 30
	withLocalWork = 25 // of those whose language has its own word for the title
	withEnglish   = 35 // of those whose profile is in another language
	unverified    = 5
	private       = 4
)

// draw throws dice for one member: the same dice for the same seed and index.
type draw struct{ *rand.Rand }

func (d draw) percent(p int) bool { return d.IntN(100) < p }

func pick[T any](d draw, from []T) T { return from[d.IntN(len(from))] }

// invent makes member i of the crowd with that seed.
func invent(seed uint64, i int) Member {
	d := draw{rand.New(rand.NewPCG(seed, uint64(i)+1))}
	all := i == 0 // the member who consents by default has every field
	cult := &tables()[0]
	if !all {
		cult = &tables()[d.IntN(len(tables()))]
	}
	given, family := pick(d, cult.given), pick(d, cult.family)
	title := pickTitle(d)
	m := Member{
		Index:    i,
		Title:    title,
		Company:  pick(d, companies),
		School:   pick(d, schools),
		Vanity:   fmt.Sprintf("%s-%s-%05x", slug(given.latin), slug(family.latin), uint32(i)*0x9e37b1%0xfffff),
		Verified: !d.percent(unverified) || all,
		Private:  d.percent(private) && !all,
	}
	local := cult.titles[title]
	if local == "" || !d.percent(withLocalWork) {
		local = title
	}
	m.Title = local
	ending := ""
	if d.percent(withSkill) {
		ending = " | " + pick(d, skills)
	}
	m.Text = Text{Locale: cult.locale, Given: given.own, Family: family.own, FamilyFirst: cult.familyFirst,
		Headline: headline(cult.at, local, m.Company) + ending}
	if cult.locale[:3] != "en_" && d.percent(withEnglish) {
		m.Other = []Text{{Locale: "en_US", Given: given.latin, Family: family.latin,
			Headline: headline("", title, m.Company) + ending}}
	}
	if all {
		german := &tables()[2]
		m.Other = []Text{{Locale: german.locale, Given: given.own, Family: family.own,
			Headline: headline(german.at, title, m.Company) + ending}}
	}
	leaveOut(d, &m, all)
	return m
}

// leaveOut empties the optional fields of some members and fills the rest.
func leaveOut(d draw, m *Member, all bool) {
	if d.percent(withPhoto) || all {
		m.Photo = photo(d)
	}
	if d.percent(withEmail) || all {
		m.Email = strings.ReplaceAll(m.Vanity, "'", "") + "@example.com"
	}
	if !d.percent(withHeadline) && !all {
		m.Headline = ""
		for i := range m.Other {
			m.Other[i].Headline = ""
		}
	}
	if !d.percent(withSchool) && !all {
		m.School = ""
	}
}

// pickTitle prefers the first titles of the table.
func pickTitle(d draw) string {
	if d.percent(20) {
		return titles[d.IntN(3)]
	}
	return pick(d, titles)
}

// headline puts title and company together; an empty pattern is English.
func headline(pattern, title, company string) string {
	if pattern == "" {
		pattern = "%t at %c"
	}
	text := strings.Replace(pattern, "%t", title, 1)
	return strings.Replace(text, "%c", company, 1)
}

// photo returns an asset id as LinkedIn's look: C4D03AQ and 14 characters.
func photo(d draw) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	id := []byte("C4D03AQ")
	for range 14 {
		id = append(id, letters[d.IntN(len(letters))])
	}
	return string(id)
}

// slug makes a name fit for an address: lower-case Latin letters and hyphens.
func slug(latin string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-':
			return '-'
		case r < unicode.MaxASCII && unicode.IsLetter(r):
			return unicode.ToLower(r)
		}
		return -1
	}, latin)
}
