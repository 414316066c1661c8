package traceparent

import (
	"testing"

	"go.opentelemetry.io/otel/trace"
)

// valid is the example of the specification.
const valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

func TestParse(t *testing.T) {
	tests := []struct{ name, header, want, why string }{
		{"sampled", valid, valid, "the ordinary case"},
		{"not sampled", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", "it is a span all the same"},
		{"unknown flags", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff", valid, "only the known one is passed on"},
		{"a later version", "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes", valid, "its beginning is the same"},
		{"a later version, glued", "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.x", "", "a dash comes first"},
		{"more than this version has", valid + "-x", "", "version 00 has four parts"},
		{"the forbidden version", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "", "so the specification says"},
		{"capitals", "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01", "", "lower case is required"},
		{"no trace", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "", "all zero is none"},
		{"no span", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "", "the same"},
		{"no hexadecimal", "00-0af7651916cd43dd8448eb211c80319z-b7ad6b7169203331-01", "", "a digit that is none"},
		{"flags that are none", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0G", "", "the same"},
		{"short", "00-1-1-00", "", "too short"},
		{"underscores", "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01", "", "dashes are required"},
		{"empty", "", "", "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			span := Parse(tt.header)
			if got := Format(span); got != tt.want || span.IsRemote() != (tt.want != "") {
				t.Errorf("Parse(%q) is %q, remote %t; want %q: %s", tt.header, got, span.IsRemote(), tt.want, tt.why)
			}
		})
	}
}

func TestFormatOfNone(t *testing.T) {
	if got := Format(trace.SpanContext{}); got != "" {
		t.Errorf("Format = %q, want nothing", got)
	}
}
