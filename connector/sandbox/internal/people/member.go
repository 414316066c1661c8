package people

// Member is one invented person. An empty field means that the person left it out.
type Member struct {
	Index int // position in the crowd; member 0 has every field and hides nothing

	Text            // in the language of the profile
	Other    []Text // the profile in further languages
	Title    string
	Company  string
	School   string
	Vanity   string // last part of the public profile address
	Email    string
	Verified bool   // the email address is confirmed
	Photo    string // asset id of the picture
	Private  bool   // hidden from applications ("off-LinkedIn visibility" is off)
}

// Text is the part of a profile that is written once for each language.
type Text struct {
	Locale      string // language_COUNTRY, for example en_US
	Given       string
	Family      string
	Headline    string
	FamilyFirst bool // the family name stands first, with nothing between
}

// FullName puts the names in the order of their language.
func (t Text) FullName() string {
	if t.FamilyFirst {
		return t.Family + t.Given
	}
	return t.Given + " " + t.Family
}
