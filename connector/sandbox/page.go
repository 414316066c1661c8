package sandbox

import (
	"fmt"
	"strconv"
	"strings"
)

// defaultCount is the page size of a collection when the client does not say.
const defaultCount = 10

// window is the part of a collection that a call asks for.
type window struct {
	start, count int
}

// window reads start and count. LinkedIn does not say what it does with a count over the maximum;
// the quirk RefuseLargeCount decides.
func (c *call) window(most int) (window, *apiError) {
	w := window{count: defaultCount}
	for name, field := range map[string]*int{"start": &w.start, "count": &w.count} {
		if !c.params.Has(name) {
			continue
		}
		n, err := strconv.Atoi(c.params.Get(name).Text)
		if err != nil || n < 0 {
			refusal := badParam(name)
			return w, &refusal
		}
		*field = n
	}
	if w.count > most {
		if c.quirks.RefuseLargeCount {
			refusal := badParam("count")
			return w, &refusal
		}
		w.count = most
	}
	return w, nil
}

// cut returns the bounds of the window within n elements.
func (w window) cut(n int) (from, to int) {
	from = min(w.start, n)
	return from, min(from+w.count, n)
}

// paging is the part of a collection that says where it stands. The links keep the query as the
// client encoded it; shown is how many elements can be paged through, total how many there are.
func (c *call) paging(w window, shown, total int) map[string]any {
	links := []any{}
	link := func(rel string, start int) {
		query := strings.TrimSuffix(fmt.Sprintf("start=%d&count=%d&%s", start, w.count, c.params.Without("start", "count")), "&")
		links = append(links, map[string]any{"type": "application/json", "rel": rel, "href": c.path + "?" + query})
	}
	if w.start > 0 && w.count > 0 {
		link("prev", max(w.start-w.count, 0))
	}
	if w.start+w.count < shown && w.count > 0 {
		link("next", w.start+w.count)
	}
	paging := map[string]any{"start": w.start, "count": w.count, "links": links}
	if !c.quirks.NoTotal {
		paging["total"] = total
	}
	return paging
}

// collection is a page as the API answers it, with the fields that the projection asks for.
func (c *call) collection(elements []any, paging map[string]any) map[string]any {
	if elements == nil {
		elements = []any{}
	}
	page := map[string]any{"elements": elements, "paging": paging}
	if c.mask == nil {
		return page
	}
	return c.project(page, c.mask)
}
