package connector_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// prediction is what a check foretells, without words and moments.
type prediction struct {
	Access, Refresh int // days left; -1: unknown
	Refreshable     bool
	Profile         plugin.Usability // of get_profile
	Remarks         string
}

func predictionOf(c *plugin.CheckResponse) prediction {
	days := func(n *int) int {
		if n == nil {
			return -1
		}
		return *n
	}
	p := prediction{Access: days(c.Token.DaysLeft), Refresh: days(c.Token.RefreshDaysLeft), Refreshable: c.Token.Refreshable, Profile: c.Actions[0].Status}
	var remarks []string
	for _, d := range c.Diagnostics {
		if d.Severity != plugin.Info {
			remarks = append(remarks, strings.TrimSpace(string(d.Severity)+" "+d.Pointer))
		}
	}
	p.Remarks = strings.Join(remarks, ", ")
	return p
}

// Programmatic refresh tokens live for a year from the login and are not
// prolonged; other logins live for 60 days.
// learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens, 2026-11-24.
func TestForecast(t *testing.T) {
	const (
		fine, gone    = plugin.Usable, plugin.Unusable
		ending, ended = "warning", "failure"   // of the login
		retired       = "warning /api_version" // the default version is past its last day
		both          = "failure, warning /api_version"
	)
	for _, tt := range []struct {
		client        string
		day           int
		before, after prediction // a step is run
		notices       string     // of that step's result
	}{
		{sandbox.PartnerClient, 50, prediction{10, 315, true, fine, ""}, prediction{10, 315, true, fine, ""}, ""},
		{sandbox.PartnerClient, 59, prediction{1, 306, true, fine, ""}, prediction{60, 306, true, fine, ""}, ""},
		{sandbox.PartnerClient, 61, prediction{0, 304, true, fine, ""}, prediction{60, 304, true, fine, ""}, ""},
		{sandbox.PartnerClient, 300, prediction{0, 65, true, fine, retired}, prediction{60, 65, true, fine, retired}, ""},
		{sandbox.PartnerClient, 360, prediction{0, 5, true, fine, ending + ", " + retired}, prediction{5, 5, true, fine, ending + ", " + retired}, "login_ends"},
		{sandbox.PartnerClient, 366, prediction{0, 0, false, gone, both}, prediction{0, 0, false, gone, both}, "reauthorize"},

		{sandbox.SelfServeClient, 49, prediction{11, -1, false, fine, ""}, prediction{11, -1, false, fine, ""}, ""},
		{sandbox.SelfServeClient, 50, prediction{10, -1, false, fine, ending}, prediction{10, -1, false, fine, ending}, "login_ends"},
		{sandbox.SelfServeClient, 59, prediction{1, -1, false, fine, ending}, prediction{1, -1, false, fine, ending}, "login_ends"},
		{sandbox.SelfServeClient, 61, prediction{0, -1, false, gone, ended}, prediction{0, -1, false, gone, ended}, "reauthorize"},
		{sandbox.SelfServeClient, 300, prediction{0, -1, false, gone, both}, prediction{0, -1, false, gone, both}, "reauthorize"},
		{sandbox.SelfServeClient, 360, prediction{0, -1, false, gone, both}, prediction{0, -1, false, gone, both}, "reauthorize"},
		{sandbox.SelfServeClient, 366, prediction{0, -1, false, gone, both}, prediction{0, -1, false, gone, both}, "reauthorize"},
	} {
		b := login(t, tt.client, nil)
		b.srv.Advance(time.Duration(tt.day) * day)
		if diff := cmp.Diff(tt.before, predictionOf(b.deepCheck())); diff != "" { // the clock is seen
			t.Errorf("%s on day %d, before a step (-want +got):\n%s", tt.client, tt.day, diff)
		}
		for _, input := range []string{`{"max_age_seconds":0}`, `{}`} { // the second from memory
			var notices []string
			res, err := b.try("get_profile", input)
			if err == nil {
				for _, n := range res.Meta.Notices {
					notices = append(notices, n.Code)
				}
			} else {
				notices = append(notices, plugin.KindOf(err).String())
			}
			if got := strings.Join(notices, " "); got != tt.notices {
				t.Errorf("%s on day %d, input %s: %q, want %q", tt.client, tt.day, input, got, tt.notices)
			}
		}
		if diff := cmp.Diff(tt.after, predictionOf(b.check(false))); diff != "" {
			t.Errorf("%s on day %d, after a step (-want +got):\n%s", tt.client, tt.day, diff)
		}
	}
}

// borrower is a connector whose store can be taken away.
type borrower struct {
	plugin.Connector
	lent struct{ plugin.Store }
}

func (c *borrower) Open(ctx context.Context, req *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	mine := *req
	c.lent.Store, mine.Store = req.Store, &c.lent
	return c.Connector.Open(ctx, &mine)
}

// A warm result tells the end without a call of the store.
func TestForecastFromMemory(t *testing.T) {
	b := login(t, sandbox.SelfServeClient, nil)
	c := &borrower{Connector: connector.New(nil)}
	p, err := b.host.Load(t.Context(), host.Direct(c))
	if err != nil {
		t.Fatal(err)
	}
	b.plugin = p
	b.srv.Advance(55 * day)
	b.deepCheck()
	b.invoke("get_profile", `{}`, nil)
	store := c.lent.Store
	c.lent.Store = nil // whoever calls it panics
	res := b.invoke("get_profile", `{}`, nil)
	c.lent.Store = store
	if n := res.Meta.Notices; !res.Meta.Cached || len(n) != 1 || n[0].Code != "login_ends" || !strings.Contains(n[0].Message, "in 5 days") {
		t.Errorf("meta %+v", res.Meta)
	}
}

// A version of the API is foretold as a login is.
func TestForecastOfTheVersion(t *testing.T) {
	b := login(t, sandbox.PartnerClient, map[string]any{"api_version": "202601"}) // until 2027-01-15
	for _, tt := range []struct{ clock, notices string }{
		{"2027-01-04 12:00:00", ""},
		{"2027-01-05 12:00:00", "version_ends"},
		{"2027-01-14 12:00:00", "version_ends"},
		{"2027-01-16 12:00:00", ""}, // who asks for it is told by LinkedIn
	} {
		at, err := time.Parse(time.DateTime, tt.clock)
		if err != nil {
			t.Fatal(err)
		}
		b.srv.SetClock(at)
		b.deepCheck()
		var notices string
		for _, n := range b.invoke("get_profile", `{}`, nil).Meta.Notices {
			notices += n.Code
		}
		if notices != tt.notices {
			t.Errorf("%s: notices %q, want %q", tt.clock, notices, tt.notices)
		}
	}
}

// Who cannot use an action is told by name what is missing.
func TestCheckNamesWhatIsMissing(t *testing.T) {
	for _, tt := range []struct {
		why, client string
		settings    map[string]any
		action      string
		status      plugin.Usability
		reason      string
	}{
		{"a scope of a partner's product", sandbox.PartnerClient, nil, "list_connections", plugin.Unusable, `missing: scope r_1st_connections (product "partner access to the Connections API")`},
		{"the usual one of three sets of scopes", sandbox.PartnerClient, map[string]any{"scopes": "openid email"}, "get_profile", plugin.Unusable, `missing: scope profile (product "Sign In with LinkedIn using OpenID Connect")`},
		{"the scope of the chosen search", sandbox.PartnerClient, map[string]any{"search": map[string]any{"strategy": "connections"}}, "search_people", plugin.Unusable, "missing: scope r_1st_connections ("},
		{"a product that cannot be seen from outside", sandbox.PartnerClient, nil, "get_person", plugin.Untried, `product "partner access to the Profile API for other members"`},
		{"a product that LinkedIn has refused", sandbox.SelfServeClient, nil, "search_people", plugin.Unusable, `missing: product "partner access to a people search"`},
	} {
		b := newBench(t, tt.client, tt.settings)
		b.logIn(0)
		if tt.client == sandbox.SelfServeClient {
			b.refused("search_people", `{"keywords":"engineer"}`)
		}
		if got := b.status(tt.action); got.Status != tt.status || !strings.Contains(got.Reason, tt.reason) {
			t.Errorf("%s: %+v, want %s with %q", tt.why, got, tt.status, tt.reason)
		}
	}
}
