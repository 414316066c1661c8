package connector

import (
	"context"
	"encoding/json"

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
	SearchEnd
}

// SearchEnd is what is known when a search has ended.
type SearchEnd struct {
	Total      *int64 `json:"total,omitempty" jsonschema:"title=Total,minimum=0,maximum=1000000000000,example=61" jsonschema_description:"How many people LinkedIn says there are. Absent when it does not say."`
	NextCursor string `json:"next_cursor,omitempty" jsonschema:"title=Next cursor,minLength=1,maxLength=1000,pattern=^[A-Za-z0-9_-]+$" jsonschema_description:"Where the next page begins: give it as cursor to go on. Absent at the end." jsonschema_extras:"x-linkstep-type=linkedin.search_cursor"`
}

// maxPageSize is the most that one call of a search gives: the documented
// maximum of LinkedIn's company search, the model of this one.
// learn.microsoft.com/linkedin/marketing, company search, 2026-11-24.
const maxPageSize = 25

func searchPeople() action {
	return newAction(plugin.ActionSpec{
		Name: "search_people", Version: "1.0.0", Title: "Search people",
		Description: "Finds people by keywords and filters. LinkedIn opens a people search to approved applications only.",
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

// runSearchPeople reads pages until enough people are found.
func runSearchPeople(ctx context.Context, s *session, in *SearchPeopleInput) (*SearchEnd, error) {
	q, err := in.query(s.conn.settings.Search)
	if err != nil {
		return nil, err
	}
	tok, err := s.tokens.Token(ctx)
	if err != nil {
		return nil, err
	}
	w := &searchWalk{s: s, in: in, fields: wanted(in.Fields, tok.Scopes)}
	if err := w.begin(ctx, q); err != nil {
		return nil, err
	}
	return w.run(ctx)
}

// query makes parameters of keywords and filters.
func (in *SearchPeopleInput) query(settings *SearchSettings) (restli.Query, error) {
	var q restli.Query
	p := settings.Params
	for _, c := range []struct{ field, param, value string }{
		{"keywords", p.Keywords, in.Keywords},
		{"first_name", p.FirstName, in.FirstName},
		{"last_name", p.LastName, in.LastName},
		{"company", p.Company, in.Company},
		{"title", p.Title, in.Title},
		{"school", p.School, in.School},
	} {
		switch {
		case c.value == "":
		case c.param == "":
			return nil, invalidInput("/"+c.field, "the search of this connection has no filter "+c.field)
		default:
			q.Add(c.param, restli.String(c.value))
		}
	}
	if len(q) == 0 {
		return nil, invalidInput("/keywords", "keywords or one of the filters is needed")
	}
	return q, nil
}

// identity is the search without what only says how to page through it.
func (in *SearchPeopleInput) identity() ([]byte, error) {
	plain := *in
	plain.PageSize, plain.MaxItems, plain.MaxCalls, plain.Cursor, plain.MaxAgeSeconds = 0, 0, 0, "", nil
	return json.Marshal(plain)
}
