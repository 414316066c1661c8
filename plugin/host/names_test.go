package host

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/linkstep/linkstep/plugin"
)

func TestUnknownName(t *testing.T) {
	known := []string{"get_profile", "get_person", "get_people", "search_people"}
	tests := []struct {
		name  string
		known []string
		hint  string
		why   string
	}{
		{"get_profil", known, "Did you mean get_profile?", "a letter is missing"},
		{"get_peson", known, "Did you mean get_person?", "a poor guess beside a good one confuses"},
		{"GET_PROFILE", known, "Did you mean get_profile?", "case is no difference to a person"},
		{"get_pe", known, "Did you mean get_people, get_person?", "equally near"},
		{"people", known, "Did you mean get_people, search_people?", "a part of it"},
		{"post_update", known, "Known: get_profile, get_person, get_people, search_people.", "nothing is near"},
		{"", known, "Known: get_profile, get_person, get_people, search_people.", "nothing was said"},
		{"x", nil, "There is no action yet.", "nothing is there"},
		{strings.Repeat("x", 1000), known, "Known: get_profile, get_person, get_people, search_people.", "no long search"},
	}
	for _, tt := range tests {
		t.Run(tt.name[:min(len(tt.name), 20)], func(t *testing.T) {
			want := &plugin.Error{
				Kind: plugin.UnknownName, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
				Message: `there is no action "` + tt.name + `"`, Hint: tt.hint,
			}
			if diff := cmp.Diff(want, UnknownName("action", tt.name, "there is no action", tt.known)); diff != "" {
				t.Errorf("UnknownName(%q): %s (-want +got):\n%s", tt.name, tt.why, diff)
			}
		})
	}
}

func TestValidName(t *testing.T) {
	tests := []struct {
		name string
		want bool
		why  string
	}{
		{"linkedin", true, "the usual"},
		{"x-2", true, "digits and dashes after the first letter"},
		{"", false, "no name"},
		{"host", false, "the host's own keys begin so"},
		{"hosts", true, "the slash tells it apart"},
		{"LinkedIn", false, "a folder on a Mac would be the same as linkedin"},
		{"2x", false, "no letter first"},
		{"-x", false, "it would be a flag"},
		{"..", false, "it would be a path"},
		{"a/b", false, "it would be a path and the key of another"},
		{"a.b", false, "a dot stands between connector and action"},
		{"a_b", false, "one way to write it"},
		{strings.Repeat("x", 40), true, "the longest"},
		{strings.Repeat("x", 41), false, "one too long"},
	}
	for _, tt := range tests {
		if got := validName(tt.name); got != tt.want {
			t.Errorf("validName(%q) = %t, want %t: %s", tt.name, got, tt.want, tt.why)
		}
	}
}

// TestDistance holds what any edit distance has.
func TestDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-c]{0,8}`)
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		ab := distance(a, b)
		switch {
		case (ab == 0) != (a == b):
			t.Fatalf("distance(%q, %q) = %d", a, b, ab)
		case ab != distance(b, a):
			t.Fatalf("distance(%q, %q) is not symmetric", a, b)
		case ab > distance(a, c)+distance(c, b):
			t.Fatalf("distance(%q, %q) = %d is longer than over %q", a, b, ab, c)
		case ab > max(len(a), len(b)):
			t.Fatalf("distance(%q, %q) = %d is longer than both", a, b, ab)
		}
	})
}
