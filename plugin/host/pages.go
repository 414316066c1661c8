package host

import (
	"encoding/json"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// nextCursor is the output field that says where an action goes on.
const nextCursor = "next_cursor"

// pages gathers the pages of an action that is invoked as a whole.
type pages struct {
	spec   *plugin.ActionSpec
	any    bool // there was a page
	items  []json.RawMessage
	size   int    // of the items, in bytes
	cursor string // where the page after the last one begins; empty: there is none
}

// reset forgets the pages, because the action begins anew.
func (p *pages) reset() { *p = pages{spec: p.spec} }

// add takes a page. One with which the output would be over 16 MiB is refused.
func (p *pages) add(e *plugin.Event) error {
	size := p.size
	for _, item := range e.Items {
		size += len(item) + 1
	}
	if size > wire.MaxMessageBytes {
		return tooLarge(p.spec)
	}
	p.any, p.size, p.items, p.cursor = true, size, append(p.items, e.Items...), e.Cursor
	return nil
}

// merge returns a result with the items of the pages in it.
func (p *pages) merge(res *plugin.Result) (*plugin.Result, error) {
	if p.spec.Paging == nil {
		return res, nil
	}
	merged := *res
	var err error
	merged.Output, err = merge(res.Output, p.spec.Paging.Field, p.items)
	return &merged, err
}

// partial returns what there was when the action failed, nil without a page.
func (p *pages) partial(failed error) *plugin.Result {
	if !p.any || p.spec.Paging == nil {
		return nil
	}
	output := map[string]any{}
	if p.cursor != "" {
		output[nextCursor] = p.cursor
	}
	doc, err := encode(output)
	if err == nil {
		doc, err = merge(doc, p.spec.Paging.Field, p.items)
	}
	if err != nil { // an item that is no JSON: it is what failed
		return nil
	}
	res := &plugin.Result{Output: doc}
	if meta := plugin.AsError(failed).Meta; meta != nil {
		res.Meta = *meta
	}
	return res
}
