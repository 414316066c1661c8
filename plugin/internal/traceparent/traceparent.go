// Package traceparent reads and writes the W3C header of that name, which
// carries a span from one process to another.
package traceparent

import (
	"encoding/hex"

	"go.opentelemetry.io/otel/trace"
)

// The header is version-trace-span-flags, in lower-case hexadecimal digits.
// www.w3.org/TR/trace-context, section 3.2.2, 2026-11-24.
const (
	length    = len("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
	traceAt   = len("00-")
	spanAt    = traceAt + 32 + 1
	flagsAt   = spanAt + 16 + 1
	forbidden = "ff" // as a version
)

// Parse returns the span of a header, a remote one. It is not valid when the
// header is none: whoever gets such a header is to go on as if there were none.
// A later version may have more at its end.
func Parse(header string) trace.SpanContext {
	none := trace.SpanContext{}
	if len(header) < length || header[traceAt-1] != '-' || header[spanAt-1] != '-' || header[flagsAt-1] != '-' {
		return none
	}
	version := header[:traceAt-1]
	if !lowerHex(version) || version == forbidden || (version == "00" && len(header) > length) || (len(header) > length && header[length] != '-') {
		return none
	}
	traceID, err := trace.TraceIDFromHex(header[traceAt : spanAt-1])
	if err != nil {
		return none
	}
	spanID, err := trace.SpanIDFromHex(header[spanAt : flagsAt-1])
	if err != nil || !lowerHex(header[flagsAt:length]) {
		return none
	}
	flags, err := hex.DecodeString(header[flagsAt:length])
	if err != nil {
		return none
	}
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: traceID, SpanID: spanID, TraceFlags: trace.TraceFlags(flags[0]) & trace.FlagsSampled, Remote: true,
	})
}

func lowerHex(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Format writes the header of a span, "" for one that is not valid.
func Format(span trace.SpanContext) string {
	if !span.IsValid() {
		return ""
	}
	return "00-" + span.TraceID().String() + "-" + span.SpanID().String() + "-" + (span.TraceFlags() & trace.FlagsSampled).String()
}
