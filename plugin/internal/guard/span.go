package guard

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"github.com/linkstep/linkstep/plugin/internal/traceparent"
)

// withSpan puts the caller's span into a context, so that a connector's own
// spans become its children. In the caller's process it is there already, and
// stays the very span that it is.
func withSpan(ctx context.Context, header string) context.Context {
	span := traceparent.Parse(header)
	here := trace.SpanContextFromContext(ctx)
	if !span.IsValid() || (here.TraceID() == span.TraceID() && here.SpanID() == span.SpanID()) {
		return ctx
	}
	return trace.ContextWithRemoteSpanContext(ctx, span)
}
