package retry

import (
	"fmt"
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
	Unavailable Reason = "unavailable"  // 408, 500, 502, 503, 504
	Resting     Reason = "resting"      // the [Breaker] is open
)

// Error is a request that got no answer.
type Error struct {
	Attempts int   // made; 0 when the context had ended before
	Written  bool  // an attempt was written: whether it took effect is unknown
	Err      error // of the last attempt, or the context's
}

// Error gives the cause, and the attempts if there were several.
func (e *Error) Error() string {
	if e.Attempts < 2 {
		return e.Err.Error()
	}
	return fmt.Sprintf("%v (%d attempts)", e.Err, e.Attempts)
}

// Unwrap gives the cause, so that a cancellation stays one.
func (e *Error) Unwrap() error { return e.Err }

// WaitError says that another attempt is worth making, but not within the
// context's deadline or the longest wait, or that the [Breaker] lets none
// through before.
type WaitError struct {
	RetryAt  time.Time
	Reason   Reason
	Attempts int  // made; 0 when Reason is Resting and nothing was sent
	Written  bool // an attempt was written: whether it took effect is unknown

	Status int         // of the last reply; 0 when none came
	Header http.Header // of the last reply; nil when none came
	Body   []byte      // of the last reply, at most 64 KiB
	Err    error       // of the last attempt; nil when a reply came
}

// Error says why, and when to come back.
func (e *WaitError) Error() string {
	cause := http.StatusText(e.Status)
	switch {
	case e.Err != nil:
		cause = e.Err.Error()
	case e.Status == 0:
		cause = "nothing was sent"
	}
	return fmt.Sprintf("%s: %s: again at %s", e.Reason, cause, e.RetryAt.UTC().Format(time.RFC3339))
}

// Unwrap gives the cause.
func (e *WaitError) Unwrap() error { return e.Err }
