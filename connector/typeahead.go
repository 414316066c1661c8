package connector

import (
	"encoding/json"
	"strings"

	"github.com/linkstep/linkstep/connector/restli"
)

// typeaheadWindow is how many people the typeahead shows, in one reply.
// learn.microsoft.com/linkedin/marketing/community-management/shares/posts-atmention-search-api, 2026-11-24.
const typeaheadWindow = 10

// findFollowers searches the followers of a page by name.
func findFollowers(s *session, in *SearchPeopleInput, f fields, _ []string) (*listing, error) {
	search := s.conn.settings.Search
	var asks fields
	if f.has(rawField) {
		asks = fields{rawField}
	}
	return &listing{
		asks:   asks,
		action: searchPeopleName, target: targetTypeahead, people: followers, single: true, window: typeaheadWindow,
		call: s.search(in.query(&search.Params).With("organization", restli.String(search.Organization))),
	}, nil
}

// follower is one element of the typeahead.
type follower struct {
	Member    json.RawMessage `json:"member"`
	FirstName string          `json:"firstName"`
	LastName  string          `json:"lastName"`
	Headline  string          `json:"headline"`
}

// followers reads the reply of the typeahead.
func followers(list *restli.Collection, f fields) ([]Person, error) {
	elements, err := restli.Elements[follower](list)
	if err != nil {
		return nil, err
	}
	people := make([]Person, 0, len(elements))
	for i, e := range elements {
		id, err := personOf(e.Member)
		if err != nil {
			return nil, err
		}
		p := Person{Member: Member{
			ID: id, URN: personURN(id), GivenName: e.FirstName, FamilyName: e.LastName, Headline: e.Headline,
			Name: strings.TrimSpace(e.FirstName + " " + e.LastName),
		}}
		if f.has(rawField) {
			p.Raw = list.Elements[i]
		}
		people = append(people, p)
	}
	return people, nil
}
