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
	t.Parallel()
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

// briefly gives a call little time.
func briefly(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 100*time.Millisecond*patience)
}

func TestEndOfContext(t *testing.T) {
	tests := []struct {
		name   string
		action string
		ctx    func(context.Context) (context.Context, context.CancelFunc)
		cause  error
		kind   plugin.Kind
		effect plugin.Effect
		again  bool // the error says that a retry is safe
	}{
		{"cancel a read", "wait", context.WithCancel, context.Canceled, plugin.Canceled, plugin.EffectNone, false},
		{"cancel a write", "wait_write", context.WithCancel, context.Canceled, plugin.Canceled, plugin.EffectUnknown, false},
		{"deadline of a read", "wait", briefly, context.DeadlineExceeded, plugin.Deadline, plugin.EffectNone, true},
		{"deadline of a write", "wait_write", briefly, context.DeadlineExceeded, plugin.Deadline, plugin.EffectUnknown, false},
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
				if e.Retryable != tt.again || (e.Effect == plugin.EffectUnknown) != (e.Hint == cautionHint) {
					t.Errorf("retryable %t with the hint %q, want %t, and caution where it may have been done", e.Retryable, e.Hint, tt.again)
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
// other side does not allow would end it, at the third ping. Health checks must
// not move anything either, and a replay would hide the end of a read.
func TestIdleStream(t *testing.T) {
	t.Parallel()
	idle := 300 * time.Millisecond
	if os.Getenv("LINKSTEP_SOAK") != "" {
		idle = 65 * time.Second
	}
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			p := load(t, newHost(t, &Options{Store: new(plugintest.Store), HealthTimeout: 10 * time.Minute}), way.source())
			start := time.Now() // before the deadline is set, which is counted from then
			ctx, cancel := context.WithTimeout(t.Context(), idle)
			defer cancel()
			_, err := p.Invoke(ctx, account(), request("wait_write", `{}`), nil)
			if took := time.Since(start); plugin.KindOf(err) != plugin.Deadline || took < idle {
				t.Errorf("%v after %s, want the deadline's error after %s", err, took, idle)
			}
			if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
				t.Errorf("after the wait: %v", got.Err)
			}
		})
	}
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
	t.Parallel()
	spec := &plugin.ActionSpec{Name: "many", Effect: plugin.EffectRead, Input: json.RawMessage(`{}`), Paging: &plugin.Paging{Field: "people"}}
	c := &pager{Connector: plugintest.New(nil), spec: spec}
	p := load(t, newHost(t, nil), Direct(c))
	res, err := p.Invoke(t.Context(), account(), request("many", `{}`), nil)
	var e *plugin.Error
	if !errors.As(err, &e) || e.Kind != plugin.TooLarge || e.Pointer != "/max_items" || !strings.Contains(e.Hint, "max_items") {
		t.Errorf("error = %+v, want too_large at /max_items", err)
	}
	var out struct{ People []string }
	if res == nil || json.Unmarshal(res.Output, &out) != nil || len(out.People) != 15 {
		t.Errorf("result = %.80v, want the 15 pages before", res)
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
