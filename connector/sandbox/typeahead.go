package sandbox

import (
	"fmt"
	"strings"

	"github.com/linkstep/linkstep/connector/sandbox/internal/people"
)

// maxTypeahead is the most people that the typeahead answers.
const maxTypeahead = 10

// firstOrganization is the number of the page that member 0 administers; member 1 has the next one.
const firstOrganization = 2_400_000

// Organization returns the URN of the page that the member at that index administers. Every member
// has one, followed by a third of the others.
func (s *Server) Organization(member int) string {
	return fmt.Sprintf("urn:li:organization:%d", firstOrganization+member)
}

// typeahead finds followers of a page by name, for its administrator.
func (c *call) typeahead() (any, *apiError) {
	if refusal := c.checkFinder(); refusal != nil {
		return nil, refusal
	}
	for _, name := range []string{"keywords", "organization"} {
		if c.params.Get(name).Text == "" {
			refusal := noParam(name)
			return nil, &refusal
		}
	}
	organization := c.params.Get("organization").Text
	if !strings.HasPrefix(organization, "urn:li:organization:") {
		refusal := badParam("organization")
		return nil, &refusal
	}
	if organization != c.server.Organization(c.token.member) {
		refusal := denied(c.route.resource, c.route.method, c.version+"01")
		return nil, &refusal
	}
	w, refusal := c.window(maxTypeahead)
	if refusal != nil {
		return nil, refusal
	}
	var elements []any
	for _, member := range c.server.crowd.Search(people.Query{Name: c.params.Get("keywords").Text}) {
		if len(elements) == w.count {
			break
		}
		if c.server.crowd.Follows(member, c.token.member) {
			elements = append(elements, c.mention(member))
		}
	}
	return c.collection(elements, map[string]any{"start": 0, "count": w.count}), nil
}

// mention is a person as the typeahead shows one.
func (c *call) mention(member int) map[string]any {
	m := c.server.crowd.Member(member)
	e := map[string]any{"member": c.personURN(member), "firstName": m.Given, "lastName": m.Family}
	if m.Headline != "" {
		e["headline"] = m.Headline
	}
	if m.Photo != "" {
		e["photo"] = "urn:li:image:" + m.Photo
	}
	return e
}
