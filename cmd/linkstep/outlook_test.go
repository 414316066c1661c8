package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// outlookCase is what a plugin says of a connection.
type outlookCase struct {
	name  string
	check *plugin.CheckResponse
	usage []plugin.UsageBucket
	err   error
	state string
	asks  bool // for a person
	why   string
}

func outlookCases() []outlookCase {
	day := func(n int) *int { return &n }
	calls := func(n int64) *int64 { return &n }
	at := time.Date(2027, 1, 23, 12, 0, 0, 0, time.UTC)
	renewed := plugin.TokenStatus{
		Present: true, ExpiresAt: &at, DaysLeft: day(60), Refreshable: true, RefreshExpiresAt: &at, RefreshDaysLeft: day(365),
	}
	fixed := func(days int) plugin.TokenStatus {
		return plugin.TokenStatus{Present: true, ExpiresAt: &at, DaysLeft: day(days), WhyNot: "there is no refresh token"}
	}
	bucket := func(used, limit int64) []plugin.UsageBucket {
		return []plugin.UsageBucket{{
			Endpoint: "GET /v2/userinfo", Scope: plugin.ScopeMember, Limit: calls(limit), Used: used, Remaining: calls(limit - used),
			ResetsAt: at, Source: plugin.LimitLearned,
		}}
	}
	return []outlookCase{
		{"all well", &plugin.CheckResponse{
			Account: plugin.Account{ID: "a", URN: "urn:li:person:a", Application: "app"}, ScopesGranted: []string{"openid"}, ScopesMissing: []string{"email"},
			Actions: []plugin.ActionStatus{{Action: "get_profile", Status: plugin.Usable}, {Action: "get_person", Status: plugin.Untried, Reason: "not tried"}},
			Token:   renewed, API: plugin.APIStatus{Version: "202601", Sunset: "2027-01-15", State: plugin.APIUnchecked},
			Diagnostics: []plugin.Diagnostic{{Severity: plugin.Warning, Pointer: "/scopes", Message: "email was not granted", Hint: "Ask for it."}},
		}, bucket(74, 100), nil, "ok", false, "a missing scope is a remark; 74 % are not low"},
		{"access ends, and is renewed", &plugin.CheckResponse{Token: func() plugin.TokenStatus { t := renewed; t.DaysLeft = day(0); return t }()}, nil, nil, "ok", false, "no person is needed for that"},
		{"ten days", &plugin.CheckResponse{Token: fixed(10)}, nil, nil, "ok", false, "ten whole days are left"},
		{"nine days", &plugin.CheckResponse{Token: fixed(9)}, nil, nil, "ends_soon", false, "less than ten days"},
		{"old version", &plugin.CheckResponse{
			Token: renewed, API: plugin.APIStatus{Version: "202501", Sunset: "2026-01-15", State: plugin.APIUnchecked},
			Diagnostics: []plugin.Diagnostic{
				{Severity: plugin.Info, Message: "all is well"}, {Severity: plugin.Warning, Pointer: "/api_version", Message: "API version 202501 has passed its last day"},
			},
		}, nil, nil, "ok", false, "it works until LinkedIn switches it off; a remark tells"},
		{"last refresh", &plugin.CheckResponse{Token: func() plugin.TokenStatus { t := renewed; t.RefreshDaysLeft = day(3); return t }()}, bucket(100, 100), nil, "ends_soon", false, "worse than a low quota"},
		{"quota", &plugin.CheckResponse{Token: renewed}, bucket(75, 100), nil, "quota_low", false, "three quarters"},
		{"no token", &plugin.CheckResponse{}, nil, nil, "needs_person", true, "nobody has logged in"},
		{"ended", &plugin.CheckResponse{Token: fixed(0), Diagnostics: []plugin.Diagnostic{{Severity: plugin.Failure, Message: "the login has ended"}}}, nil, nil, "needs_person", true, "the plugin says so"},
		{"no answer", nil, nil, &plugin.Error{Kind: plugin.PluginStart, Message: "no such file", Effect: plugin.EffectNone}, "error", true, "somebody has to look"},
		{"refused", &plugin.CheckResponse{Token: renewed}, []plugin.UsageBucket{{Endpoint: "GET /v2/userinfo", Scope: plugin.ScopeMember, Used: 1, ResetsAt: at, Source: plugin.LimitNone, Refusing: true}},
			nil, "quota_low", false, "the limit is not known, but that it is reached"},
	}
}

func outlookOf(i int, tt outlookCase) outlookView {
	conn := &host.Connection{
		ID: "secret-id", Name: fmt.Sprint("c", i), Connector: "linkedin", Dev: true, CreatedAt: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Account: plugin.Account{ID: "a", URN: "urn:li:person:a", Application: "app"},
	}
	return newOutlook(conn, tt.check, &plugin.UsageResponse{Buckets: tt.usage}, tt.err)
}

func TestOutlook(t *testing.T) {
	for i, tt := range outlookCases() {
		got := outlookOf(i, tt)
		if got.State != tt.state || got.NeedsPerson != tt.asks {
			t.Errorf("%s: state %s, needs a person %t; want %s, %t: %s", tt.name, got.State, got.NeedsPerson, tt.state, tt.asks, tt.why)
		}
	}
}

// TestOutlookDocument freezes what monitors read.
func TestOutlookDocument(t *testing.T) {
	var views []outlookView
	for i, tt := range outlookCases() {
		if tt.name == "all well" || tt.name == "no answer" {
			views = append(views, outlookOf(i, tt))
		}
	}
	golden := filepath.Join("testdata", "connections.json")
	var got bytes.Buffer
	a := &app{out: &got}
	if err := a.writeJSON(outlookDocument(views)); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the document has changed; fields may only be added (-want +got):\n%s", diff)
	}
}

func TestTableOfConnections(t *testing.T) {
	want := map[string]string{
		"all well":                    "60 days|365 days|202601 until 2027-01-15|scopes missing: email",
		"access ends, and is renewed": "0 days|365 days|-|",
		"nine days":                   "9 days|none|-|there is no refresh token",
		"old version":                 "60 days|365 days|202501 until 2026-01-15|API version 202501 has passed its last day",
		"quota":                       "60 days|365 days|-|75 of 100 calls used: GET /v2/userinfo for the member",
		"ended":                       "0 days|none|-|the login has ended",
		"no answer":                   "|||no such file",
	}
	for i, tt := range outlookCases() {
		words, ok := want[tt.name]
		if !ok {
			continue
		}
		v := outlookOf(i, tt)
		access, refresh, api := "", "", ""
		if v.Check != nil {
			access, refresh, api = v.Check.accessLeft(), v.Check.refreshLeft(), v.Check.apiWords()
		}
		if got := access + "|" + refresh + "|" + api + "|" + v.remarks(); got != words {
			t.Errorf("%s: %q, want %q", tt.name, got, words)
		}
	}
}

// TestForecastOfASelfServeClient moves the sandbox's clock to the end of a
// login that nothing can renew.
func TestForecastOfASelfServeClient(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.client = sandbox.SelfServeClient
	u.connect()
	start := u.sandbox.Now()
	tests := []struct {
		day    int
		status int
		state  string
	}{{0, 0, "ok"}, {51, 0, "ends_soon"}, {61, exitPerson, "needs_person"}}
	for _, tt := range tests {
		u.sandbox.SetClock(start.Add(time.Duration(tt.day) * 24 * time.Hour))
		deep := u.command("check", "me", "--deep") // the clock is learned from a reply
		words, _ := deep.Output()
		if got := deep.ProcessState.ExitCode(); got != tt.status {
			t.Errorf("day %d: the exit status of a deep check is %d, want %d\n%s", tt.day, got, tt.status, words)
		}
		u.sandbox.ResetRequests()
		one := u.command("check", "me")
		words, _ = one.Output()
		if got := one.ProcessState.ExitCode(); got != tt.status || !bytes.Contains(words, []byte("\nstate     "+tt.state+"\n")) {
			t.Errorf("day %d: of one, exit status %d, want %d and %s\n%s", tt.day, got, tt.status, tt.state, words)
		}
		cmd := u.command("check", "--all", "--json")
		out, _ := cmd.Output()
		var doc struct {
			Output struct {
				Connections []struct{ State string }
			}
		}
		if err := json.Unmarshal(out, &doc); err != nil || len(doc.Output.Connections) != 1 {
			t.Fatalf("day %d: %v\n%s", tt.day, err, out)
		}
		if got := doc.Output.Connections[0].State; got != tt.state || cmd.ProcessState.ExitCode() != tt.status {
			t.Errorf("day %d: state %s, exit status %d; want %s, %d", tt.day, got, cmd.ProcessState.ExitCode(), tt.state, tt.status)
		}
		again, err := u.command("connections", "--json").Output()
		if err != nil || !bytes.Equal(out, again) {
			t.Errorf("day %d: linkstep connections says something else: %v\n%s", tt.day, err, again)
		}
		if calls := u.sandbox.Requests(); len(calls) > 0 {
			t.Errorf("day %d: %d calls were made", tt.day, len(calls))
		}
	}
}
