package connector

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeEntity(t *testing.T) {
	for _, tt := range []struct {
		name, why, body string
		want            Member
		bad             bool
	}{
		{"lite", "as the documentation has it", `{"id":"yrZCpj2Z12","localizedFirstName":"Ada","localizedLastName":"Example"}`,
			Member{ID: "yrZCpj2Z12", URN: "urn:li:person:yrZCpj2Z12", Name: "Ada Example", GivenName: "Ada", FamilyName: "Example"}, false},
		{"one name", "some people have no other", `{"id":"a","localizedFirstName":"Sukarno"}`,
			Member{ID: "a", URN: "urn:li:person:a", Name: "Sukarno", GivenName: "Sukarno"}, false},
		{"several languages", "the preferred one counts", `{"id":"a","firstName":{"localized":{"en_US":"John","de_DE":"Johannes"},"preferredLocale":{"country":"DE","language":"de"}}}`,
			Member{ID: "a", URN: "urn:li:person:a", Name: "Johannes", GivenName: "Johannes"}, false},
		{"preferred language is missing", "the first by name counts, always the same", `{"id":"a","firstName":{"localized":{"fr_FR":"Jean","de_DE":"Johannes","":""},"preferredLocale":{"country":"US","language":"en"}}}`,
			Member{ID: "a", URN: "urn:li:person:a", Name: "Johannes", GivenName: "Johannes"}, false},
		{"no language at all", "an absent name is absent", `{"id":"a","firstName":{"localized":{}}}`, Member{ID: "a", URN: "urn:li:person:a"}, false},
		{"address with spaces", "it is escaped", `{"id":"a","vanityName":"jörg b"}`,
			Member{ID: "a", URN: "urn:li:person:a", VanityName: "jörg b", ProfileURL: "https://www.linkedin.com/in/j%C3%B6rg%20b"}, false},
		{"unknown fields", "LinkedIn adds some without notice", `{"id":"a","new":{"x":[1]},"localizedHeadline":"H"}`,
			Member{ID: "a", URN: "urn:li:person:a", Headline: "H"}, false},
		{"no id", "an error body must not pass for a member", `{"status":403,"message":"no"}`, Member{}, true},
		{"number for an id", "another shape", `{"id":5}`, Member{}, true},
		{"list", "another shape", `[]`, Member{}, true},
		{"half", "broken JSON", `{"id":"a`, Member{}, true},
	} {
		e, err := decodeEntity([]byte(tt.body))
		if (err != nil) != tt.bad {
			t.Errorf("%s: error %v, as %s", tt.name, err, tt.why)
			continue
		}
		if err != nil {
			if strings.Contains(err.Error(), "message") {
				t.Errorf("%s: the error repeats the body: %v", tt.name, err)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, e.member()); diff != "" {
			t.Errorf("%s, as %s (-want +got):\n%s", tt.name, tt.why, diff)
		}
	}
}

// element is one size of a decorated picture.
func element(width int, address string, expires int64) string {
	doc, _ := json.Marshal(map[string]any{
		"data":        map[string]any{"com.linkedin.digitalmedia.mediaartifact.StillImage": map[string]any{"storageSize": map[string]any{"width": width, "height": width}}},
		"identifiers": []any{map[string]any{"identifier": address, "identifierExpiresInSeconds": expires}},
	})
	return string(doc)
}

func TestLargestPicture(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		elements  []string
		want      *Picture
	}{
		{"none", "an absent picture is absent", nil, nil},
		{"in any order", "the widest wins", []string{element(400, "https://x/400", 1800662400), element(800, "https://x/800", 1800662400), element(100, "https://x/100", 0)},
			&Picture{URL: "https://x/800", Width: 800, Height: 800, ExpiresAt: "2027-01-23T00:00:00Z"}},
		{"end in the address only", "it is the same number", []string{element(100, "https://x/100?e=1800662400&v=beta", 0)},
			&Picture{URL: "https://x/100?e=1800662400&v=beta", Width: 100, Height: 100, ExpiresAt: "2027-01-23T00:00:00Z"}},
		{"no address", "it cannot be shown", []string{element(800, "", 1), element(100, "https://x/100", 0)}, &Picture{URL: "https://x/100", Width: 100, Height: 100}},
		{"end that is nonsense", "an absent end is absent", []string{element(100, "https://x/100?e=soon", -5)}, &Picture{URL: "https://x/100?e=soon", Width: 100, Height: 100}},
	} {
		var p picture
		if err := json.Unmarshal([]byte(`{"displayImage~":{"elements":[`+strings.Join(tt.elements, ",")+`]}}`), &p); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, p.largest()); diff != "" {
			t.Errorf("%s, as %s (-want +got):\n%s", tt.name, tt.why, diff)
		}
	}
}

func TestPictureLife(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		p    *Picture
		want time.Duration
	}{
		{"no picture", nil, time.Hour},
		{"no end", &Picture{}, time.Hour},
		{"end is nonsense", &Picture{ExpiresAt: "soon"}, time.Hour},
		{"end is far", &Picture{ExpiresAt: "2027-11-24T12:00:00Z"}, time.Hour},
		{"end is near", &Picture{ExpiresAt: "2026-11-24T12:10:00Z"}, 10 * time.Minute},
		{"end is over", &Picture{ExpiresAt: "2026-11-24T11:00:00Z"}, -time.Hour},
	} {
		if got := tt.p.life(time.Hour, now); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestLocaleText(t *testing.T) {
	for in, want := range map[string]string{
		`"en-US"`:                          "en-US",
		`{"country":"US","language":"en"}`: "en-US",
		`{"language":"eo"}`:                "eo",
		`{"country":"US"}`:                 "",
		`""`:                               "",
		`{"country":"US","language":"zh","variant":"x"}`: "zh-US",
	} {
		var l localeText
		if err := json.Unmarshal([]byte(in), &l); err != nil || string(l) != want {
			t.Errorf("locale %s = %q, %v; want %q", in, l, err, want)
		}
	}
	var l localeText
	if err := json.Unmarshal([]byte(`5`), &l); err == nil {
		t.Error("a number passes for a locale")
	}
}

func TestPersonID(t *testing.T) {
	for in, want := range map[string]string{
		"782bbtaQ": "782bbtaQ", "urn:li:person:782bbtaQ": "782bbtaQ", "A-b_9": "A-b_9", "x": "x", strings.Repeat("a", 100): strings.Repeat("a", 100),
		"": "", "urn:li:person:": "", "urn:li:organization:5": "", "a),b(": "", "a b": "", "a/b": "", "a%2F": "", "é": "", "urn:li:person:urn:li:person:a": "",
		strings.Repeat("a", 101): "",
	} {
		if got, ok := personID(in); got != want || ok != (want != "") {
			t.Errorf("personID(%q) = %q, %t; want %q", in, got, ok, want)
		}
	}
}

func TestFields(t *testing.T) {
	for _, tt := range []struct {
		asked, granted []string
		want           string
		projection     string
	}{
		{nil, nil, "family_name,given_name,id,name,urn", "(id,localizedFirstName,localizedLastName)"},
		{nil, []string{"r_basicprofile"}, "family_name,given_name,headline,id,name,profile_url,urn,vanity_name", "(id,localizedFirstName,localizedLastName,localizedHeadline,vanityName)"},
		{[]string{"id"}, []string{"r_basicprofile"}, "id", "(id)"},
		{[]string{"urn", "id", "urn"}, nil, "id,urn", "(id)"},
		{[]string{"given_name"}, nil, "given_name", "(id,localizedFirstName)"},
		{[]string{"family_name"}, nil, "family_name", "(id,localizedLastName)"},
		{[]string{"profile_url"}, nil, "profile_url", "(id,vanityName)"},
		{[]string{"locale"}, nil, "locale", "(id,firstName)"},
		{[]string{"picture"}, nil, "picture", "(id,profilePicture(displayImage~:playableStreams))"},
	} {
		f := wanted(tt.asked, tt.granted)
		text, err := f.projection().Encode()
		if err != nil || f.key() != tt.want || text != tt.projection {
			t.Errorf("wanted(%q, %q) = %s, %s, %v; want %s, %s", tt.asked, tt.granted, f.key(), text, err, tt.want, tt.projection)
		}
	}
}
