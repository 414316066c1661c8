package connector

import (
	"context"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// ListConnectionsInput is the input of list_connections.
type ListConnectionsInput struct {
	Fields        []string `json:"fields,omitempty" jsonschema:"title=Fields,minItems=1,maxItems=9,uniqueItems=true,enum=id,enum=urn,enum=name,enum=given_name,enum=family_name,enum=headline,enum=vanity_name,enum=profile_url,enum=picture,default=id,default=urn,default=name,default=given_name,default=family_name,example=id,example=name" jsonschema_description:"What to find out of each person; nothing else is requested. Left out: id, urn, name, given_name and family_name, and headline, vanity_name and profile_url where the scopes of the login allow it."`
	Raw           bool     `json:"raw,omitempty" jsonschema:"title=As LinkedIn sent it,default=false" jsonschema_description:"Also give what LinkedIn sent of each person, unchanged, in raw. Without fields, LinkedIn is then asked for everything that it gives by default."`
	PageSize      int      `json:"page_size,omitempty" jsonschema:"title=Page size,minimum=1,maximum=50,example=50" jsonschema_description:"How many people to ask LinkedIn for in one call. Left out: as many as max_items says, 50 at most, so that it takes the fewest calls; 10 without max_items."`
	MaxItems      int      `json:"max_items,omitempty" jsonschema:"title=Most people,minimum=1,maximum=10000,example=100" jsonschema_description:"How many people to list at most; as many pages are read as that takes. Left out: one page, of 10 people unless page_size says otherwise."`
	MaxCalls      int      `json:"max_calls,omitempty" jsonschema:"title=Most calls,minimum=1,maximum=1000,default=10,example=10" jsonschema_description:"How many calls to LinkedIn the step may spend. When they are used up, it gives what it has and a cursor to go on."`
	Cursor        string   `json:"cursor,omitempty" jsonschema:"title=Cursor,minLength=1,maxLength=1000,pattern=^[A-Za-z0-9_-]+$" jsonschema_description:"Where to go on: next_cursor of an earlier result of the same list." jsonschema_extras:"x-linkstep-type=linkedin.search_cursor"`
	MaxAgeSeconds *int64   `json:"max_age_seconds,omitempty" jsonschema:"title=Not older than,minimum=0,maximum=86400,default=300,example=300" jsonschema_description:"How old an answer from memory may be, in seconds. 0 always asks LinkedIn, which costs a call of the daily limit."`
}

// ListConnectionsOutput is the output of list_connections. The people arrive in
// page events, the rest in the result.
type ListConnectionsOutput struct {
	People []Person `json:"people" jsonschema:"title=People,maxItems=10000" jsonschema_description:"The connections, in LinkedIn's order. Who hides from applications is not among them."`
	ListEnd
}

// Where the account's connections are.
// learn.microsoft.com/linkedin/shared/integrations/people/connections-api, 2026-11-24.
const (
	pathConnections   = "/v2/connections"
	finderConnections = "viewer"
)

// connectionsPage is the page size of the documentation's sample; LinkedIn
// tells no maximum. learn.microsoft.com, connections API, 2026-11-24.
const connectionsPage = 50

// connectionScopes are the scopes of which one shows who the connections are.
func connectionScopes() [][]string { return [][]string{{scopeConnections}, {scopeCompliance}} }

func listConnections() action {
	return newAction(plugin.ActionSpec{
		Name: "list_connections", Version: "1.0.0", Title: "List connections",
		Description: "Lists the account's own connections, of the first degree. LinkedIn opens this to approved applications only.",
		Effect:      plugin.EffectRead, Idempotent: true, Access: plugin.AccessPartner, Cost: 1,
		Scopes: connectionScopes(), Products: []string{productNetwork},
		Examples: []plugin.Example{{
			Title: "The first ten connections", Input: []byte(`{}`),
			Output: []byte(`{"people":[{"id":"9HfhE6QlBz","urn":"urn:li:person:9HfhE6QlBz","name":"Grace Sample","given_name":"Grace","family_name":"Sample"}],"total":1}`),
		}, {
			Title: "Fifty connections, their ids and names", Input: []byte(`{"fields":["id","name"],"max_items":50}`),
		}},
		ErrorKinds: readErrors(),
		Paging:     &plugin.Paging{Field: "people", MaxPageSize: connectionsPage},
		Data:       othersData(),
	}, runListConnections)
}

// runListConnections reads pages until enough connections are listed.
func runListConnections(ctx context.Context, s *session, in *ListConnectionsInput) (*ListEnd, error) {
	tok, err := s.tokens.Token(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.scoped(targetConnections, tok.Scopes, connectionScopes()); err != nil {
		return nil, err
	}
	f := wanted(in.Fields, tok.Scopes).withRaw(in.Raw, len(in.Fields) > 0)
	projection, err := query(card("to", f))
	if err != nil {
		return nil, err
	}
	plain := *in
	plain.PageSize, plain.MaxItems, plain.MaxCalls, plain.Cursor, plain.MaxAgeSeconds = 0, 0, 0, "", nil
	return s.runList(ctx, &listing{
		action: "list_connections", target: targetConnections, people: decorated("to"), asks: f,
		call: restli.Call{Method: restli.Finder, Path: pathConnections, Name: finderConnections, Query: projection},
	}, f, &pagingInput{
		pageSize: in.PageSize, maxItems: in.MaxItems, maxCalls: in.MaxCalls, cursor: in.Cursor,
		maxAge: maxAge(in.MaxAgeSeconds, personAge), largestPage: connectionsPage, identity: plain,
	})
}

// findConnections searches the account's own connections. LinkedIn has no
// filter for them, so all are read and the connector chooses: by what the
// names say, and the headline where the login may see it.
func findConnections(s *session, in *SearchPeopleInput, f fields, granted []string) (*listing, error) {
	asked := append(slices.Clone(f), "name")
	if in.Keywords != "" && slices.Contains(granted, scopeBasicProfile) {
		asked = append(asked, "headline")
	}
	projection, err := query(card("to", asked))
	if err != nil {
		return nil, err
	}
	return &listing{
		action: searchPeopleName, target: targetConnections, people: decorated("to"), asks: asked,
		keep: in.fits, upPage: connectionsPage, call: s.search(projection),
	}, nil
}

// fits reports whether a connection is one of those looked for. Keywords may
// stand anywhere in the name and the headline, names count word by word.
func (in *SearchPeopleInput) fits(p *Person) bool {
	text := strings.ToLower(p.Name + " " + p.Headline)
	for _, word := range strings.Fields(strings.ToLower(in.Keywords)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return hasWords(p.GivenName, in.FirstName) && hasWords(p.FamilyName, in.LastName)
}

// hasWords reports whether every word of the filter is one of the name's.
func hasWords(name, filter string) bool {
	words := strings.Fields(strings.ToLower(name))
	for _, word := range strings.Fields(strings.ToLower(filter)) {
		if !slices.Contains(words, word) {
			return false
		}
	}
	return true
}
