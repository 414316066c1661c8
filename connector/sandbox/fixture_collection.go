package sandbox

const (
	searchPath      = "/v2/search/people"
	connectionsPath = "/v2/connections"
	typeaheadPath   = "/rest/peopleTypeahead"
)

// collectionFixtures are 39 to 47.
func collectionFixtures() []fixture {
	return []fixture{
		{number: 39, name: "search_page1", path: searchPath, answer: built(func(c *call) any { return c.pageOf(window{0, 25}, 25, 61) })},
		{number: 40, name: "search_last", path: searchPath, answer: built(func(c *call) any { return c.pageOf(window{50, 25}, 11, 61) })},
		{number: 41, name: "search_empty", path: searchPath, answer: built(func(c *call) any { return c.pageOf(window{0, 25}, 0, 0) })},
		{number: 42, name: "search_short_mid_page", path: searchPath, answer: built(func(c *call) any { return c.pageOf(window{0, 25}, 20, 61) })},
		{number: 43, name: "search_no_total", path: searchPath, answer: built(func(c *call) any {
			c.quirks.NoTotal = true
			return c.pageOf(window{0, 25}, 25, 61)
		})},
		{number: 44, name: "search_disabled", path: searchPath, answer: failing(noResource)},
		{number: 44, name: "search_denied", path: searchPath, answer: failing(denied(searchResource, "FINDER-people", "NO_VERSION"))},
		{number: 45, name: "connections_page", path: connectionsPath, answer: built(func(c *call) any {
			var elements []any
			for _, member := range c.publicMembers(10) {
				elements = append(elements, map[string]any{"to": c.personURN(member)})
			}
			return c.collection(elements, c.paging(window{0, 50}, len(elements), len(elements)))
		})},
		{number: 46, name: "connections_size", path: connectionsPath, answer: built(func(c *call) any {
			return c.collection(nil, c.paging(window{0, 0}, 512, 512))
		})},
		{number: 47, name: "typeahead", path: typeaheadPath, answer: built(func(c *call) any {
			var elements []any
			for _, member := range c.publicMembers(maxTypeahead) {
				elements = append(elements, c.mention(member))
			}
			return c.collection(elements, map[string]any{"start": 0, "count": maxTypeahead})
		})},
	}
}

// pageOf is a page of a search that found total people, with as many elements as it has.
func (c *call) pageOf(w window, elements, total int) map[string]any {
	c.quirks.NoTotal = c.quirks.NoTotal && total > 0
	members := c.publicMembers(w.start + elements)
	var shown []any
	for _, member := range members[min(w.start, len(members)):] {
		urn := c.personURN(member)
		card, _ := c.pick(c.entity(member), nil, nil, cardFields)
		shown = append(shown, map[string]any{"entity": urn, "entity~": card})
	}
	return c.collection(shown, c.paging(w, total, total))
}
