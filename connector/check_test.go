package connector_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

func (b *bench) check(deep bool) *plugin.CheckResponse {
	b.t.Helper()
	res, err := b.plugin.Check(b.t.Context(), b.conn, &plugin.CheckRequest{Deep: deep})
	if err != nil {
		b.t.Fatalf("Check: %s", detailed(err))
	}
	return res
}

func (b *bench) deepCheck() *plugin.CheckResponse { b.t.Helper(); return b.check(true) }

// status is what a cheap check says of one action.
func (b *bench) status(action string) plugin.ActionStatus {
	b.t.Helper()
	for _, s := range b.check(false).Actions {
		if s.Action == action {
			return s
		}
	}
	b.t.Fatalf("no status of %s", action)
	return plugin.ActionStatus{}
}

// ignoreWords leaves out what is for people.
var ignoreWords = cmp.Options{
	cmpopts.IgnoreFields(plugin.ActionStatus{}, "Reason", "Hint", "Since"),
	cmpopts.IgnoreFields(plugin.Diagnostic{}, "Message", "Hint"),
	cmpopts.EquateApproxTime(2 * time.Second),
}

func TestCheckBeforeALogin(t *testing.T) {
	b := newBench(t, sandbox.PartnerClient, nil)
	got := b.check(false)
	want := &plugin.CheckResponse{
		ScopesGranted: []string{}, ScopesMissing: []string{},
		Actions: []plugin.ActionStatus{
			{Action: "get_profile", Status: plugin.Unusable}, {Action: "search_people", Status: plugin.Unusable},
			{Action: "get_person", Status: plugin.Unusable}, {Action: "get_people", Status: plugin.Unusable},
			{Action: "list_connections", Status: plugin.Unusable}, {Action: "count_connections", Status: plugin.Unusable},
		},
		Token:       plugin.TokenStatus{WhyNot: "no token is stored"},
		API:         plugin.APIStatus{Version: "202609", Sunset: "2027-09-15", State: plugin.APIUnchecked},
		Diagnostics: []plugin.Diagnostic{{Severity: plugin.Failure}},
	}
	if diff := cmp.Diff(want, got, ignoreWords); diff != "" {
		t.Errorf("check (-want +got):\n%s", diff)
	}
	b.wantPaths()
}

func TestCheck(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	id := b.srv.Me(b.client)
	expires, refresh := b.srv.Now().Add(60*24*time.Hour), b.srv.Now().Add(365*24*time.Hour)
	accessDays, refreshDays := 60, 365
	want := &plugin.CheckResponse{
		Account:       plugin.Account{ID: id, URN: "urn:li:person:" + id, Application: b.client},
		ScopesGranted: []string{"email", "openid", "profile"}, ScopesMissing: []string{},
		Actions: []plugin.ActionStatus{
			{Action: "get_profile", Status: plugin.Usable}, {Action: "search_people", Status: plugin.Untried},
			{Action: "get_person", Status: plugin.Untried}, {Action: "get_people", Status: plugin.Untried},
			{Action: "list_connections", Status: plugin.Unusable}, {Action: "count_connections", Status: plugin.Unusable}, // their scopes are missing
		},
		Token: plugin.TokenStatus{
			Present: true, ExpiresAt: &expires, DaysLeft: &accessDays, Refreshable: true, RefreshExpiresAt: &refresh, RefreshDaysLeft: &refreshDays,
		},
		API: plugin.APIStatus{Version: "202609", Sunset: "2027-09-15", State: plugin.APIUnchecked},
	}
	if diff := cmp.Diff(want, b.check(false), ignoreWords, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("cheap check (-want +got):\n%s", diff)
	}
	b.wantPaths()

	b.invoke("search_people", `{"keywords":"engineer"}`, nil)
	b.srv.ResetRequests()
	want.Account.Name, want.API.State = "Cora Hartwell", plugin.APIActive
	want.Actions[1].Status = plugin.Usable
	if diff := cmp.Diff(want, b.check(true), ignoreWords, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("deep check (-want +got):\n%s", diff)
	}
	b.wantPaths("GET /rest/me", "GET /v2/userinfo")
}

func TestCheckSpendsNoRefreshToken(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	before, _ := b.tokens()
	b.srv.Advance(61 * 24 * time.Hour)
	got := b.check(true)
	if after, _ := b.tokens(); after.AccessToken != before.AccessToken {
		t.Error("the check has refreshed the token")
	}
	for _, r := range b.srv.Requests() {
		if r.Path == "/oauth/v2/accessToken" {
			t.Error("the check has called the token endpoint")
		}
	}
	if got.API.State != plugin.APIActive || !got.Token.Refreshable {
		t.Errorf("check %+v", got)
	}
}

func TestCheckFindsRetiredVersions(t *testing.T) {
	for _, tt := range []struct {
		version string
		later   time.Duration
		state   plugin.APIAnswer
		sunset  string
		remark  plugin.Severity
	}{
		{"202609", 0, plugin.APIActive, "2027-09-15", ""},
		{"202601", 0, plugin.APIActive, "2027-01-15", plugin.Warning}, // 52 days before its end
		{"202511", 0, plugin.APIRetired, "2026-11-16", plugin.Failure},
		{"202504", 0, plugin.APIRetired, "", plugin.Failure},
		{"202609", 250 * 24 * time.Hour, plugin.APIActive, "2027-09-15", plugin.Warning},
		{"202609", 300 * 24 * time.Hour, plugin.APIRetired, "2027-09-15", plugin.Failure},
	} {
		b := login(t, sandbox.PartnerClient, map[string]any{"api_version": tt.version})
		b.srv.Advance(tt.later)
		b.logIn(0) // a dead token is refused before the version is looked at
		got := b.check(true)
		if diff := cmp.Diff(plugin.APIStatus{Version: tt.version, Sunset: tt.sunset, State: tt.state}, got.API); diff != "" {
			t.Errorf("version %s after %s (-want +got):\n%s", tt.version, tt.later, diff)
		}
		var remark plugin.Severity
		for _, d := range got.Diagnostics {
			if d.Pointer == "/api_version" {
				remark = d.Severity
			}
		}
		if remark != tt.remark {
			t.Errorf("version %s after %s: remark %q, want %q", tt.version, tt.later, remark, tt.remark)
		}
	}
}
