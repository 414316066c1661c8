package connector

import (
	"encoding/json"
	"net/url"
	"strings"
)

// Member is what is known of a member, in the words of every action. Which
// fields are set depends on those asked for; what LinkedIn does not say is
// absent.
type Member struct {
	ID         string   `json:"id,omitempty" jsonschema:"title=Person ID,minLength=1,maxLength=100,example=782bbtaQ" jsonschema_description:"LinkedIn's id of the person. It is the same in every step of your application, and means nothing to another application." jsonschema_extras:"x-linkstep-type=linkedin.person_id"`
	URN        string   `json:"urn,omitempty" jsonschema:"title=Person URN,pattern=^urn:li:person:,maxLength=255,example=urn:li:person:782bbtaQ" jsonschema_description:"The same id in LinkedIn's long form, as posts and mentions need it." jsonschema_extras:"x-linkstep-type=linkedin.person_urn"`
	Name       string   `json:"name,omitempty" jsonschema:"title=Name,maxLength=1000,example=Ada Example" jsonschema_description:"The full name, given name first."`
	GivenName  string   `json:"given_name,omitempty" jsonschema:"title=Given name,maxLength=500,example=Ada" jsonschema_description:"The first name."`
	FamilyName string   `json:"family_name,omitempty" jsonschema:"title=Family name,maxLength=500,example=Example" jsonschema_description:"The last name. Some people have none."`
	Headline   string   `json:"headline,omitempty" jsonschema:"title=Headline,maxLength=5000,example=Engineer at Sample Co" jsonschema_description:"The line below the name on the profile."`
	VanityName string   `json:"vanity_name,omitempty" jsonschema:"title=Profile name,maxLength=500,example=ada-example" jsonschema_description:"The name in the address of the public profile."`
	ProfileURL string   `json:"profile_url,omitempty" jsonschema:"title=Profile address,format=uri,maxLength=2000,example=https://www.linkedin.com/in/ada-example" jsonschema_description:"The address of the public profile."`
	Picture    *Picture `json:"picture,omitempty" jsonschema:"title=Picture" jsonschema_description:"The profile picture, in the largest size that LinkedIn offers."`

	Raw json.RawMessage `json:"raw,omitempty" jsonschema:"title=As LinkedIn sent it" jsonschema_description:"What LinkedIn sent of the person, unchanged, with whatever it has that the other fields do not tell. Only where raw was asked for."`
}

// Picture is a profile picture. Its address works for a while only.
type Picture struct {
	URL       string `json:"url" jsonschema:"title=Address,format=uri,maxLength=8192,example=https://media.licdn.com/dms/image/D4D03AQ/profile-displayphoto-shrink_800_800/0/1?e=1769904000" jsonschema_description:"Where the picture can be loaded from."`
	Width     int    `json:"width,omitempty" jsonschema:"title=Width,minimum=1,maximum=100000,example=800" jsonschema_description:"Width in pixels, where LinkedIn says it."`
	Height    int    `json:"height,omitempty" jsonschema:"title=Height,minimum=1,maximum=100000,example=800" jsonschema_description:"Height in pixels, where LinkedIn says it."`
	ExpiresAt string `json:"expires_at,omitempty" jsonschema:"title=Works until,format=date-time,maxLength=40,example=2027-02-01T00:00:00Z" jsonschema_description:"When the address stops working, where LinkedIn says it."`
}

// Person is another member.
type Person struct {
	Member
	Private bool `json:"private,omitempty" jsonschema:"title=Private,default=false" jsonschema_description:"True for a person who hides the profile from applications: only id and urn are known. Absent for everybody else."`
}

// personURNPrefix begins the URN of a person.
const personURNPrefix = "urn:li:person:"

func personURN(id string) string { return personURNPrefix + id }

// personID returns the id in a person id or URN. It reports false for what is
// neither: ids have letters, digits, _ and - only.
func personID(text string) (string, bool) {
	id := strings.TrimPrefix(text, personURNPrefix)
	if id == "" || len(id) > 100 {
		return "", false
	}
	for _, r := range id {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-') {
			return "", false
		}
	}
	return id, true
}

// profileURL is the address of a public profile.
func profileURL(vanityName string) string {
	if vanityName == "" {
		return ""
	}
	return "https://" + authHost + "/in/" + url.PathEscape(vanityName)
}

// only returns the member with the fields that were asked for.
func (m *Member) only(f fields) Member {
	kept := *m
	for _, drop := range []struct {
		name string
		text *string
	}{
		{"id", &kept.ID}, {"urn", &kept.URN}, {"name", &kept.Name}, {"given_name", &kept.GivenName},
		{"family_name", &kept.FamilyName}, {"headline", &kept.Headline},
		{"vanity_name", &kept.VanityName}, {"profile_url", &kept.ProfileURL},
	} {
		if !f.has(drop.name) {
			*drop.text = ""
		}
	}
	if !f.has("picture") {
		kept.Picture = nil
	}
	if !f.has(rawField) {
		kept.Raw = nil
	}
	return kept
}
