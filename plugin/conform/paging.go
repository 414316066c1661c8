package conform

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

func pagingCases(*subject) []testCase {
	return []testCase{
		{"items come as pages, each of which fits", pagesFit},
		{"a cursor leads to what follows", cursorLeadsOn},
		{"cursors come to an end", cursorsEnd},
		{"a damaged cursor is refused", damagedCursorRefused},
		{"events are whole", eventsAreWhole},
		{"an error of emit ends the action", emitErrorEnds},
	}
}

// pages are what one call of an action that pages gave.
type pages struct {
	items  []json.RawMessage
	sizes  []int
	last   string // cursor of the last page
	next   string // next_cursor of the result
	result *plugin.Result
}

// paging returns the example to try pages with, or why there is none.
func (s *subject) paging() (*trial, error) {
	for _, t := range s.reading() {
		if t.spec.Paging != nil {
			return t, nil
		}
	}
	if slices.ContainsFunc(s.desc.Actions, func(a plugin.ActionSpec) bool { return a.Paging != nil }) {
		if s.login != nil {
			return nil, s.login
		}
		return nil, notRun("no example of an action that pages gave a result")
	}
	return nil, notRun("no action pages")
}

// fleeting are the kinds that many calls in a row may end in.
var fleeting = []plugin.Kind{plugin.QuotaExhausted, plugin.RateLimited, plugin.Unavailable, plugin.Timeout}

// page runs an action that pages with its example's input, changed.
func (s *subject) page(ctx context.Context, t *trial, change map[string]any) (*pages, error) {
	in := fields(t.input)
	delete(in, "cursor")
	delete(in, "max_calls")
	for name, value := range change {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		in[name] = text
	}
	doc, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	got := &pages{}
	got.result, err = s.stream(ctx, s.conn, input(t.spec.Name, doc), func(e *plugin.Event) error {
		if e.Type == plugin.EventPage {
			got.items = append(got.items, e.Items...)
			got.sizes = append(got.sizes, len(e.Items))
			got.last = e.Cursor
		}
		return nil
	})
	if slices.Contains(fleeting, plugin.KindOf(err)) {
		return nil, notRun("it ended in an error that is no fault of the connector: %s", say(err))
	}
	if err != nil {
		return nil, s.unexpected(err, "An action that pages takes any page_size and max_items within its schema.")
	}
	_ = json.Unmarshal(fields(got.result.Output)["next_cursor"], &got.next) // absent: empty
	return got, nil
}

const (
	pageSize = 2 // so that few items make several pages
	mostWant = 3 // and the last page is not full
)

func pagesFit(ctx context.Context, s *subject) error {
	t, err := s.paging()
	if err != nil {
		return err
	}
	got, err := s.page(ctx, t, map[string]any{"page_size": pageSize, "max_items": mostWant})
	if err != nil {
		return err
	}
	field := t.spec.Paging.Field
	var inResult []json.RawMessage
	if json.Unmarshal(fields(got.result.Output)[field], &inResult) == nil && len(inResult) > 0 {
		return faultf("Emit items as page events, and leave them out of the result: the host puts them into the output.",
			"the result of %s has %d items in %s, which the host replaces with those of page events", t.spec.Name, len(inResult), field)
	}
	var wrong findings
	if len(got.items) > mostWant {
		wrong.add("max_items is %d, and there are %d items", mostWant, len(got.items))
	}
	for i, size := range got.sizes {
		if size > pageSize {
			wrong.add("page_size is %d, and page %d has %d items", pageSize, i+1, size)
		}
	}
	if (got.last == "") != (got.next == "") {
		wrong.add("the last page says that the next begins at %q, and next_cursor is %q", got.last, got.next)
	}
	if misfit := s.wholeMisfit(t, got); misfit != "" {
		wrong.add("the pages do not fit the output schema: %s", misfit)
	}
	return wrong.fault("Give at most max_items in all and page_size a page, and the same place to go on in the last page and in next_cursor.")
}

// wholeMisfit checks pages and result together, as the host puts them.
func (s *subject) wholeMisfit(t *trial, got *pages) string {
	out := s.schemas[t.spec.Name+".output"]
	whole := fields(got.result.Output)
	if out == nil || whole == nil {
		return ""
	}
	items, err := json.Marshal(append([]json.RawMessage{}, got.items...))
	if err != nil {
		return err.Error()
	}
	whole[t.spec.Paging.Field] = items
	doc, err := json.Marshal(whole)
	if err != nil {
		return err.Error()
	}
	return out.misfit(doc)
}

// firstPage returns a page with a cursor behind it.
func (s *subject) firstPage(ctx context.Context) (*trial, *pages, error) {
	t, err := s.paging()
	if err != nil {
		return nil, nil, err
	}
	first, err := s.page(ctx, t, map[string]any{"page_size": pageSize, "max_items": pageSize})
	if err != nil {
		return nil, nil, err
	}
	if first.next == "" {
		return nil, nil, notRun("everything fits on the first page")
	}
	return t, first, nil
}

func cursorLeadsOn(ctx context.Context, s *subject) error {
	t, first, err := s.firstPage(ctx)
	if err != nil {
		return err
	}
	second, err := s.page(ctx, t, map[string]any{"page_size": pageSize, "max_items": pageSize, "cursor": first.next})
	if err != nil {
		return err
	}
	for i, item := range second.items {
		if slices.ContainsFunc(first.items, func(other json.RawMessage) bool { return bytes.Equal(item, other) }) {
			return faultf("Let the cursor say where the next page begins, and begin there.", "item %d of the second page was on the first: %s", i+1, cut(string(item), 200))
		}
	}
	if second.next == first.next {
		return faultf("Move the cursor on with each page, and leave it empty after the last.", "the second page leads to itself: its cursor is that of the first")
	}
	return nil
}

func damagedCursorRefused(ctx context.Context, s *subject) error {
	t, first, err := s.firstPage(ctx)
	if err != nil {
		return err
	}
	in := fields(t.input)
	delete(in, "max_calls")
	for name, value := range map[string]any{"page_size": pageSize, "max_items": pageSize, "cursor": damaged(first.next)} {
		if in[name], err = json.Marshal(value); err != nil {
			return err
		}
	}
	doc, err := json.Marshal(in)
	if err != nil {
		return err
	}
	const advice = "Check a cursor before it is used (a MAC under a stored key tells whether it is yours), and refuse it with invalid_input at /cursor."
	_, err = s.stream(ctx, s.conn, input(t.spec.Name, doc), nil)
	if err := s.wantKind(err, "a cursor with one character changed", advice, plugin.InvalidInput); err != nil {
		return err
	}
	if at := plugin.AsError(err).Pointer; at != "/cursor" {
		s.seen.judged(err)
		return faultf(advice, "the error for a damaged cursor has the pointer %q", at)
	}
	return nil
}

// damaged returns a cursor with one character in its middle changed.
func damaged(cursor string) string {
	i := len(cursor) / 2
	other := "A"
	if strings.HasPrefix(cursor[i:], other) {
		other = "B"
	}
	return fmt.Sprint(cursor[:i], other, cursor[i+1:])
}
