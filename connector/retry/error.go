package retry

import (
	"net/http"
	"time"
)

// Reason says why an attempt is repeated, or would be.
type Reason string

// The reasons.
const (
	NotSent     Reason = "not_sent"     // it failed before anything was written
	NoAnswer    Reason = "no_answer"    // it was written, and the connection broke
	RateLimited Reason = "rate_limited" // a 429 that is not the daily one
	Conflict    Reason = "conflict"     // 409, a write conflict
	Unavailable Reason = "unavailable"  // 408 or 5xx
)

// Error is a request that got no answer.
type Error struct {
	Attempts int   // made, at least 1
	Written  bool  // an attempt was written or may have been: its effect is unknown
	Err      error // of the last attempt
}

// Error gives the cause.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the cause, so that a cancellation stays one.
func (e *Error) Unwrap() error { return e.Err }

// WaitError says that another attempt is worth making, but not within the
// context's deadline or the longest wait.
type WaitError struct {
	RetryAt  time.Time
	Reason   Reason
	Attempts int  // made, at least 1
	Written  bool // an attempt was written or may have been: its effect is unknown

	Status int         // of the last reply; 0 when none came
	Header http.Header // of the last reply; nil when none came
	Body   []byte      // of the last reply, at most 64 KiB
	Err    error       // of the last attempt; nil when a reply came
}

// Error says when to come back, and why.
func (e *WaitError) Error() string { return string(e.Reason) }

// Unwrap gives the cause.
func (e *WaitError) Unwrap() error { return e.Err }
