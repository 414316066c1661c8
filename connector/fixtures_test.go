package connector_test

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// exitStatus is the exit status of each kind that a connector may answer. The table that is made with it
// is held against the command by TestConnectorExitTable of cmd/linkstep.
var exitStatus = map[plugin.Kind]int{
	plugin.Internal: 1, plugin.StoreUnavailable: 1, plugin.UnknownName: 2,
	plugin.InvalidInput: 3, plugin.InvalidConfig: 3, plugin.TooLarge: 3, plugin.VersionRetired: 3,
	plugin.Reauthorize: 4, plugin.Forbidden: 5, plugin.NotFound: 6, plugin.Conflict: 6,
	plugin.QuotaExhausted: 7, plugin.RateLimited: 7,
	plugin.Unavailable: 8, plugin.Timeout: 8, plugin.Deadline: 8, plugin.BadUpstream: 8, plugin.Canceled: 130,
}

// everything is an application that may do everything but refresh its tokens.
const everything = "86everything01"

// everySandbox has that application besides its own.
func everySandbox(t *testing.T) *sandbox.Server { return everySandboxWith(t) }

// everySandboxWith gives that application further products.
func everySandboxWith(t *testing.T, more ...sandbox.Product) *sandbox.Server {
	t.Helper()
	srv, err := sandbox.Start(&sandbox.Options{Members: 300, Clients: []sandbox.Client{{
		ID: everything, Secret: "sandbox-secret-of-everything", Name: "Everything", RedirectURLs: []string{sandbox.DefaultRedirectURL},
		Products: append([]sandbox.Product{sandbox.SignIn, sandbox.CommunityManagement, sandbox.Connections, sandbox.People, sandbox.Search}, more...),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	return srv
}

// freshBench is a new process with a store of its own and a connection that nobody has logged in to.
func freshBench(t *testing.T, srv *sandbox.Server, client string, settings map[string]any) *bench {
	t.Helper()
	srv.ClearFaults()
	srv.ResetQuotas()
	s, err := store.Memory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	b := &bench{t: t, srv: srv, client: client, store: s, log: &logBuffer{}}
	b.open()
	b.conn = b.connection("me", settings)
	return b
}

// aboutAction says which action each fixture of one endpoint is about.
func aboutAction(f sandbox.Fixture) []string {
	switch f.Path {
	case "/oauth/v2/accessToken":
		if strings.Contains(f.Name, "refresh") {
			return []string{"refresh"}
		}
		return []string{"login"}
	case "/oauth/v2/authorization", "/oauth/openid/jwks":
		return []string{"login"}
	case "/oauth/v2/introspectToken":
		return []string{"brought token"}
	case "/v2/userinfo":
		return []string{"get_profile"}
	case "/v2/me":
		return []string{"get_profile by me"}
	case "/v2/people/":
		return []string{"get_person"}
	case "/v2/people":
		return []string{"get_people"}
	case "/v2/search/people":
		return []string{"search_people"}
	case "/rest/peopleTypeahead":
		return []string{"search_people by typeahead"}
	case "/v2/connections":
		if f.Name == "connections_size" {
			return []string{"count_connections"}
		}
		return []string{"list_connections"}
	case "":
		return []string{"get_profile", "search_people", "get_person", "get_people", "list_connections", "count_connections"}
	}
	return nil // no action asks for it
}

// inputs are those of the actions.
var inputs = map[string]string{
	"get_profile": `{"fields":["name","email"]}`, "search_people": `{"keywords":"a"}`,
	"get_person": `{"person":"A1"}`, "get_people": `{"people":["A1","B2","C3"]}`, "list_connections": `{}`, "count_connections": `{}`,
}

// meet sets the sandbox to a fixture, runs what the fixture is about, and returns the error, nil for
// none.
func meet(t *testing.T, srv *sandbox.Server, f sandbox.Fixture, about string) error {
	t.Helper()
	settings := map[string]any{"timeout_seconds": 5}
	action, way, _ := strings.Cut(about, " by ")
	client := everything
	if about != "refresh" && f.Name != "token_partner" {
		settings["scopes"] = "openid profile email r_basicprofile r_1st_connections r_1st_connections_size r_organization_followers"
	}
	switch {
	case way == "typeahead":
		settings["search"] = map[string]any{"strategy": "typeahead", "organization": srv.Organization(0)}
	case about == "refresh", f.Name == "token_partner":
		client = sandbox.PartnerClient
	}
	b := freshBench(t, srv, client, settings)
	fail := func(times int) {
		t.Helper()
		if err := srv.Fail(sandbox.Fault{Fixture: f.Name, Times: times}); err != nil {
			t.Fatal(err)
		}
	}
	switch action {
	case "login":
		fail(1)
		return b.tryLogin()
	case "brought token":
		b.logIn(0)
		tok, _ := b.tokens()
		fail(1)
		_, err := b.plugin.Authorize(t.Context(), b.conn, &plugin.AuthorizeRequest{Token: &plugin.AuthorizeToken{AccessToken: plugin.NewSecret(tok.AccessToken)}})
		return err
	case "refresh":
		b.logIn(0)
		srv.ExpireAccessTokens()
		action = "get_profile"
	default:
		b.logIn(0)
	}
	input := strings.ReplaceAll(inputs[action], "A1", srv.PersonID(client, 1))
	if way == "me" {
		input = `{"fields":["name","headline","picture"]}`
	}
	times := -1
	if f.Name == "err_401_fresh_token" || about == "refresh" || strings.HasPrefix(f.Name, "search_") {
		times = 1 // it passes
	}
	if f.Name == "err_401_revoked" { // unlike a fresh token's, this refusal is meant
		srv.Advance(time.Minute)
		b.deepCheck()
	}
	fail(times)
	_, err := b.try(action, input)
	return err
}

// tryLogin is logIn where the login may fail.
func (b *bench) tryLogin() error {
	b.t.Helper()
	begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	answer := b.consent(begun.URL, url.Values{"decision": {"allow"}, "member": {"0"}})
	_, err := b.plugin.Authorize(b.t.Context(), b.conn, &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{
		Session: begun.Session, Answer: plugin.NewSecret(answer),
	}})
	return err
}

// outcome is a row of the table without what it is about: kind and exit status.
func outcome(t *testing.T, f sandbox.Fixture, err error) string {
	t.Helper()
	if err == nil {
		return "done                  0"
	}
	e := plugin.AsError(err)
	status, known := exitStatus[e.Kind]
	if !known || e.Hint == "" && e.Kind != plugin.Canceled || e.Effect != plugin.EffectNone {
		t.Errorf("%s: error %s", f.Name, detailed(err))
	}
	return fmt.Sprintf("%-16s %6d", e.Kind, status)
}

// TestFixtureTable brings about every answer of the reference, section 10, numbers 1 to 76, for every
// action that can meet it, and compares with the table in the package comment. With -update it
// rewrites the table. Each answer has a sandbox of its own: most of the time goes by waiting.
func TestFixtureTable(t *testing.T) {
	t.Parallel()
	fixtures := sandbox.Fixtures()
	rows := make([][]string, len(fixtures))
	t.Run("fixtures", func(t *testing.T) {
		for i, f := range fixtures {
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				rows[i] = fixtureRows(t, f)
			})
		}
	})
	if !t.Failed() {
		compareTable(t, slices.Concat(rows...))
	}
}

// fixtureRows are those of the table that are about one fixture.
func fixtureRows(t *testing.T, f sandbox.Fixture) (rows []string) {
	srv := everySandbox(t)
	row := func(about, what string) {
		rows = append(rows, strings.TrimRight(fmt.Sprintf("%2d %-29s %-28s %s", f.Number, f.Name, about, what), " "))
	}
	all := aboutAction(f)
	if all == nil {
		row("none asks for it", "-                     -")
	}
	by := map[string][]string{} // actions by outcome
	var order []string
	for _, about := range all {
		what := outcome(t, f, meet(t, srv, f, about))
		if by[what] == nil {
			order = append(order, what)
		}
		by[what] = append(by[what], about)
	}
	slices.SortStableFunc(order, func(a, b string) int { return len(by[b]) - len(by[a]) })
	for i, what := range order {
		switch about := by[what]; {
		case len(all) > 1 && len(order) == 1:
			row("every action", what)
		case i == 0 && len(about) > 2:
			row("every other action", what)
		default:
			for _, one := range about {
				row(one, what)
			}
		}
	}
	return rows
}

// compareTable holds the rows against doc.go, or writes them there.
func compareTable(t *testing.T, rows []string) {
	t.Helper()
	const file, begin = "doc.go", "//\tnr fixture "
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(text), begin)
	title, _, _ := strings.Cut(rest, "\n")
	_, tail, ended := strings.Cut(rest, "\n//\n")
	if !found || !ended {
		t.Fatalf("%s has no table that begins with %q", file, begin)
	}
	var b strings.Builder
	b.WriteString(head + begin + title + "\n")
	for _, row := range rows {
		b.WriteString("//\t" + row + "\n")
	}
	b.WriteString("//\n" + tail)
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(string(text), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("table in %s (-doc +sandbox); -update rewrites:\n%s", file, diff)
	}
}
