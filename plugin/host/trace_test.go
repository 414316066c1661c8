package host

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/linkstep/linkstep/plugin/internal/plugintest"
	"github.com/linkstep/linkstep/plugin/internal/traceparent"
)

// spans is a provider that keeps what it is told.
type spans struct {
	noop.TracerProvider

	mu   sync.Mutex // guards the field below
	made []*madeSpan
}

type madeSpan struct {
	noop.Span
	Name       string
	Parent, ID string // traceparents
	Attributes map[string]string
	Status     string
	Ended      int
}

func (s *spans) Tracer(string, ...trace.TracerOption) trace.Tracer { return tracer{spans: s} }

type tracer struct {
	noop.Tracer
	spans *spans
}

func (t tracer) Start(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	s := t.spans
	s.mu.Lock()
	defer s.mu.Unlock()
	parent := trace.SpanContextFromContext(ctx)
	config := trace.SpanContextConfig{TraceID: parent.TraceID(), SpanID: trace.SpanID{7, byte(len(s.made) + 1)}, TraceFlags: trace.FlagsSampled}
	if !parent.IsValid() {
		config.TraceID = trace.TraceID{9}
	}
	span := &madeSpan{Name: name, Parent: traceparent.Format(parent), Attributes: map[string]string{}}
	span.ID = traceparent.Format(trace.NewSpanContext(config))
	start := trace.NewSpanStartConfig(opts...)
	span.SetAttributes(start.Attributes()...)
	s.made = append(s.made, span)
	return trace.ContextWithSpan(ctx, span), span
}

func (s *madeSpan) SpanContext() trace.SpanContext {
	return traceparent.Parse(s.ID).WithRemote(false)
}
func (s *madeSpan) SetStatus(code codes.Code, text string) { s.Status = code.String() + " " + text }
func (s *madeSpan) End(...trace.SpanEndOption)             { s.Ended++ }
func (s *madeSpan) SetAttributes(list ...attribute.KeyValue) {
	for _, kv := range list {
		s.Attributes[strings.TrimPrefix(string(kv.Key), "linkstep.")] = kv.Value.String()
	}
}

// given is the span of a caller.
const given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// spanOf asks a connector for the span of its context.
func spanOf(t *testing.T, ctx context.Context, p *Plugin, header string) string {
	t.Helper()
	req := request("span", `{}`)
	req.TraceParent = header
	res, err := p.Invoke(ctx, account(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	if req.TraceParent != header {
		t.Errorf("the caller's request was changed to %q", req.TraceParent)
	}
	var out struct{ Output string }
	if err := json.Unmarshal(res.Output, &out); err != nil {
		t.Fatal(err)
	}
	return out.Output
}

// TestTrace follows a span from the caller to the connector, in each way.
func TestTrace(t *testing.T) {
	caller := trace.ContextWithRemoteSpanContext(t.Context(), traceparent.Parse(given))
	const other = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-00"
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			made := new(spans)
			silent := load(t, newHost(t, nil), way.source())
			traced := load(t, newHost(t, &Options{Store: new(plugintest.Store), TracerProvider: made}), way.source())
			const first, second, third = "00-0af7651916cd43dd8448eb211c80319c-0701000000000000-01", "00-0af7651916cd43dd8448eb211c80319c-0702000000000000-01", "00-09000000000000000000000000000000-0703000000000000-01"
			for _, tt := range []struct {
				name   string
				p      *Plugin
				ctx    context.Context
				header string
				want   string
				why    string
			}{
				{"no trace", silent, t.Context(), "", "", "nothing is made up"},
				{"the context's", silent, caller, "", given, "the caller's span is the parent"},
				{"the request's", silent, t.Context(), given, given, "an engine in another language has no context"},
				{"the request's first", silent, caller, other, other, "it was said for this very call"},
				{"no header", silent, t.Context(), "00-1-1-00", "", "a bad header is as good as none"},
				{"a span of the host", traced, caller, "", first, "it lies between"},
				{"a span of the host, from the request", traced, t.Context(), given, second, "the same"},
				{"a span of the host, without a parent", traced, t.Context(), "", third, "a trace begins"},
			} {
				if got := spanOf(t, tt.ctx, tt.p, tt.header); got != tt.want {
					t.Errorf("%s: the connector's span is %q, want %q: %s", tt.name, got, tt.want, tt.why)
				}
			}
			run(t.Context(), traced.Invoke, request("fail", `{"kind":"not_found"}`))
			about := map[string]string{"connector": "tester", "connector_version": "1.2.3", "action": "span", "upstream_calls": "1", "retries": "0", "cached": "false"}
			want := []*madeSpan{
				{Name: "tester.span", Parent: given, ID: first, Attributes: about, Ended: 1},
				{Name: "tester.span", Parent: given, ID: second, Attributes: about, Ended: 1},
				{Name: "tester.span", ID: third, Attributes: about, Ended: 1},
				{Name: "tester.fail", ID: "00-09000000000000000000000000000000-0704000000000000-01", Status: "Error not_found", Ended: 1,
					Attributes: map[string]string{"connector": "tester", "connector_version": "1.2.3", "action": "fail", "error.type": "not_found"}},
			}
			if diff := cmp.Diff(want, made.made, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Span" }, cmp.Ignore())); diff != "" {
				t.Errorf("spans (-want +got):\n%s", diff)
			}
		})
	}
}
