package plugin_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

func TestScopesAllow(t *testing.T) {
	tests := []struct {
		name    string
		scopes  [][]string
		granted []string
		want    bool
		why     string
	}{
		{"none asked", nil, nil, true, "an action without scopes works for everyone"},
		{"none granted", [][]string{{"openid"}}, nil, false, "nothing was granted"},
		{"all of one alternative", [][]string{{"openid", "profile"}, {"r_liteprofile"}}, []string{"profile", "openid"}, true, "the order of scopes means nothing"},
		{"the other alternative", [][]string{{"openid", "profile"}, {"r_liteprofile"}}, []string{"r_liteprofile"}, true, "one alternative is enough"},
		{"half of each", [][]string{{"openid", "profile"}, {"r_liteprofile", "r_email"}}, []string{"openid", "r_email"}, false, "halves do not add up"},
		{"more than asked", [][]string{{"openid"}}, []string{"w_member_social", "openid"}, true, "more does not hurt"},
		{"an empty alternative", [][]string{{}}, nil, true, "a set of no scopes is always granted"},
		{"other case", [][]string{{"openid"}}, []string{"OpenID"}, false, "scopes are case-sensitive, RFC 6749 section 3.3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := plugin.ActionSpec{Scopes: tt.scopes}
			if got := a.ScopesAllow(tt.granted); got != tt.want {
				t.Errorf("ScopesAllow(%q) of %q = %t, want %t: %s", tt.granted, tt.scopes, got, tt.want, tt.why)
			}
		})
	}
}

func TestDescriptionAction(t *testing.T) {
	d := &plugin.Description{Actions: []plugin.ActionSpec{{Name: "get_profile"}, {Name: "get_person"}}}
	if got := d.Action("get_person"); got != &d.Actions[1] {
		t.Errorf("Action(get_person) = %v, want the second action itself", got)
	}
	if got := d.Action("get_persons"); got != nil {
		t.Errorf("Action(get_persons) = %v, want nil", got)
	}
}

func TestConnectionPrefix(t *testing.T) {
	if got, want := plugin.ConnectionPrefix("linkedin", "a-1"), "linkedin/connections/a-1/"; got != want {
		t.Errorf("ConnectionPrefix = %q, want %q", got, want)
	}
}

// TestErrorKindsOfTomorrow reads the description of a connector that was built
// with a newer contract: one word once made all of it unreadable.
func TestErrorKindsOfTomorrow(t *testing.T) {
	var d plugin.Description
	text := `{"name":"hello","actions":[{"name":"greet","error_kinds":["not_found","from_tomorrow","timeout"]}]}`
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plugin.KindList{plugin.NotFound, plugin.Timeout}, d.Actions[0].ErrorKinds); diff != "" {
		t.Errorf("error kinds of %s (-want +got):\n%s", text, diff)
	}
	if err := json.Unmarshal([]byte(`{"actions":[{"error_kinds":"timeout"}]}`), &d); err == nil {
		t.Error("a word in place of the list is read")
	}
}
