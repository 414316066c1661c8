package connector

import (
	"context"

	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// SearchPeopleInput is the input of search_people.
type SearchPeopleInput struct {
	Keywords      string   `json:"keywords,omitempty" jsonschema:"title=Keywords,minLength=1,maxLength=5000,example=software engineer" jsonschema_description:"Words to look for anywhere in a profile. Keywords or one of the filters is needed."`
	FirstName     string   `json:"first_name,omitempty" jsonschema:"title=First name,minLength=1,maxLength=500,example=Ada" jsonschema_description:"Only people with this first name."`
	LastName      string   `json:"last_name,omitempty" jsonschema:"title=Last name,minLength=1,maxLength=500,example=Example" jsonschema_description:"Only people with this last name."`
	Company       string   `json:"company,omitempty" jsonschema:"title=Company,minLength=1,maxLength=500,example=Sample Co" jsonschema_description:"Only people at this company."`
	Title         string   `json:"title,omitempty" jsonschema:"title=Job title,minLength=1,maxLength=500,example=Engineer" jsonschema_description:"Only people with this job title."`
	School        string   `json:"school,omitempty" jsonschema:"title=School,minLength=1,maxLength=500,example=Sample University" jsonschema_description:"Only people who went to this school."`
	Fields        []string `json:"fields,omitempty" jsonschema:"title=Fields,minItems=1,maxItems=9,uniqueItems=true,enum=id,enum=urn,enum=name,enum=given_name,enum=family_name,enum=headline,enum=vanity_name,enum=profile_url,enum=picture,default=id,default=urn,default=name,default=given_name,default=family_name,example=id,example=name,example=headline" jsonschema_description:"What to find out of each person; nothing else is requested. Left out: id, urn, name, given_name and family_name, and headline, vanity_name and profile_url where the scopes of the login allow it."`
	Raw           bool     `json:"raw,omitempty" jsonschema:"title=As LinkedIn sent it,default=false" jsonschema_description:"Also give what LinkedIn sent of each person, unchanged, in raw. Without fields, LinkedIn is then asked for everything that it gives by default."`
	PageSize      int      `json:"page_size,omitempty" jsonschema:"title=Page size,minimum=1,maximum=25,example=25" jsonschema_description:"How many people to ask LinkedIn for in one call. Left out: as many as max_items says, 25 at most, so that it takes the fewest calls; 10 without max_items."`
	MaxItems      int      `json:"max_items,omitempty" jsonschema:"title=Most people,minimum=1,maximum=10000,example=60" jsonschema_description:"How many people to find at most; as many pages are read as that takes. Left out: one page, of 10 people unless page_size says otherwise."`
	MaxCalls      int      `json:"max_calls,omitempty" jsonschema:"title=Most calls,minimum=1,maximum=1000,default=10,example=10" jsonschema_description:"How many calls to LinkedIn the step may spend. When they are used up, it gives what it has and a cursor to go on."`
	Cursor        string   `json:"cursor,omitempty" jsonschema:"title=Cursor,minLength=1,maxLength=1000,pattern=^[A-Za-z0-9_-]+$" jsonschema_description:"Where to go on: next_cursor of an earlier result of the same search." jsonschema_extras:"x-linkstep-type=linkedin.search_cursor"`
	MaxAgeSeconds *int64   `json:"max_age_seconds,omitempty" jsonschema:"title=Not older than,minimum=0,maximum=86400,default=60,example=60" jsonschema_description:"How old an answer from memory may be, in seconds. 0 always asks LinkedIn, which costs a call of the daily limit."`
}

// SearchPeopleOutput is the output of search_people. The people arrive in page
// events, the rest in the result.
type SearchPeopleOutput struct {
	People []Person `json:"people" jsonschema:"title=People,maxItems=10000" jsonschema_description:"The people found, in LinkedIn's order."`
	ListEnd
}

// maxPageSize is the most that one call of a search gives: the documented
// maximum of LinkedIn's company search, the model of this one.
// learn.microsoft.com/linkedin/marketing, company search, 2026-11-24.
const maxPageSize = 25

const searchPeopleName = "search_people"

func searchPeople() action {
	return newAction(plugin.ActionSpec{
		Name: searchPeopleName, Version: "1.0.0", Title: "Search people",
		Description: "Finds people by keywords and filters. LinkedIn opens each of its people searches to approved applications only; the setting search.strategy says which one the application has.",
		Effect:      plugin.EffectRead, Idempotent: true, Access: plugin.AccessPartner, Cost: 1,
		Products: []string{productSearch},
		Examples: []plugin.Example{
			{
				Title: "The first ten software engineers", Input: []byte(`{"keywords":"software engineer"}`),
				Output: []byte(`{"people":[{"id":"9HfhE6QlBz","urn":"urn:li:person:9HfhE6QlBz","name":"Grace Sample","given_name":"Grace","family_name":"Sample"}],"total":1}`),
			},
			{
				Title: "Sixty people at a company, with their headlines", Input: []byte(`{"company":"Sample Co","fields":["id","name","headline"],"page_size":25,"max_items":60}`),
			},
		},
		ErrorKinds: readErrors(plugin.InvalidConfig),
		Paging:     &plugin.Paging{Field: "people", MaxPageSize: maxPageSize},
		Data:       othersData(),
	}, runSearchPeople)
}

// othersData is what LinkedIn allows with other members' data: a day in
// memory, and no storing.
func othersData() plugin.Data {
	return plugin.Data{
		Subject: plugin.SubjectOthers, MaxAgeSeconds: 24 * 60 * 60,
		Source: "https://learn.microsoft.com/linkedin/marketing/data-storage-requirements",
	}
}

// runSearchPeople searches in the way that the settings choose.
func runSearchPeople(ctx context.Context, s *session, in *SearchPeopleInput) (*ListEnd, error) {
	settings := s.conn.settings.Search
	way := strategyOf(settings.Strategy)
	if err := way.lacks(in, &settings.Params); err != nil {
		return nil, err
	}
	tok, err := s.tokens.Token(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.scoped(way.target, tok.Scopes, way.scopes); err != nil {
		return nil, err
	}
	f := wanted(in.Fields, tok.Scopes).withRaw(in.Raw, len(in.Fields) > 0)
	list, err := way.list(s, in, f, tok.Scopes)
	if err != nil {
		return nil, err
	}
	way.tellAbsent(meterOf(ctx), f)
	return s.runList(ctx, list, f, in.paging())
}

// filter is one of the things to look for.
type filter struct{ field, param, value string }

// filters lists them all, with what the search calls them.
func (in *SearchPeopleInput) filters(p *SearchParams) []filter {
	return []filter{
		{"keywords", p.Keywords, in.Keywords},
		{"first_name", p.FirstName, in.FirstName},
		{"last_name", p.LastName, in.LastName},
		{"company", p.Company, in.Company},
		{"title", p.Title, in.Title},
		{"school", p.School, in.School},
	}
}

// query makes parameters of keywords and filters.
func (in *SearchPeopleInput) query(p *SearchParams) restli.Query {
	var q restli.Query
	for _, f := range in.filters(p) {
		if f.value != "" {
			q.Add(f.param, restli.String(f.value))
		}
	}
	return q
}

// paging is the input's way through the pages, and the search without it.
func (in *SearchPeopleInput) paging() *pagingInput {
	plain := *in
	plain.PageSize, plain.MaxItems, plain.MaxCalls, plain.Cursor, plain.MaxAgeSeconds = 0, 0, 0, "", nil
	return &pagingInput{
		pageSize: in.PageSize, maxItems: in.MaxItems, maxCalls: in.MaxCalls, cursor: in.Cursor,
		maxAge: maxAge(in.MaxAgeSeconds, searchAge), largestPage: maxPageSize, identity: plain,
	}
}
