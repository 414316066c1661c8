package connector_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// limitOn is the setting for a limit of an endpoint.
func limitOn(endpoint string) map[string]any {
	return map[string]any{"endpoint": endpoint, "scope": "member", "calls_per_day": 500}
}

// warnedLimits are the pointers of what a check warns of in the limits, with
// the hints.
func (b *bench) warnedLimits() (pointers []string, hints string) {
	b.t.Helper()
	for _, d := range b.check(false).Diagnostics {
		if strings.HasPrefix(d.Pointer, "/limits") && d.Severity == plugin.Warning {
			pointers = append(pointers, d.Pointer)
			hints += d.Hint + "\n"
		}
	}
	return pointers, hints
}

// A limit for an endpoint that nothing calls was taken and never enforced.
func TestMisspeltLimit(t *testing.T) {
	for _, tt := range []struct{ endpoint, meant string }{
		{"/v2/userinfo", "GET /v2/userinfo"},
		{"GET /v2/userInfo", "GET /v2/userinfo"},
		{"GET /v2/search/people", "GET /v2/search/people?q=People"},
		{"GET /v2/people/(id:{id})", "GET /v2/people/{id}"},
		{"connections", "GET /v2/connections?q=viewer"},
	} {
		b := newBench(t, sandbox.PartnerClient, map[string]any{"limits": []any{limitOn("*"), limitOn(tt.endpoint), limitOn("GET /v2/me")}})
		pointers, hints := b.warnedLimits()
		if !slices.Equal(pointers, []string{"/limits/1/endpoint"}) || !strings.Contains(hints, "Did you mean "+tt.meant+"?") {
			t.Errorf("%s: warnings of %v, %s; want one that means %s", tt.endpoint, pointers, hints, tt.meant)
		}
		told := func(d plugin.Diagnostic) bool { return d.Pointer == "/limits/1/endpoint" }
		if diagnostics := b.logIn(0).Diagnostics; !slices.ContainsFunc(diagnostics, told) {
			t.Errorf("%s: the login tells only %+v", tt.endpoint, diagnostics)
		}
	}
}

// No endpoint that the actions do call is taken for a misspelt one, whichever
// search is set.
func TestLimitsOfWhatIsCalled(t *testing.T) {
	for _, way := range []struct {
		client   string
		settings map[string]any
		actions  []string
	}{
		{sandbox.PartnerClient, nil, []string{`get_profile {}`, `get_person {"person":"AAAAAAAAAA"}`, `get_people {"people":["A","B"]}`, `search_people {"keywords":"engineer"}`}},
		{sandbox.CommunityClient, map[string]any{"search": map[string]any{"strategy": "connections"}}, []string{`get_profile {}`, `list_connections {}`, `count_connections {}`, `search_people {"keywords":"a"}`}},
		{sandbox.CommunityClient, map[string]any{"search": map[string]any{"strategy": "typeahead", "organization": "urn:li:organization:2414183"}}, []string{`search_people {"keywords":"a"}`}},
	} {
		b := login(t, way.client, way.settings)
		for _, a := range way.actions {
			name, input, _ := strings.Cut(a, " ")
			_, _ = b.try(name, input) // counted, whatever comes of it
		}
		b.deepCheck()
		settings := map[string]any{"limits": []any{}}
		for name, value := range way.settings {
			settings[name] = value
		}
		called := b.usage()
		if len(called) < len(way.actions) {
			t.Fatalf("only %v was called", called)
		}
		for _, u := range called {
			settings["limits"] = append(settings["limits"].([]any), limitOn(u.Endpoint))
		}
		b.conn = b.connection("limited", settings)
		if pointers, hints := b.warnedLimits(); len(pointers) > 0 {
			t.Errorf("%s: warnings of %v, %s of %v", fmt.Sprint(way.settings), pointers, hints, settings["limits"])
		}
	}
}

// Who may use an action and has no call left today cannot use it today.
func TestCheckTellsUsedUpLimits(t *testing.T) {
	for _, tt := range []struct {
		name, endpoint, action string
		unusable               []string
	}{
		{"one endpoint", "GET /v2/userinfo", "get_profile", []string{"get_profile"}},
		{"all endpoints", "*", "get_profile", []string{"get_profile", "get_person", "get_people", "search_people"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			limit := limitOn(tt.endpoint)
			limit["calls_per_day"] = 1
			b := login(t, sandbox.PartnerClient, map[string]any{"limits": []any{limit}}) // spends it
			for _, name := range []string{"get_profile", "get_person", "get_people", "search_people"} {
				st := b.status(name)
				if got := st.Status == plugin.Unusable && strings.Contains(st.Reason, "used up") && st.Hint != ""; got != slices.Contains(tt.unusable, name) {
					t.Errorf("%s: %+v; want used up: %t", name, st, slices.Contains(tt.unusable, name))
				}
			}
		})
	}
}
