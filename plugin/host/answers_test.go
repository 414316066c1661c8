package host

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// answerCase is a call and the one answer that it has in all three ways.
type answerCase struct {
	name   string
	action string
	input  string
	stream bool
	want   outcome
	why    string
}

func answers() []answerCase {
	until := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	cases := []answerCase{
		{name: "echo", action: "echo", input: `{"text":"hello"}`, why: "the ordinary case",
			want: outcome{Meta: usual, Output: `{"output":{"connection":"me","input":{"text":"hello"},"key":"","priority":"","purpose":"","settings":null,"trace":""}}`}},
		{name: "large number", action: "echo", input: `{"text":"a","step":9007199254740995}`, why: "JSON travels as bytes",
			want: outcome{Meta: usual, Output: `{"output":{"connection":"me","input":{"text":"a","step":9007199254740995},"key":"","priority":"","purpose":"","settings":null,"trace":""}}`}},
		{name: "events", action: "events", input: `{}`, why: "events arrive whole and in order",
			want: outcome{Meta: usual, Output: `{"output":"done"}`, Events: []plugin.Event{
				{Type: plugin.EventProgress, Message: "halfway", Done: 1, Total: 2},
				{Type: plugin.EventWaiting, Message: "a moment", Until: &until},
				{Type: plugin.EventNotice, Message: "mind this", Code: "mind"},
			}}},
		{name: "no input", action: "events", input: ``, why: "an action without required fields needs none",
			want: outcome{Meta: usual, Output: `{"output":"done"}`, Events: []plugin.Event{
				{Type: plugin.EventProgress, Message: "halfway", Done: 1, Total: 2},
				{Type: plugin.EventWaiting, Message: "a moment", Until: &until},
				{Type: plugin.EventNotice, Message: "mind this", Code: "mind"},
			}}},
		{name: "pages merged", action: "pages", input: `{"total":5,"page_size":2}`, why: "Invoke gives one document",
			want: outcome{Output: `{"people":[{"n":0},{"n":1},{"n":2},{"n":3},{"n":4}],"total":5}`}},
		{name: "no pages merged", action: "pages", input: `{"total":0}`, why: "an empty list is a list, not null",
			want: outcome{Output: `{"people":[],"total":0}`}},
		{name: "pages streamed", action: "pages", input: `{"total":5,"page_size":2}`, stream: true, why: "Stream gives them as they come",
			want: outcome{Output: `{"total":5}`, Events: []plugin.Event{page("after 1", 0, 2), page("after 2", 2, 4), page("after 3", 4, 5)}}},
		{name: "page that fails, merged", action: "pages", input: `{"total":9,"page_size":2,"fail_after":2}`, why: "what was paid for is not lost",
			want: outcome{
				Output: `{"next_cursor":"after 2","people":[{"n":0},{"n":1},{"n":2},{"n":3}]}`,
				Meta:   plugin.Meta{UpstreamCalls: 3, ConnectorName: plugintest.Name}, Err: failedPage(),
			}},
		{name: "page that fails, streamed", action: "pages", input: `{"total":9,"page_size":2,"fail_after":2}`, stream: true, why: "the caller has the pages",
			want: outcome{Events: []plugin.Event{page("after 1", 0, 2), page("after 2", 2, 4)}, Err: failedPage()}},
		{name: "secrets", action: "secrets", input: `{}`, why: "the connector gets them as they are",
			want: outcome{Meta: usual, Output: `{"output":{"token":"tok+en/with \"quotes\" \u0026 \u003cmarks\u003e"}}`}},
		{name: "plain error", action: "fail", input: `{"kind":"plain"}`, why: "what nobody classified is internal; a read has no effect",
			want: outcome{Err: &plugin.Error{
				Kind: plugin.Internal, Source: plugin.SourceConnector, Message: "something went wrong inside the connector", Detail: "a plain error",
				Effect: plugin.EffectNone, Hint: "This is a defect. Report it with the detail.",
			}}},
		{name: "write that nobody classified", action: "fail_write", input: `{"kind":"plain"}`, why: "a hint that does not advise a second run stays",
			want: outcome{Err: &plugin.Error{
				Kind: plugin.Internal, Source: plugin.SourceConnector, Message: "something went wrong inside the connector", Detail: "a plain error",
				Effect: plugin.EffectUnknown, Hint: "This is a defect. Report it with the detail. Find out whether it was done before you run the step again.",
			}}},
		{name: "output that is no JSON", action: "output", input: `{"output":"{"}`, why: "the caller could not print it",
			want: outcome{Err: &plugin.Error{
				Kind: plugin.Internal, Source: plugin.SourceConnector, Effect: plugin.EffectNone,
				Message: "the connector's output is no JSON", Hint: "This is a defect of the connector. Report it.",
			}}},
		{name: "large output", action: "big", input: `{"tenths":161}`, why: "16 MiB is the limit, whichever way",
			want: outcome{Err: tooLargeRead()}},
		{name: "large event", action: "big", input: `{"tenths":161,"where":"event"}`, why: "the same for one event",
			want: outcome{Err: tooLargeRead()}},
		{name: "unknown action", action: "ecko", input: `{}`, why: "the nearest names help",
			want: outcome{Err: &plugin.Error{
				Kind: plugin.UnknownName, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
				Message: `tester has no action "ecko"`, Hint: "Did you mean echo?",
			}}},
		{name: "schema of the connector is broken", action: "broken_schema", input: `{}`, why: "nothing is sent unchecked",
			want: outcome{Err: &plugin.Error{
				Kind: plugin.PluginIncompatible, Source: plugin.SourceConnector, Effect: plugin.EffectNone,
				Message: "the connector's schema broken_schema.input is no JSON Schema", Hint: "Report this to the connector's author.",
			}}},
	}
	for _, kind := range append(plugin.Kinds(), plugin.Unknown) {
		cases = append(cases, answerCase{name: "error " + kind.String(), action: "fail", input: fmt.Sprintf(`{"kind":%q}`, kind), why: "every kind crosses every boundary",
			want: outcome{Err: failed(kind, plugin.EffectNone)}})
		cases = append(cases, answerCase{name: "error of a write " + kind.String(), action: "fail_write", input: fmt.Sprintf(`{"kind":%q}`, kind), why: "no kind makes a second run safe",
			want: outcome{Err: unsure(failed(kind, plugin.EffectUnknown))}})
	}
	return cases
}

// failed is what the action fail returns.
func failed(kind plugin.Kind, effect plugin.Effect) *plugin.Error {
	at := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	return &plugin.Error{
		Kind: kind, Source: plugin.SourceUpstream, Message: "it is " + kind.String(), Hint: "Do something.", Detail: "deep down", Pointer: "/kind",
		Violations: []plugin.Violation{{Pointer: "/kind", Message: "is bad"}}, HTTPStatus: 499, VendorCode: "17", RequestID: "r-1",
		Retryable: true, RetryAt: &at, Effect: effect, DocsURL: "https://example.test/docs",
	}
}

// unsure makes an error that of a write which may have been done.
func unsure(e *plugin.Error) *plugin.Error {
	e.Retryable, e.RetryAt, e.Hint = false, nil, "Find out whether it was done before you run the step again."
	return e
}

// failedPage is what the action pages returns at fail_after 2.
func failedPage() *plugin.Error {
	e := failed(plugin.Unavailable, plugin.EffectNone)
	e.Meta = &plugin.Meta{UpstreamCalls: 3, ConnectorName: plugintest.Name}
	return e
}

func tooLargeRead() *plugin.Error {
	return &plugin.Error{
		Kind: plugin.TooLarge, Source: plugin.SourceUser, Effect: plugin.EffectNone,
		Message: "a message between host and plugin is over 16 MiB",
		Hint:    "Ask for less at once: a smaller page, fewer ids or fewer fields.",
	}
}

func TestAnswers(t *testing.T) {
	eachWay(t, func(t *testing.T, p *Plugin) {
		for _, tt := range answers() {
			t.Run(tt.name, func(t *testing.T) {
				invoke := p.Invoke
				if tt.stream {
					invoke = p.Stream
				}
				got := run(t.Context(), invoke, request(tt.action, tt.input))
				// The transport's words on a large message differ from way to way,
				// as do those of the library that reads schemas.
				if got.Err != nil && tt.want.Err != nil && tt.want.Err.Detail == "" {
					got.Err.Detail = ""
				}
				if diff := cmp.Diff(tt.want, got, sameOutcome); diff != "" {
					t.Errorf("%s %s: %s (-want +got):\n%s", tt.action, tt.input, tt.why, diff)
				}
			})
		}
	})
}
