package host

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/traceparent"
)

// tracerName is the instrumentation scope of the host's spans.
const tracerName = "github.com/linkstep/linkstep/plugin/host"

// traced begins the span of an action, named linkedin.get_person for example,
// and returns the request that carries it to the connector. Its parent is the
// request's traceparent, else the span of ctx. Without a provider of spans the
// parent itself is passed on. The end is to be called with what the action
// gave.
func (p *Plugin) traced(ctx context.Context, spec *plugin.ActionSpec, req *plugin.InvokeRequest) (context.Context, *plugin.InvokeRequest, func(*plugin.Result, error)) {
	here := trace.SpanContextFromContext(ctx)
	if p.host.tracer == nil {
		if req.TraceParent == "" && here.IsValid() {
			req = withTraceParent(req, here)
		}
		return ctx, req, func(*plugin.Result, error) {}
	}
	if parent := traceparent.Parse(req.TraceParent); parent.IsValid() && parent.SpanID() != here.SpanID() {
		ctx = trace.ContextWithRemoteSpanContext(ctx, parent)
	}
	desc := p.Description()
	ctx, span := p.host.tracer.Start(ctx, desc.Name+"."+spec.Name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("linkstep.connector", desc.Name), attribute.String("linkstep.connector_version", desc.Version), attribute.String("linkstep.action", spec.Name)))
	return ctx, withTraceParent(req, span.SpanContext()), func(res *plugin.Result, err error) { endSpan(span, res, err) }
}

// withTraceParent is a request that carries a span.
func withTraceParent(req *plugin.InvokeRequest, span trace.SpanContext) *plugin.InvokeRequest {
	out := *req
	if header := traceparent.Format(span); header != "" {
		out.TraceParent = header
	}
	return &out
}

// endSpan notes what an action cost, and the kind of its error. What the error
// says may be about people, and stays out.
func endSpan(span trace.Span, res *plugin.Result, err error) {
	defer span.End()
	var meta *plugin.Meta
	if err != nil {
		e := plugin.AsError(err)
		meta = e.Meta
		span.SetStatus(codes.Error, e.Kind.String())
		span.SetAttributes(attribute.String("error.type", e.Kind.String()))
	} else if res != nil {
		meta = &res.Meta
	}
	if meta != nil {
		span.SetAttributes(attribute.Int("linkstep.upstream_calls", meta.UpstreamCalls), attribute.Int("linkstep.retries", meta.Retries), attribute.Bool("linkstep.cached", meta.Cached))
	}
}
