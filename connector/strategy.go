package connector

import (
	"fmt"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// The ways to search for people, in the setting search.strategy.
const (
	strategySearch      = "search"
	strategyTypeahead   = "typeahead"
	strategyConnections = "connections"
)

// strategy is one way to search for people. All give the same output.
type strategy struct {
	name         string
	path, finder string // unless the settings say otherwise
	target       target
	scopes       [][]string // of which the login needs one set; nil: LinkedIn does not say
	filters      []string   // that it has; nil: those that the settings name
	unknown      []string   // fields that it never tells
	list         func(s *session, in *SearchPeopleInput, f fields, granted []string) (*listing, error)
}

// strategies lists all ways, the default one first.
func strategies() []strategy {
	return []strategy{
		{
			name: strategySearch, path: "/v2/search/people", finder: "People", target: targetSearch,
			list: findEverybody,
		},
		{ // learn.microsoft.com/linkedin/marketing/community-management/shares/posts-atmention-search-api, 2026-11-24
			name: strategyTypeahead, path: "/rest/peopleTypeahead", finder: "organizationFollowers", target: targetTypeahead,
			scopes: [][]string{{scopeFollowers}}, filters: []string{"keywords"},
			unknown: []string{"vanity_name", "profile_url", "picture"},
			list:    findFollowers,
		},
		{ // learn.microsoft.com/linkedin/shared/integrations/people/connections-api, 2026-11-24
			name: strategyConnections, path: pathConnections, finder: finderConnections, target: targetConnections,
			scopes: connectionScopes(), filters: []string{"keywords", "first_name", "last_name"},
			list: findConnections,
		},
	}
}

func strategyNames() []string {
	var names []string
	for _, way := range strategies() {
		names = append(names, way.name)
	}
	return names
}

// strategyOf returns a strategy by its name, which was checked; the default
// one for any other.
func strategyOf(name string) *strategy {
	all := strategies()
	i := slices.IndexFunc(all, func(way strategy) bool { return way.name == name })
	return &all[max(i, 0)]
}

// complete fills in the path and the finder of the strategy.
func (s *SearchSettings) complete() {
	way := strategyOf(s.Strategy)
	if s.Path == "" {
		s.Path = way.path
	}
	if s.Finder == "" {
		s.Finder = way.finder
	}
}

// lacks reports a filter that the search does not have, and an input without
// any.
func (way *strategy) lacks(in *SearchPeopleInput, params *SearchParams) error {
	some := false
	for _, f := range in.filters(params) {
		if f.value == "" {
			continue
		}
		some = true
		if f.param == "" || way.filters != nil && !slices.Contains(way.filters, f.field) {
			e := invalidInput("/"+f.field, fmt.Sprintf("the search of this connection has no filter %s", f.field))
			if way.filters != nil {
				e.Hint = fmt.Sprintf("The search %q looks for %s only. The setting search.strategy chooses another.", way.name, strings.Join(way.filters, ", "))
			}
			return e
		}
	}
	if !some {
		return invalidInput("/keywords", "keywords or one of the filters is needed")
	}
	return nil
}

// tellAbsent says which of the fields that were asked for the search cannot
// tell.
func (way *strategy) tellAbsent(m *meter, f fields) {
	var absent []string
	for _, name := range way.unknown {
		if f.has(name) {
			absent = append(absent, name)
		}
	}
	if len(absent) > 0 {
		m.notice("field_unavailable", fmt.Sprintf("the search %q does not tell %s; get_people may", way.name, strings.Join(absent, ", ")))
	}
}

// scoped reports what a login lacks, before anything is sent: it needs one of
// the sets of scopes. What nobody has told may be enough.
func (s *session) scoped(on target, granted []string, sets [][]string) error {
	if s.account.Own && ofMembers(on) {
		return s.noMember()
	}
	spec := plugin.ActionSpec{Scopes: sets}
	if len(granted) == 0 || spec.ScopesAllow(granted) {
		return nil
	}
	e := (&situation{target: on, connection: s.conn.name}).noAccess()
	e.Source, e.Effect = plugin.SourceConnector, plugin.EffectNone
	e.Detail = fmt.Sprintf("granted: %v; nothing was sent", granted)
	return e
}

// search is the call of the search that the settings choose.
func (s *session) search(q restli.Query) restli.Call {
	search := s.conn.settings.Search
	return restli.Call{Method: restli.Finder, Path: search.Path, Name: search.Finder, Query: q, Version: s.conn.settings.APIVersion}
}

// findEverybody searches all people.
func findEverybody(s *session, in *SearchPeopleInput, f fields, _ []string) (*listing, error) {
	search := s.conn.settings.Search
	projection, err := query(card("entity", f))
	if err != nil {
		return nil, err
	}
	return &listing{
		action: searchPeopleName, target: targetSearch, people: decorated("entity"), asks: f, window: search.Window,
		call: s.search(append(in.query(&search.Params), projection...)),
	}, nil
}
