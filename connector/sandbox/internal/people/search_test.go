package people_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox/internal/people"
)

func TestSearch(t *testing.T) {
	crowd := people.New(1, 10_000)
	tests := []struct {
		name  string
		query people.Query
		least int
		fits  func(*people.Member) bool
		why   string
	}{
		{"two words", people.Query{Keywords: "software engineer"}, 61, func(m *people.Member) bool {
			return strings.Contains(m.Title+m.Headline, "Engineer") || len(m.Other) > 0
		}, "three pages of 25 and more"},
		{"words of different fields", people.Query{Keywords: "köln ENGINEER"}, 5, func(m *people.Member) bool {
			return m.Company == "R&D (Köln)" || strings.Contains(m.School, "Köln")
		}, "company and title"},
		{"reserved characters", people.Query{Keywords: `R&D (Köln)`}, 50, func(m *people.Member) bool {
			return m.Company == "R&D (Köln)"
		}, "no operators: characters are just looked for"},
		{"han", people.Query{Keywords: "软件工程师"}, 1, func(m *people.Member) bool { return m.Locale == "zh_CN" }, "no words in Chinese"},
		{"greek capitals", people.Query{Keywords: "ΣΤΑΎΡΟΣ"}, 5, func(m *people.Member) bool { return m.Given == "Σταύρος" }, "three sigmas are one"},
		{"cyrillic capitals", people.Query{Given: "НАТАЛЬЯ"}, 5, func(m *people.Member) bool { return m.Given == "Наталья" }, "case of other scripts"},
		{"name in plain letters", people.Query{Given: "natalya"}, 1, func(m *people.Member) bool { return m.Given == "Наталья" }, "found under the name in any language"},
		{"every filter", people.Query{Given: "a", Family: "a", Company: "&", Title: "engineer", School: "university"}, 1, func(m *people.Member) bool {
			return strings.Contains(m.Company, "&") && strings.Contains(m.School, "University")
		}, "filters add up"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := crowd.Search(tt.query)
			if len(found) < tt.least {
				t.Errorf("Search(%+v): %d found, want %d: %s", tt.query, len(found), tt.least, tt.why)
			}
			if !slices.IsSorted(found) {
				t.Error("results are not in order")
			}
			for _, i := range found {
				if m := crowd.Member(i); m.Private || !tt.fits(m) {
					t.Errorf("Search(%+v) found %+v", tt.query, m)
				}
			}
		})
	}
}

func TestSearchFindsNobody(t *testing.T) {
	crowd := people.New(1, 1000)
	for _, q := range []people.Query{{Keywords: "software qqqq"}, {Company: "*"}, {Title: "a OR b"}} {
		if diff := cmp.Diff([]int(nil), crowd.Search(q)); diff != "" {
			t.Errorf("Search(%+v) (-want +got):\n%s", q, diff)
		}
	}
}
