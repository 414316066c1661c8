package conform

import (
	"context"
	"fmt"
	"slices"
)

const (
	// followed is how many pages a cursor is followed for. Each may cost a
	// call of the vendor's quota, and a list may be longer.
	followed = 8
	// emptyMost is how many pages in a row may be empty, with more to come:
	// a vendor may filter what it gives.
	emptyMost = 4
)

// cursorsEnd follows cursors by the largest pages there are. Where a list ends
// within a few of them, so must its cursors.
func cursorsEnd(ctx context.Context, s *subject) error {
	t, err := s.paging()
	if err != nil {
		return err
	}
	const advice = "Leave the cursor empty after the last page, and never lead to a page that was there already."
	size := int64(max(t.spec.Paging.MaxPageSize, 1))
	if in := s.schemas[t.spec.Name+".input"]; in != nil {
		if most, ok := number(in.property("max_items"), "maximum"); ok {
			size = min(size, most)
		}
	}
	var seen []string // pages
	cursors := []string{""}
	empty := 0
	for range followed {
		change := map[string]any{"page_size": size, "max_items": size}
		if at := cursors[len(cursors)-1]; at != "" {
			change["cursor"] = at
		}
		got, err := s.page(ctx, t, change)
		if err != nil {
			return err
		}
		page := fmt.Sprintf("%s", got.items)
		if len(got.items) > 0 && got.next != "" && slices.Contains(seen, page) {
			return faultf(advice, "page %d has the very items of an earlier page, and leads on", len(cursors))
		}
		seen = append(seen, page)
		switch empty++; {
		case got.next == "":
			return nil
		case slices.Contains(cursors, got.next):
			return faultf(advice, "the cursor of page %d is that of an earlier page", len(cursors))
		case len(got.items) > 0:
			empty = 0
		case empty == emptyMost:
			return faultf(advice, "%d pages in a row have no item, and the last leads on", empty)
		}
		cursors = append(cursors, got.next)
	}
	return nil // how long the list is, only the vendor knows
}
