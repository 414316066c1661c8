package sandbox

import (
	"slices"

	"github.com/linkstep/linkstep/connector/sandbox/internal/people"
	"github.com/linkstep/linkstep/connector/sandbox/internal/protocol"
)

// The bounds of a search. LinkedIn documents 25 for its company search and nothing for people.
const (
	maxSearchCount      = 25
	defaultSearchWindow = 1000
)

// checkFinder demands that q names a finder of the route.
func (c *call) checkFinder() *apiError {
	if !slices.Contains(c.route.finders, c.params.Get("q").Text) {
		return &noResource
	}
	return nil
}

// search is the people search, in the shape of LinkedIn's company search.
func (c *call) search() (any, *apiError) {
	if refusal := c.checkFinder(); refusal != nil {
		return nil, refusal
	}
	query, refusal := c.searchQuery()
	if refusal != nil {
		return nil, refusal
	}
	w, refusal := c.window(maxSearchCount)
	if refusal != nil {
		return nil, refusal
	}
	deepest := c.quirks.SearchWindow
	if deepest == 0 {
		deepest = defaultSearchWindow
	}
	found := c.server.crowd.Search(query)
	shown := min(len(found), deepest)
	from, to := w.cut(shown)
	var elements []any
	for i := from; i < to; i++ {
		if c.quirks.ShortPages && to < shown && i%5 == 4 {
			continue // hidden after the page was cut
		}
		elements = append(elements, map[string]any{"entity": c.personURN(found[i])})
	}
	return c.collection(elements, c.paging(w, shown, len(found))), nil
}

// searchQuery reads keywords and filters, of which there must be one.
func (c *call) searchQuery() (people.Query, *apiError) {
	var q people.Query
	filters := []struct {
		name  string
		field *string
	}{
		{"keywords", &q.Keywords},
		{"firstName", &q.Given},
		{"lastName", &q.Family},
		{"company", &q.Company},
		{"title", &q.Title},
		{"school", &q.School},
	}
	for _, f := range filters {
		value := c.params.Get(f.name)
		if value.Kind != protocol.Text {
			refusal := badParam(f.name)
			return q, &refusal
		}
		*f.field = value.Text
	}
	if q == (people.Query{}) {
		refusal := noParam("keywords")
		return q, &refusal
	}
	return q, nil
}
