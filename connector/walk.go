package connector

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// pagingInput is what a step says about the way through a listing.
type pagingInput struct {
	pageSize, maxItems, maxCalls int // 0: not said
	cursor                       string
	maxAge                       time.Duration
	largestPage                  int
	identity                     any // the input without all this
}

// ListEnd is what is known when a listing has ended.
type ListEnd struct {
	Total      *int64 `json:"total,omitempty" jsonschema:"title=Total,minimum=0,maximum=1000000000000,example=61" jsonschema_description:"How many people LinkedIn says there are. Absent when it does not say, and where the connector filters them itself."`
	NextCursor string `json:"next_cursor,omitempty" jsonschema:"title=Next cursor,minLength=1,maxLength=1000,pattern=^[A-Za-z0-9_-]+$" jsonschema_description:"Where the next page begins: give it as cursor to go on. Absent at the end." jsonschema_extras:"x-linkstep-type=linkedin.search_cursor"`
}

// walk goes through the pages of a listing until enough people are found.
type walk struct {
	s      *session
	list   *listing
	fields fields
	in     *pagingInput

	pager    *restli.Pager
	identity []byte // of the listing, for cursors
	skip     int64  // people at the beginning of the next page that were given before
	pageSize int
	left     int             // people still wanted
	seen     map[string]bool // ids of those who were passed on
	maxCalls int
	end      ListEnd
}

// runList walks through a listing: pages of people become events, the rest is
// the result.
func (s *session) runList(ctx context.Context, list *listing, f fields, in *pagingInput) (*ListEnd, error) {
	w := &walk{s: s, list: list, fields: f, in: in}
	if err := w.begin(ctx); err != nil {
		return nil, err
	}
	return w.run(ctx)
}

// begin sets the walk on its start: at the cursor, if there is one.
func (w *walk) begin(ctx context.Context) error {
	in := w.in
	// Where nobody chose, the fewest calls: pages as large as what is wanted.
	w.pageSize = orDefault(in.pageSize, min(orDefault(in.maxItems, 10), in.largestPage))
	w.left = orDefault(in.maxItems, w.pageSize)
	w.maxCalls = orDefault(in.maxCalls, 10)
	for _, c := range []struct {
		pointer      string
		value, limit int
	}{{"/page_size", w.pageSize, in.largestPage}, {"/max_items", w.left, 10_000}, {"/max_calls", w.maxCalls, 1000}} {
		if c.value < 1 || c.value > c.limit {
			return invalidInput(c.pointer, fmt.Sprintf("a number from 1 to %d is needed", c.limit))
		}
	}
	meterOf(ctx).limit(w.maxCalls)
	var err error
	if w.identity, err = json.Marshal(in.identity); err != nil {
		return err
	}
	var from place
	if in.cursor != "" {
		if from, err = w.s.openCursor(ctx, in.cursor, w.list.action, w.identity); err != nil {
			return err
		}
	}
	w.skip, w.seen = from.skip, make(map[string]bool)
	w.pager = restli.NewPager(w.list.call.Query, &restli.PagerOptions{
		Count: int64(orDefault(w.list.upPage, w.pageSize)), Start: from.start, MaxPages: 10_000, Window: w.list.window,
	})
	return nil
}

func orDefault(value, byDefault int) int {
	if value == 0 {
		return byDefault
	}
	return value
}

// run reads pages until there are no more, or enough.
func (w *walk) run(ctx context.Context) (*ListEnd, error) {
	m := meterOf(ctx)
	for {
		page, err := w.page(ctx)
		if err != nil {
			return nil, w.broken(ctx, err)
		}
		page.tell(m, w.fields)
		done, err := w.take(ctx, page)
		if done || err != nil {
			return &w.end, err
		}
		if m.spent() >= w.maxCalls {
			m.notice("max_calls", fmt.Sprintf("the step has spent its %d calls; go on with next_cursor", w.maxCalls))
			return &w.end, nil
		}
	}
}

// broken is the error of a page that failed after others had been given. Each
// page event carries the cursor of the next page, so a program has what it
// needs to go on; the hint has it for a person, as an error of the contract has
// no field for a cursor.
func (w *walk) broken(ctx context.Context, err error) error {
	if w.end.NextCursor == "" {
		return err
	}
	e := *classify(err, &situation{target: w.list.target, connection: w.s.conn.name, ended: ctx.Err()})
	e.Hint = strings.TrimSpace(fmt.Sprintf("%s Who took the pages before as they came can go on after them with cursor %s", e.Hint, w.end.NextCursor))
	return &e
}

// page asks for the page that the walk has come to. Unless the same place must
// give the same page, the last one asks only for what is still wanted.
func (w *walk) page(ctx context.Context) (*peoplePage, error) {
	call := w.list.call
	if !w.list.single {
		call.Query = w.pager.Query()
		if !w.list.fixed() {
			call.Query = call.Query.With("count", restli.Int(int64(min(w.pageSize, w.left))))
		}
	}
	return rememberFields(ctx, w.s, listMemory(&call), w.list.asks, w.in.maxAge, func(ctx context.Context) (*peoplePage, time.Duration, error) {
		began := time.Now()
		body, err := w.s.ask(ctx, &question{action: w.list.action, target: w.list.target, call: call})
		if err != nil {
			return nil, 0, err
		}
		page, err := w.list.decode(body, w.fields)
		if err != nil {
			return nil, 0, classify(err, &situation{target: w.list.target})
		}
		w.s.rememberCards(page, w.list.asks, began)
		return page, page.life(w.s.conn.clock.now()), nil
	})
}

// take passes on whom a page has, and reports whether the walk is done.
func (w *walk) take(ctx context.Context, page *peoplePage) (done bool, err error) {
	m, at := meterOf(ctx), w.pager.Start()
	if total := totalOf(page.list); total != nil && w.list.keep == nil {
		w.end.Total = total
	}
	stop := restli.StopShort
	if !w.list.single {
		stop = w.pager.Advance(page.list)
	}
	var people []Person
	next := place{start: w.pager.Start()}
	if stop != restli.StopRepeated {
		var cut int64
		if people, cut = w.choose(page); cut > 0 {
			stop, next = "", place{start: at, skip: cut}
			if !w.list.fixed() { // LinkedIn gave more than it was asked for
				next = place{start: at + cut}
			}
		}
	}
	w.skip, w.end.NextCursor = 0, ""
	w.left -= len(people)
	if stop == "" {
		if w.end.NextCursor, err = w.s.sealCursor(ctx, next, w.list.action, w.identity); err != nil {
			return true, err
		}
	} else {
		w.tellCut(m, stop, at, page)
	}
	if err := w.emit(m, people); err != nil {
		return true, err
	}
	return stop != "" || w.left <= 0, nil
}

// choose takes from a page whom the step wants. When the page has more, cut is
// how much of it has been gone through.
func (w *walk) choose(page *peoplePage) (people []Person, cut int64) {
	for i := w.skip; i < int64(len(page.people)); i++ {
		p := page.people[i]
		if w.seen[p.ID] || w.list.keep != nil && !w.list.keep(&p) {
			continue // LinkedIn's pages may overlap while the list changes
		}
		if len(people) == w.left {
			return people, i
		}
		w.seen[p.ID] = true
		people = append(people, p)
	}
	return people, 0
}

// totalOf is how long LinkedIn says a list is; nil when it does not.
func totalOf(list *restli.Collection) *int64 {
	if list.Paging == nil {
		return nil
	}
	return list.Paging.Total
}

// tellCut says so when a listing may go on where the walk cannot.
func (w *walk) tellCut(m *meter, stop restli.Stop, at int64, page *peoplePage) {
	total := totalOf(page.list)
	switch {
	case stop == restli.StopWindow, w.list.single && int64(len(page.people)) >= w.list.window:
		m.notice("search_window", fmt.Sprintf("LinkedIn shows the first %d people of this list only; narrow the search to find others", w.list.window))
	case stop == restli.StopEmpty && total != nil && *total > at:
		m.notice("search_window", fmt.Sprintf("LinkedIn shows the first %d of %d people only; narrow the search to find others", at, *total))
	case stop.Cut():
		m.notice("search_cut", fmt.Sprintf("LinkedIn's pages do not go on in order (%s); there may be more people than were found", stop))
	}
}

// emit passes a page of people on.
func (w *walk) emit(m *meter, people []Person) error {
	e := &plugin.Event{Type: plugin.EventPage, Cursor: w.end.NextCursor, Items: make([]json.RawMessage, 0, len(people))}
	for i := range people {
		p := people[i]
		if !p.Private { // of whom there is nothing but the id
			m.gave(p.URN)
		}
		p.Member = p.Member.only(w.fields)
		item, err := encode(&p)
		if err != nil {
			return err
		}
		e.Items = append(e.Items, item)
	}
	return m.send(e)
}
