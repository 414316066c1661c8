package plugin

import (
	"context"
	"errors"
	"time"
)

// Error is the one error that crosses every boundary.
type Error struct {
	Kind       Kind        `json:"kind"`
	Source     Source      `json:"source,omitempty"`
	Message    string      `json:"message"`              // one plain sentence for the person who built the workflow
	Hint       string      `json:"hint,omitempty"`       // what that person can do next
	Detail     string      `json:"detail,omitempty"`     // for logs
	Pointer    string      `json:"pointer,omitempty"`    // JSON pointer into the input or the settings
	Violations []Violation `json:"violations,omitempty"` // everything that does not fit, when more than the first is known
	HTTPStatus int         `json:"http_status,omitempty"`
	VendorCode string      `json:"vendor_code,omitempty"` // the vendor's code, "ACCESS_DENIED" or "65601"
	RequestID  string      `json:"request_id,omitempty"`  // the vendor's, for its support
	Retryable  bool        `json:"retryable"`             // the same call may succeed later without a person
	RetryAt    *time.Time  `json:"retry_at,omitempty"`    // not before, by the clock of the machine that runs the connector, as a scheduler's; nil: at the caller's discretion
	Effect     Effect      `json:"effect"`
	DocsURL    string      `json:"docs_url,omitempty"`
	Meta       *Meta       `json:"meta,omitempty"` // what an action had cost until it failed; nil: not told
	Err        error       `json:"-"`              // the cause; stays on its side of a process boundary
}

// Violation is one thing about an input or a setting that does not fit.
type Violation struct {
	Pointer string `json:"pointer"` // JSON pointer, empty: the whole document
	Message string `json:"message"`
}

// Source says who caused an error.
type Source string

// The sources.
const (
	SourceUser      Source = "user"
	SourceUpstream  Source = "upstream"
	SourceConnector Source = "connector"
	SourceHost      Source = "host"
	SourceCaller    Source = "caller"
)

// Effect says what is known to have happened upstream.
type Effect string

// The effects. An empty effect counts as EffectNone.
const (
	EffectNone    Effect = "none"    // nothing was written to the wire, or a read
	EffectUnknown Effect = "unknown" // written, no answer
	EffectApplied Effect = "applied" // the vendor said that it was done
)

// Error returns the kind and the message, for a log or a Go programmer. A nil
// *Error has the text of the error that [AsError] makes of it.
func (e *Error) Error() string {
	if e == nil {
		e = AsError(e)
	}
	return e.Kind.String() + ": " + e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// Is makes a cancellation or a passed deadline recognisable with errors.Is on
// either side of a process boundary, where the cause itself is lost.
func (e *Error) Is(target error) bool {
	switch {
	case e == nil:
		return false
	case target == context.Canceled:
		return e.Kind == Canceled
	case target == context.DeadlineExceeded:
		return e.Kind == Deadline
	}
	return false
}

// KindOf returns the kind of err: that of the first [*Error] in its chain,
// Internal when that is nil, Canceled or Deadline for a context's error, else
// Unknown. A nil error has no kind and gives Unknown.
func KindOf(err error) Kind {
	if err == nil {
		return Unknown
	}
	var e *Error
	switch {
	case errors.As(err, &e) && e == nil:
		return Internal
	case e != nil:
		return e.Kind
	case errors.Is(err, context.Canceled):
		return Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return Deadline
	}
	return Unknown
}

// AsError returns err as an [*Error]: the first in its chain, or a new one
// that wraps a context's error, or one of kind Internal for anything else, a
// nil *Error in the chain included. AsError of nil is nil.
func AsError(err error) *Error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e) && e == nil:
		return &Error{Kind: Internal, Source: SourceConnector, Message: "a nil *plugin.Error was returned as an error", Effect: EffectUnknown,
			Hint: "This is a defect. Return a variable of type *plugin.Error only when it is not nil, or declare it as an error.", Err: err}
	case e != nil:
		return e
	case errors.Is(err, context.Canceled):
		return &Error{Kind: Canceled, Source: SourceCaller, Message: "the call was canceled", Effect: EffectUnknown, Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: Deadline, Source: SourceCaller, Message: "the call's deadline passed before it was done", Retryable: true, Effect: EffectUnknown,
			Hint: "Allow more time, with --timeout or the caller's own deadline.", Err: err}
	}
	return &Error{Kind: Internal, Source: SourceConnector, Message: "something went wrong inside the connector", Detail: err.Error(), Effect: EffectUnknown,
		Hint: "This is a defect. Report it with the detail.", Err: err}
}
