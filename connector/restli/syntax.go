package restli

import "fmt"

// maxDepth bounds how deep lists, objects and projections may nest when they are read. Real values nest three or four deep.
const maxDepth = 64

// SyntaxError says what is wrong with an encoded value, a query, a projection or a URN, and where. It does not repeat the input.
type SyntaxError struct {
	What   string // what was being read: "value", "query", "projection", "urn", "key"
	Offset int    // byte offset into the input at which reading stopped
	Reason string // such as "')' is missing"
}

// Error names the place and the reason.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("restli: %s: %s at offset %d", e.What, e.Reason, e.Offset)
}

// unexpected names the byte at offset, or the end of the input.
func unexpected(what, in string, offset int) *SyntaxError {
	if offset >= len(in) {
		return &SyntaxError{What: what, Offset: offset, Reason: "unexpected end"}
	}
	return &SyntaxError{What: what, Offset: offset, Reason: fmt.Sprintf("unexpected %q", in[offset])}
}
