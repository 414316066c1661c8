package conform_test

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// listing replaces what list_notes does.
func listing(list func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error)) func(*notes) plugin.Connector {
	return invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
		if req.Action != "list_notes" {
			return good.Invoke(ctx, req, emit)
		}
		return list(ctx, good, req, emit)
	})
}

// emitting changes events before they are emitted.
func emitting(change func(e *plugin.Event)) func(*notes) plugin.Connector {
	return listing(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
		return good.Invoke(ctx, req, func(e *plugin.Event) error {
			changed := *e
			change(&changed)
			return emit(&changed)
		})
	})
}

// with changes a field of an input.
func with(req *plugin.InvokeRequest, name string, value any) *plugin.InvokeRequest {
	in := map[string]any{}
	if err := json.Unmarshal(req.Input, &in); err != nil {
		panic(err)
	}
	in[name] = value
	doc, err := json.Marshal(in)
	if err != nil {
		panic(err)
	}
	out := *req
	out.Input = doc
	return &out
}

func brokenStreams() []broken {
	return []broken{
		{
			name: "items in the result",
			build: listing(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				res, err := good.Invoke(ctx, req, emit)
				if err == nil {
					res.Output = json.RawMessage(`{"notes": [{"id": 1}], ` + string(res.Output[1:]))
				}
				return res, err
			}),
			failed: "paging and streams: items come as pages, each of which fits", why: "has 1 items in notes",
		}, {
			name: "more than was asked for",
			build: listing(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				if strings.Contains(string(req.Input), `"max_items":3`) {
					return good.Invoke(ctx, with(req, "max_items", 4), emit)
				}
				return good.Invoke(ctx, req, emit)
			}),
			failed: "paging and streams: items come as pages, each of which fits", why: "max_items is 3, and there are 4 items",
		}, {
			name: "pages that are too large",
			build: listing(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				if strings.Contains(string(req.Input), `"max_items":3`) {
					return good.Invoke(ctx, with(req, "page_size", 3), emit)
				}
				return good.Invoke(ctx, req, emit)
			}),
			failed: "paging and streams: items come as pages, each of which fits", why: "page_size is 2, and page 1 has 3 items",
		}, {
			name: "a cursor that leads back",
			build: listing(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				if strings.Contains(string(req.Input), cursor(3)) {
					return good.Invoke(ctx, with(req, "cursor", ""), emit)
				}
				return good.Invoke(ctx, req, emit)
			}),
			failed: "paging and streams: a cursor leads to what follows", why: "item 1 of the second page was on the first",
		}, {
			name: "a cursor that never ends",
			build: listing(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				var in struct{ Cursor string }
				if err := json.Unmarshal(req.Input, &in); err != nil {
					return nil, err
				}
				last, empty := strings.CutPrefix(in.Cursor, "after-")
				res, err := &plugin.Result{Output: json.RawMessage(`{"next_cursor":""}`)}, error(nil)
				if !empty {
					last = "0"
					res, err = good.Invoke(ctx, req, func(e *plugin.Event) error {
						if e.Type == plugin.EventPage && e.Cursor == "" {
							e.Cursor = "after-0"
						}
						return emit(e)
					})
				}
				if err == nil {
					res.Output = json.RawMessage(strings.Replace(string(res.Output), `:""`, `:"after-`+last+`0"`, 1))
				}
				return res, err
			}),
			failed: "paging and streams: cursors come to an end", why: "4 pages in a row have no item",
		}, {
			name: "any cursor is the beginning",
			build: listing(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				res, err := good.Invoke(ctx, req, emit)
				if plugin.KindOf(err) == plugin.InvalidInput {
					return good.Invoke(ctx, with(req, "cursor", ""), emit)
				}
				return res, err
			}),
			failed: "paging and streams: a damaged cursor is refused", why: "gave no error",
		}, {
			name: "a bad cursor without a pointer",
			build: failing(func(_ *plugin.InvokeRequest, err error) error {
				if e := plugin.AsError(err); e.Pointer == "/cursor" {
					e.Pointer = ""
				}
				return err
			}),
			failed: "paging and streams: a damaged cursor is refused", why: `has the pointer ""`,
		}, {
			name:   "a notice without a code",
			build:  emitting(func(e *plugin.Event) { e.Code = "" }),
			failed: "paging and streams: events are whole", why: "list_notes, example 1: a notice has no code",
		}, {
			name: "events for nobody",
			build: listing(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				return good.Invoke(ctx, req, func(e *plugin.Event) error {
					if emit(e) != nil {
						time.Sleep(200 * time.Millisecond) // the vendor is slow
					}
					return nil
				})
			}),
			failed: "paging and streams: an error of emit ends the action", why: "list_notes went on for",
		},
	}
}
