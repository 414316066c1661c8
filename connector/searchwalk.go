package connector

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// searchWalk goes through the pages of one search.
type searchWalk struct {
	s      *session
	in     *SearchPeopleInput
	fields fields

	pager    *restli.Pager
	identity []byte // of the search, for cursors
	pageSize int
	left     int // people still wanted
	maxCalls int
	end      SearchEnd
}

// begin sets the walk on its start: at the cursor, if there is one.
func (w *searchWalk) begin(ctx context.Context, q restli.Query) error {
	in := w.in
	// Where nobody chose, the fewest calls: pages as large as what is wanted.
	w.pageSize = orDefault(in.PageSize, min(orDefault(in.MaxItems, 10), maxPageSize))
	w.left = orDefault(in.MaxItems, w.pageSize)
	w.maxCalls = orDefault(in.MaxCalls, 10)
	for _, c := range []struct {
		pointer      string
		value, limit int
	}{{"/page_size", w.pageSize, maxPageSize}, {"/max_items", w.left, 10_000}, {"/max_calls", w.maxCalls, 1000}} {
		if c.value < 1 || c.value > c.limit {
			return invalidInput(c.pointer, fmt.Sprintf("a number from 1 to %d is needed", c.limit))
		}
	}
	var err error
	if w.identity, err = in.identity(); err != nil {
		return err
	}
	start := int64(0)
	if in.Cursor != "" {
		if start, err = w.s.openCursor(ctx, in.Cursor, "search_people", w.identity); err != nil {
			return err
		}
	}
	if projection, err := w.projection(); err != nil {
		return err
	} else if projection != "" {
		q = q.With("projection", projection)
	}
	w.pager = restli.NewPager(q, &restli.PagerOptions{Count: int64(w.pageSize), Start: start, MaxPages: 10_000})
	return nil
}

func orDefault(value, byDefault int) int {
	if value == 0 {
		return byDefault
	}
	return value
}

// projection is what to ask for; empty where LinkedIn's default is enough,
// which is the URN of each person.
func (w *searchWalk) projection() (restli.String, error) {
	if !w.fields.hasAny("name", "given_name", "family_name", "headline", "vanity_name", "profile_url", "picture") {
		return "", nil
	}
	text, err := restli.Projection{
		{Name: "elements", Each: true, Fields: restli.Projection{
			{Name: "entity", Expand: []restli.Expansion{{Fields: w.fields.projection()}}},
		}},
		{Name: "paging"},
	}.Encode()
	return restli.String(text), err
}

// run reads pages until there are no more, or enough.
func (w *searchWalk) run(ctx context.Context) (*SearchEnd, error) {
	m := meterOf(ctx)
	for {
		page, err := w.s.searchPage(ctx, w)
		if err != nil {
			return nil, err
		}
		if page.list.Paging != nil && page.list.Paging.Total != nil {
			w.end.Total = page.list.Paging.Total
		}
		at := w.pager.Start()
		stop := w.pager.Advance(page.list)
		people := page.people
		if stop == restli.StopRepeated {
			people = nil
		}
		next := w.pager.Start()
		if len(people) > w.left { // LinkedIn gave more than it was asked for
			people = people[:w.left]
			next, stop = at+int64(w.left), ""
		}
		w.left -= len(people)
		if stop == "" {
			if w.end.NextCursor, err = w.s.sealCursor(ctx, next, "search_people", w.identity); err != nil {
				return nil, err
			}
		} else {
			w.end.NextCursor = ""
			w.tellCut(m, stop)
		}
		if err := w.emit(m, people); err != nil {
			return nil, err
		}
		if stop != "" || w.left <= 0 {
			return &w.end, nil
		}
		if m.spent() >= w.maxCalls {
			m.notice("max_calls", fmt.Sprintf("the step has spent its %d calls; go on with next_cursor", w.maxCalls))
			return &w.end, nil
		}
	}
}

// tellCut says so when a listing may go on where the walk cannot.
func (w *searchWalk) tellCut(m *meter, stop restli.Stop) {
	if stop.Cut() {
		m.notice("search_cut", fmt.Sprintf("LinkedIn's pages do not go on in order (%s); there may be more people than were found", stop))
	}
}

// emit passes a page of people on.
func (w *searchWalk) emit(m *meter, people []Person) error {
	e := &plugin.Event{Type: plugin.EventPage, Cursor: w.end.NextCursor, Items: make([]json.RawMessage, 0, len(people))}
	for i := range people {
		p := people[i]
		p.Member = p.Member.only(w.fields)
		item, err := json.Marshal(&p)
		if err != nil {
			return err
		}
		e.Items = append(e.Items, item)
	}
	return m.send(e)
}
