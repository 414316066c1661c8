package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// ways are the three ways to reach a connector, which behave alike.
var ways = []struct {
	name   string
	source func() Source
}{
	{"direct", func() Source { return Direct(plugintest.New(nil)) }},
	{"in-process", func() Source { return InProcess(plugintest.New(nil)) }},
	{"process", func() Source { return self("tester") }},
}

// eachWay runs a test once for each way, each with a host of its own.
func eachWay(t *testing.T, test func(t *testing.T, p *Plugin)) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			test(t, load(t, newHost(t, nil), way.source()))
		})
	}
}

// outcome is all that a caller sees of an action.
type outcome struct {
	Output string
	Meta   plugin.Meta
	Events []plugin.Event
	Err    *plugin.Error
}

// run runs an action with one of Invoke and Stream.
func run(ctx context.Context, invoke func(context.Context, *Connection, *plugin.InvokeRequest, func(*plugin.Event) error) (*plugin.Result, error), req *plugin.InvokeRequest) outcome {
	var got outcome
	res, err := invoke(ctx, account(), req, func(e *plugin.Event) error {
		got.Events = append(got.Events, *e)
		return nil
	})
	if res != nil {
		got.Output, got.Meta = string(res.Output), res.Meta
	}
	if err != nil {
		got.Err = plugin.AsError(err)
	}
	return got
}

// sameOutcome compares outcomes without the causes of errors, which stay on
// their side of a process.
var sameOutcome = cmpopts.IgnoreFields(plugin.Error{}, "Err")

// usual is the meta of the test connector's answers.
var usual = plugin.Meta{UpstreamCalls: 1, Waited: time.Millisecond, ConnectorName: plugintest.Name}

func page(cursor string, from, to int) plugin.Event {
	e := plugin.Event{Type: plugin.EventPage, Cursor: cursor}
	for n := from; n < to; n++ {
		e.Items = append(e.Items, json.RawMessage(fmt.Sprintf(`{"n":%d}`, n)))
	}
	return e
}

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
		{name: "secrets", action: "secrets", input: `{}`, why: "the connector gets them as they are",
			want: outcome{Meta: usual, Output: `{"output":{"token":"tok+en/with \"quotes\" \u0026 \u003cmarks\u003e"}}`}},
		{name: "plain error", action: "fail", input: `{"kind":"plain"}`, why: "what nobody classified is internal; a read has no effect",
			want: outcome{Err: &plugin.Error{
				Kind: plugin.Internal, Source: plugin.SourceConnector, Message: "something went wrong inside the connector", Detail: "a plain error",
				Effect: plugin.EffectNone, Hint: "This is a defect. Report it with the detail.",
			}}},
		{name: "write that failed", action: "fail_write", input: `{"kind":"unavailable"}`, why: "a write may have been done",
			want: outcome{Err: failed(plugin.Unavailable, plugin.EffectUnknown)}},
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

// TestRequestFields wants every field of a request in the connector.
func TestRequestFields(t *testing.T) {
	eachWay(t, func(t *testing.T, p *Plugin) {
		conn := account()
		conn.Settings = json.RawMessage(`{"region":"us"}`)
		req := request("echo", `{"text":"a"}`)
		req.IdempotencyKey, req.TraceParent, req.Priority, req.Purpose = "k", "00-1-1-00", plugin.Background, "a test"
		res, err := p.Invoke(t.Context(), conn, req, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := `{"output":{"connection":"me","input":{"text":"a"},"key":"k","priority":"background","purpose":"a test","settings":{"region":"us"},"trace":"00-1-1-00"}}`
		if diff := cmp.Diff(want, string(res.Output)); diff != "" {
			t.Errorf("output (-want +got):\n%s", diff)
		}
		if req.Connection != "" {
			t.Errorf("the caller's request was changed: connection %q", req.Connection)
		}
	})
}

func TestPanic(t *testing.T) {
	eachWay(t, func(t *testing.T, p *Plugin) {
		for range 2 { // the second shows that the first was not the end
			got := run(t.Context(), p.Invoke, request("panic", `{}`))
			if got.Err == nil || got.Err.Kind != plugin.Internal || got.Err.Message != "the connector panicked in Invoke of panic" {
				t.Fatalf("error = %+v, want one of kind internal that names the action", got.Err)
			}
			if !strings.Contains(got.Err.Detail, "panic of type string") || !strings.Contains(got.Err.Detail, "plugintest.(*Connector).Invoke") {
				t.Errorf("detail = %q, want the type of the panic and its stack", got.Err.Detail)
			}
			if strings.Contains(fmt.Sprintf("%+v", got.Err), "the value of a panic") {
				t.Errorf("the error shows the value of the panic: %+v", got.Err)
			}
		}
		if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
			t.Errorf("the next call fails: %v", got.Err)
		}
	})
}

func TestLargeMessages(t *testing.T) {
	text := strings.Repeat("x", 161<<20/10)
	tests := []struct {
		name, action, input string
		want                plugin.Kind
		effect              plugin.Effect
		why                 string
	}{
		{"input that passes", "log", `{"text":"` + text[:159<<20/10] + `"}`, plugin.Unknown, "", "15.9 MiB and the rest of the message"},
		{"input that does not", "log_write", `{"text":"` + text + `"}`, plugin.TooLarge, plugin.EffectNone, "a write was not begun"},
		{"output that passes", "big", `{"tenths":159}`, plugin.Unknown, "", "the same the other way"},
		{"output that does not", "big_write", `{"tenths":161}`, plugin.TooLarge, plugin.EffectUnknown, "a write was done"},
	}
	eachWay(t, func(t *testing.T, p *Plugin) {
		for _, tt := range tests {
			got := run(t.Context(), p.Invoke, request(tt.action, tt.input))
			if plugin.KindOf(errOf(got)) != tt.want || (got.Err != nil && got.Err.Effect != tt.effect) {
				t.Errorf("%s: %+v, want kind %v with effect %q: %s", tt.name, got.Err, tt.want, tt.effect, tt.why)
			}
		}
	})
}

// errOf returns the error of an outcome as an error, nil when there is none.
func errOf(o outcome) error {
	if o.Err == nil {
		return nil
	}
	return o.Err
}

func TestEndOfContext(t *testing.T) {
	tests := []struct {
		name   string
		action string
		ctx    func(context.Context) (context.Context, context.CancelFunc)
		cause  error
		kind   plugin.Kind
		effect plugin.Effect
	}{
		{"cancel a read", "wait", context.WithCancel, context.Canceled, plugin.Canceled, plugin.EffectNone},
		{"cancel a write", "wait_write", context.WithCancel, context.Canceled, plugin.Canceled, plugin.EffectUnknown},
		{"deadline", "wait", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 100*time.Millisecond)
		}, context.DeadlineExceeded, plugin.Deadline, plugin.EffectNone},
	}
	eachWay(t, func(t *testing.T, p *Plugin) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				ctx, cancel := tt.ctx(t.Context())
				defer cancel()
				var ended time.Time
				_, err := p.Invoke(ctx, account(), request(tt.action, `{}`), func(*plugin.Event) error {
					ended = time.Now()
					if tt.kind == plugin.Canceled {
						cancel()
					}
					return nil
				})
				if took := time.Since(ended); took > 2*time.Second*patience {
					t.Errorf("the call returns %s after its end", took)
				}
				e := plugin.AsError(err)
				if !errors.Is(err, tt.cause) || e == nil || e.Kind != tt.kind || e.Effect != tt.effect {
					t.Errorf("error = %+v, want kind %v with effect %s that is %v", e, tt.kind, tt.effect, tt.cause)
				}
				if got := noted(t, p.host.store); got != context.Canceled.Error() && got != tt.cause.Error() {
					t.Errorf("the connector noted %q, want %q", got, tt.cause)
				}
			})
		}
	})
}

// noted waits for what the action wait writes into the store, and deletes it.
func noted(t *testing.T, store plugin.Store) string {
	t.Helper()
	for range 1000 {
		got, err := store.Get(t.Context(), &plugin.GetRequest{Key: plugintest.WaitKey})
		if err != nil {
			t.Fatal(err)
		}
		if got.Revision > 0 {
			if _, err := store.Delete(t.Context(), &plugin.DeleteRequest{Key: plugintest.WaitKey}); err != nil {
				t.Fatal(err)
			}
			return string(got.Value)
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the connector does not notice the end of its context")
	return ""
}

// TestIdleStream waits in a call in which nothing moves: a keepalive that the
// other side does not allow would end it.
func TestIdleStream(t *testing.T) {
	idle := 300 * time.Millisecond
	if os.Getenv("LINKSTEP_SOAK") != "" {
		idle = 65 * time.Second
	}
	eachWay(t, func(t *testing.T, p *Plugin) {
		ctx, cancel := context.WithTimeout(t.Context(), idle)
		defer cancel()
		start := time.Now()
		_, err := p.Invoke(ctx, account(), request("wait", `{}`), nil)
		if took := time.Since(start); plugin.KindOf(err) != plugin.Deadline || took < idle {
			t.Errorf("%v after %s, want the deadline's error after %s", err, took, idle)
		}
		if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
			t.Errorf("after the wait: %v", got.Err)
		}
	})
}

func TestReaderStops(t *testing.T) {
	enough := errors.New("enough")
	refused := &plugin.Error{Kind: plugin.Conflict, Message: "no more", Effect: plugin.EffectNone}
	eachWay(t, func(t *testing.T, p *Plugin) {
		for _, tt := range []struct {
			name  string
			err   error
			want  plugin.Kind
			which error
		}{
			{"plain error", enough, plugin.Canceled, enough},
			{"classified error", refused, plugin.Conflict, nil},
		} {
			events := 0
			_, err := p.Stream(t.Context(), account(), request("pages", `{"total":1000}`), func(*plugin.Event) error {
				if events++; events == 3 {
					return tt.err
				}
				return nil
			})
			if plugin.KindOf(err) != tt.want || (tt.which != nil && !errors.Is(err, tt.which)) || events != 3 {
				t.Errorf("%s: %v after %d events; want kind %v after 3", tt.name, err, events, tt.want)
			}
		}
	})
}

func TestMergedPagesOver16MiB(t *testing.T) {
	spec := &plugin.ActionSpec{Name: "many", Effect: plugin.EffectRead, Input: json.RawMessage(`{}`), Paging: &plugin.Paging{Field: "people"}}
	c := &pager{Connector: plugintest.New(nil), spec: spec}
	p := load(t, newHost(t, nil), Direct(c))
	_, err := p.Invoke(t.Context(), account(), request("many", `{}`), nil)
	var e *plugin.Error
	if !errors.As(err, &e) || e.Kind != plugin.TooLarge || e.Pointer != "/max_items" || !strings.Contains(e.Hint, "max_items") {
		t.Errorf("error = %+v, want too_large at /max_items", err)
	}
	if c.pages != 15 {
		t.Errorf("the action was stopped after %d pages of 1 MiB and some bytes, want 15", c.pages)
	}
}

// pager emits pages of 1 MiB until it is stopped.
type pager struct {
	plugin.Connector
	spec  *plugin.ActionSpec
	pages int
}

func (c *pager) Describe(ctx context.Context, req *plugin.DescribeRequest) (*plugin.Description, error) {
	d, err := c.Connector.Describe(ctx, req)
	if err == nil {
		d.Actions = []plugin.ActionSpec{*c.spec}
	}
	return d, err
}

func (c *pager) Invoke(_ context.Context, _ *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	item := json.RawMessage(`"` + strings.Repeat("x", 1<<20) + `"`)
	for ; c.pages < 100; c.pages++ {
		if err := emit(&plugin.Event{Type: plugin.EventPage, Items: []json.RawMessage{item}}); err != nil {
			return nil, err
		}
	}
	return &plugin.Result{Output: json.RawMessage(`{}`)}, nil
}

// TestStore runs one after another what a connector may ask of the store, and
// what it may not.
func TestStore(t *testing.T) {
	forbidden := func(message, hint string) outcome {
		return outcome{Err: &plugin.Error{Kind: plugin.Forbidden, Source: plugin.SourceConnector, Effect: plugin.EffectNone, Message: message, Hint: hint}}
	}
	foreign := func(key string) outcome {
		return forbidden(fmt.Sprintf("the key %q is not the connector's own", key), `Keys begin with "tester/".`)
	}
	ok := func(output string) outcome { return outcome{Meta: usual, Output: `{"output":` + output + `}`} }
	steps := []struct {
		name, input string
		want        outcome
	}{
		{"get of nothing", `{"op":"get","key":"tester/a"}`, ok(`{"revision":0,"value":""}`)},
		{"first write", `{"op":"swap","key":"tester/a","value":"one"}`, ok(`{"Swapped":true,"Revision":1}`)},
		{"write of another revision", `{"op":"swap","key":"tester/a","value":"two","revision":7}`, ok(`{"Swapped":false,"Revision":1}`)},
		{"get", `{"op":"get","key":"tester/a"}`, ok(`{"revision":1,"value":"one"}`)},
		{"another write", `{"op":"swap","key":"tester/b","value":"two"}`, ok(`{"Swapped":true,"Revision":2}`)},
		{"list", `{"op":"list","prefix":"tester/"}`, ok(`["tester/a","tester/b"]`)},
		{"list after", `{"op":"list","prefix":"tester/","key":"tester/a","limit":1}`, ok(`["tester/b"]`)},
		{"lease", `{"op":"lease","key":"tester/l","value":"me","n":60}`, ok(`{"held":true,"until":true}`)},
		{"lease of another", `{"op":"lease","key":"tester/l","value":"you","n":60}`, ok(`{"held":false,"until":true}`)},
		{"lease given back", `{"op":"lease","key":"tester/l","value":"me"}`, ok(`{"held":false,"until":false}`)},
		{"count", `{"op":"count","key":"tester/n","value":"2026-11-24","n":2,"limit":3}`, ok(`{"Granted":true,"Refused":0,"Counts":[{"Key":"tester/n","Window":"2026-11-24","Used":2}]}`)},
		{"count beyond", `{"op":"count","key":"tester/n","value":"2026-11-24","n":2,"limit":3}`, ok(`{"Granted":false,"Refused":0,"Counts":[{"Key":"tester/n","Window":"2026-11-24","Used":2}]}`)},
		{"counters", `{"op":"counters","prefix":"tester/"}`, ok(`[{"Key":"tester/n","Window":"2026-11-24","Used":2}]`)},
		{"delete", `{"op":"delete","key":"tester/a"}`, ok(`{"Deleted":1}`)},
		{"delete a prefix", `{"op":"delete","prefix":"tester/"}`, ok(`{"Deleted":1}`)},

		{"foreign get", `{"op":"get","key":"host/connections/me"}`, foreign("host/connections/me")},
		{"foreign swap", `{"op":"swap","key":"linkedin/token","value":"x"}`, foreign("linkedin/token")},
		{"foreign list", `{"op":"list","prefix":""}`, foreign("")},
		{"list of half a name", `{"op":"list","prefix":"test"}`, foreign("test")},
		{"another connector of like name", `{"op":"get","key":"tester2/a"}`, foreign("tester2/a")},
		{"foreign lease", `{"op":"lease","key":"linkedin/l","value":"me","n":60}`, foreign("linkedin/l")},
		{"foreign count", `{"op":"count","key":"linkedin/n","value":"2026-11-24","n":2}`, foreign("linkedin/n")},
		{"foreign counters", `{"op":"counters","prefix":"linkedin/"}`, foreign("linkedin/")},
		{"foreign delete", `{"op":"delete","key":"host/connections/me"}`, foreign("host/connections/me")},
		{"foreign delete of a prefix", `{"op":"delete","prefix":"host/"}`, foreign("host/")},
		{"delete of all", `{"op":"delete"}`, foreign("")},
		// A key of its own beside a foreign prefix once passed as one text.
		{"delete with both", `{"op":"delete","key":"tester/a","prefix":"host/"}`, forbidden("a key and a prefix are to be deleted at once", "Set one of them.")},
		{"zero byte", `{"op":"get","key":"tester/a\u0000b"}`, foreign("tester/a\x00b")},
	}
	eachWay(t, func(t *testing.T, p *Plugin) {
		for _, tt := range steps {
			got := run(t.Context(), p.Invoke, request("store", tt.input))
			if diff := cmp.Diff(tt.want, got, sameOutcome); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", tt.name, tt.input, diff)
			}
		}
	})
}

func TestWithoutStore(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			p := load(t, newHost(t, &Options{}), way.source())
			got := run(t.Context(), p.Invoke, request("store", `{"op":"get","key":"tester/a"}`))
			if got.Output != `{"output":"no store"}` {
				t.Errorf("the connector of a host without a store answers %s, %v", got.Output, got.Err)
			}
		})
	}
}

// TestOtherCalls compares the answers of everything but Invoke.
func TestOtherCalls(t *testing.T) {
	limit := int64(100)
	calls := []struct {
		name string
		call func(ctx context.Context, p *Plugin, conn *Connection) (any, error)
		want any
		json string // what the answer is as JSON; empty: not looked at
	}{
		{"check", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			return p.Check(ctx, conn, &plugin.CheckRequest{Deep: true})
		}, &plugin.CheckResponse{
			Account: plugin.Account{Name: "me"}, Token: plugin.TokenStatus{Present: true},
			ScopesGranted: []string{}, ScopesMissing: []string{}, Actions: []plugin.ActionStatus{}, Diagnostics: []plugin.Diagnostic{},
		}, `{"account":{"name":"me"},"scopes_granted":[],"scopes_missing":[],"actions":[],"token":{"present":true,"refreshable":false},"api":{"version":"","state":""},"diagnostics":[]}`},
		{"usage", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) { return p.Usage(ctx, conn) },
			&plugin.UsageResponse{Buckets: []plugin.UsageBucket{{
				Endpoint: "GET /x", Scope: plugin.ScopeMember, Limit: &limit, Used: 1,
				ResetsAt: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), Source: plugin.LimitLearned,
			}}}, ""},
		{"options", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			res, err := p.Options(ctx, nil, &plugin.OptionsRequest{Action: "echo", Pointer: "/text", Query: "h", Cursor: "c"})
			return res, err
		}, &plugin.OptionsResponse{Options: []plugin.Option{{Value: json.RawMessage(`"echo/textc"`), Label: "h"}}, NextCursor: "more"}, ""},
		{"no options", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			return p.Options(ctx, conn, &plugin.OptionsRequest{Query: "none"})
		}, &plugin.OptionsResponse{Options: []plugin.Option{}}, `{"options":[]}`},
		{"begin", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			res, err := p.Authorize(ctx, conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
			if err != nil {
				return nil, err
			}
			return res.URL + " " + res.RedirectURL + " " + res.Session.Reveal(), nil
		}, "https://example.test/a?state=s http://localhost/cb session-of-the-login", ""},
		{"complete", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			return p.Authorize(ctx, conn, &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{Answer: plugin.NewSecret("the-code")}})
		}, &plugin.AuthorizeResponse{Done: true, Account: plugin.Account{ID: "1", Name: "Ada"}, Granted: []string{"profile"}}, ""},
		{"disconnect", func(ctx context.Context, p *Plugin, conn *Connection) (any, error) {
			return nil, p.Disconnect(ctx, conn)
		}, nil, ""},
	}
	eachWay(t, func(t *testing.T, p *Plugin) {
		conn := account()
		for _, tt := range calls {
			got, err := tt.call(t.Context(), p, conn)
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
				continue
			}
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b plugin.Secret) bool { return a.Reveal() == b.Reveal() })); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
			if tt.json == "" {
				continue
			}
			if doc, err := json.Marshal(got); err != nil || string(doc) != tt.json {
				t.Errorf("%s as JSON = %s, %v; want %s: an empty list is a list in every way", tt.name, doc, err, tt.json)
			}
		}
		stored, err := p.host.store.Get(t.Context(), &plugin.GetRequest{Key: plugin.ConnectionPrefix(plugintest.Name, conn.ID) + "token"})
		if err != nil || string(stored.Value) != "the-code" {
			t.Errorf("the store has the token %q, %v; want what the login brought", stored.Value, err)
		}
	})
}

func TestDescriptionIsTheSame(t *testing.T) {
	want, err := plugintest.New(nil).Describe(t.Context(), &plugin.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	wantDoc, _ := json.Marshal(want)
	eachWay(t, func(t *testing.T, p *Plugin) {
		doc, err := json.Marshal(p.Description())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(wantDoc), string(doc)); diff != "" {
			t.Errorf("description (-want +got):\n%s", diff)
		}
	})
}
