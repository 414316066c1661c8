package people_test

import (
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox/internal/people"
)

func TestSameSeedSamePeople(t *testing.T) {
	few, many := people.New(7, 10), people.New(7, 5000)
	for i := range few.Len() {
		if diff := cmp.Diff(few.Member(i), many.Member(i)); diff != "" {
			t.Errorf("member %d depends on the size of the crowd (-few +many):\n%s", i, diff)
		}
	}
	if cmp.Equal(few.Member(3), people.New(8, 10).Member(3)) {
		t.Error("another seed gives the same member 3")
	}
}

func TestFirstMemberHasEverything(t *testing.T) {
	for seed := range uint64(200) {
		m := people.New(seed, 1).Member(0)
		if m.Private || m.Photo == "" || m.Email == "" || !m.Verified || m.Headline == "" || m.School == "" || len(m.Other) == 0 {
			t.Errorf("seed %d: member 0 lacks something: %+v", seed, m)
		}
	}
}

func TestCrowdIsVaried(t *testing.T) {
	const n = 10_000
	crowd := people.New(1, n)
	scripts := map[string]*unicode.RangeTable{
		"Latin": unicode.Latin, "Cyrillic": unicode.Cyrillic, "Greek": unicode.Greek, "Armenian": unicode.Armenian,
		"Georgian": unicode.Georgian, "Hebrew": unicode.Hebrew, "Arabic": unicode.Arabic, "Ethiopic": unicode.Ethiopic,
		"Devanagari": unicode.Devanagari, "Bengali": unicode.Bengali, "Tamil": unicode.Tamil, "Thai": unicode.Thai,
		"Han": unicode.Han, "Hiragana": unicode.Hiragana, "Katakana": unicode.Katakana, "Hangul": unicode.Hangul,
	}
	seen := map[string]int{}
	vanities := map[string]bool{}
	for i := range n {
		m := crowd.Member(i)
		vanities[m.Vanity] = true
		for name, table := range scripts {
			for _, r := range m.Given + m.Family {
				if unicode.Is(table, r) {
					seen[name]++
					break
				}
			}
		}
		for trait, has := range map[string]bool{"private": m.Private, "no photo": m.Photo == "", "no email": m.Email == "",
			"no headline": m.Headline == "", "no school": m.School == "", "unverified": !m.Verified, "several languages": len(m.Other) > 0} {
			if has {
				seen[trait]++
			}
		}
		for _, r := range m.Vanity {
			if r > unicode.MaxASCII {
				t.Errorf("vanity name %q is not ASCII", m.Vanity)
			}
		}
	}
	if len(vanities) != n {
		t.Errorf("%d vanity names for %d members", len(vanities), n)
	}
	for name := range scripts {
		if seen[name] < 30 {
			t.Errorf("%d names in %s letters, want 30", seen[name], name)
		}
	}
	for _, trait := range []string{"private", "no photo", "no email", "no headline", "no school", "unverified", "several languages"} {
		if seen[trait] < 200 || seen[trait] > n/2 {
			t.Errorf("%d members are %q, want some but not most", seen[trait], trait)
		}
	}
}

func TestFullName(t *testing.T) {
	tests := []struct {
		text people.Text
		want string
	}{
		{people.Text{Given: "Ada", Family: "Quill"}, "Ada Quill"},
		{people.Text{Given: "晓明", Family: "王", FamilyFirst: true}, "王晓明"},
	}
	for _, tt := range tests {
		if got := tt.text.FullName(); got != tt.want {
			t.Errorf("FullName(%+v) = %q, want %q", tt.text, got, tt.want)
		}
	}
}
