package connector_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// stream runs an action and returns the page events, and how it ended.
func (b *bench) stream(ctx context.Context, action, input string, each func(page int) error) (pages []plugin.Event, err error) {
	b.t.Helper()
	_, err = b.plugin.Stream(ctx, b.conn, &plugin.InvokeRequest{Action: action, Input: []byte(input)}, func(e *plugin.Event) error {
		if e.Type != plugin.EventPage {
			return nil
		}
		pages = append(pages, *e)
		return each(len(pages))
	})
	return pages, err
}

// listWays are the actions that stream pages, with the input of a page of five.
var listWays = []struct{ client, action, input string }{
	{sandbox.PartnerClient, "search_people", `"keywords":"engineer","page_size":5`},
	{sandbox.CommunityClient, "list_connections", `"page_size":5`},
}

// A failed page gives the pages before it, a cursor to go on, and the error.
func TestStreamBreaks(t *testing.T) {
	t.Parallel()
	for _, way := range listWays {
		for _, tt := range []struct {
			name   string
			fault  sandbox.Fault
			kind   plugin.Kind
			status int
		}{
			{"503", sandbox.Fault{Status: 503}, plugin.Unavailable, 503},
			{"daily limit", sandbox.Fault{Status: 429, Body: `{"status":429,"message":"Resource level throttle APPLICATION DAY limit for calls to this resource is reached."}`}, plugin.QuotaExhausted, 429},
			{"reset", sandbox.Fault{Reset: true}, plugin.Unavailable, 0},
			{"truncated", sandbox.Fault{Truncate: true}, plugin.Unavailable, 0},
			{"no list", sandbox.Fault{Status: 200, Body: `{"elements":5}`}, plugin.BadUpstream, 0},
		} {
			t.Run(way.action+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				b := login(t, way.client, nil)
				input := "{" + way.input + `,"max_items":15}`
				whole, err := b.stream(t.Context(), way.action, input, func(int) error { return nil })
				if err != nil || len(whole) != 3 {
					t.Fatalf("%d pages, %v; want 3", len(whole), err)
				}
				b.open() // remembers nothing
				broken, err := b.stream(t.Context(), way.action, input, func(page int) error {
					if page == 2 {
						return b.srv.Fail(tt.fault)
					}
					return nil
				})
				e := plugin.AsError(err)
				if len(broken) != 2 || e.Kind != tt.kind || e.HTTPStatus != tt.status || e.Effect != plugin.EffectNone {
					t.Fatalf("%d pages, error %s", len(broken), detailed(err))
				}
				cursor := broken[1].Cursor
				if cursor == "" || !strings.Contains(e.Hint, "with cursor "+cursor) {
					t.Errorf("hint %q lacks the cursor %q of the last page", e.Hint, cursor)
				}
				if tt.kind == plugin.QuotaExhausted {
					return // not today
				}
				for i, page := range broken {
					rest, err := b.stream(t.Context(), way.action, fmt.Sprintf(`{%s,"max_items":5,"cursor":%q}`, way.input, page.Cursor), func(int) error { return nil })
					if err != nil || len(rest) != 1 || firstID(t, rest[0]) != firstID(t, whole[i+1]) {
						t.Errorf("going on after page %d: %d pages, %v; want the next one", i+1, len(rest), err)
					}
				}
			})
		}
	}
}

func firstID(t *testing.T, page plugin.Event) string {
	t.Helper()
	var p connector.Person
	if len(page.Items) == 0 || json.Unmarshal(page.Items[0], &p) != nil || p.ID == "" {
		t.Fatalf("page %s has no person", page.Items)
	}
	return p.ID
}

// The first page that fails has nothing before it to go on after.
func TestStreamNeverBegins(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.FailNext(503, 1)
	if e := b.refused("search_people", `{"keywords":"engineer"}`); strings.Contains(e.Hint, "cursor") {
		t.Errorf("hint %q", e.Hint)
	}
}

// Whoever stops a stream is answered while LinkedIn still stalls, and nothing
// more is sent.
func TestStreamIsCanceled(t *testing.T) {
	for _, action := range []string{`search_people {"keywords":"engineer","page_size":5,"max_items":50,"max_age_seconds":0}`, `get_people {"people":["A","B"],"max_calls":9}`} {
		name, input, _ := strings.Cut(action, " ")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := login(t, sandbox.PartnerClient, map[string]any{"max_retries": 5})
			b.srv.Fail(sandbox.Fault{Path: "/v2/", Stall: time.Minute, Times: -1})
			heard := b.overhear()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var canceled time.Time
			time.AfterFunc(underWay, func() { canceled = time.Now(); cancel() })
			_, err := b.stream(ctx, name, input, func(int) error { return nil })
			if plugin.KindOf(err) != plugin.Canceled || ctx.Err() == nil {
				t.Errorf("ended in %v", err)
			}
			b.wantEnd(canceled, heard, 1)
		})
	}
	t.Run("between pages", func(t *testing.T) {
		b := login(t, sandbox.PartnerClient, nil)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		pages, err := b.stream(ctx, "search_people", `{"keywords":"engineer","page_size":5,"max_items":50}`, func(page int) error {
			if page == 2 {
				cancel()
			}
			return nil
		})
		if plugin.KindOf(err) != plugin.Canceled || len(pages) != 2 || len(b.paths()) != 2 {
			t.Errorf("%d pages, %d calls, %v; want 2 and a cancellation", len(pages), len(b.paths()), err)
		}
	})
}

// wantEnd fails unless a step has ended long before LinkedIn would have
// answered, which takes it a minute, and has sent nothing after so many calls,
// of which the last was given up. Nothing runs afterwards.
func (b *bench) wantEnd(canceled time.Time, heard *overheard, calls int) {
	b.t.Helper()
	took := time.Since(canceled)
	if took > 5*time.Second { // 250 ms on a machine that has nothing else to do
		b.t.Errorf("answered %s after the cancellation", took)
	}
	if err := b.host.Close(context.Background()); err != nil { // waits for what the connector still does
		b.t.Error(err)
	}
	b.t.Logf("answered %s after the cancellation, all ended after %s", took.Round(time.Millisecond), time.Since(canceled).Round(time.Millisecond))
	if e := plugin.AsError(heard.failed); e == nil || e.Meta == nil || e.Meta.UpstreamCalls > calls {
		b.t.Errorf("the step tells %s, want %d calls at most", detailed(heard.failed), calls)
	}
	b.srv.Close() // nothing arrives any more; what was given up need not be in the log
	if n := len(b.srv.Requests()); n > calls {
		b.t.Errorf("%d requests reached LinkedIn, want %d at most", n, calls)
	}
}

// A stream that is canceled while a page is on its way ends long before the
// page would come, and when all has ended LinkedIn has been asked for nothing
// more.
func TestCanceledStreamSendsNoMore(t *testing.T) {
	for _, way := range listWays {
		t.Run(way.action, func(t *testing.T) {
			t.Parallel()
			b := login(t, way.client, map[string]any{"max_retries": 5})
			heard := b.overhear()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var canceled time.Time
			pages, err := b.stream(ctx, way.action, "{"+way.input+`,"max_items":50}`, func(page int) error {
				if page == 2 {
					b.srv.SetLatency(sandbox.Latency{Median: time.Minute})
					time.AfterFunc(underWay, func() { canceled = time.Now(); cancel() })
				}
				return nil
			})
			if plugin.KindOf(err) != plugin.Canceled || len(pages) != 2 {
				t.Errorf("%d pages, then %v; want 2 and a cancellation", len(pages), err)
			}
			b.wantEnd(canceled, heard, 3) // two pages and the one that was given up
		})
	}
}

// LinkedIn is asked for the next page only when the listener has taken the last.
func TestStreamWaitsForItsListener(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	_, err := b.stream(t.Context(), "search_people", `{"keywords":"engineer","page_size":5,"max_items":25}`, func(page int) error {
		if n := len(b.paths()); n != page {
			t.Errorf("%d calls when page %d is taken", n, page)
		}
		return nil
	})
	if err != nil {
		t.Error(detailed(err))
	}
}
