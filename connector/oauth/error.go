package oauth

import "time"

// Error is a refusal or a failure of the token or introspection endpoint. It
// holds no secret.
type Error struct {
	Op          string    // "exchange", "refresh", "client credentials", "introspect"
	Status      int       // HTTP status; 0 when no answer came
	Code        string    // OAuth's error, such as "invalid_request"; empty when not told
	Description string    // OAuth's error_description, entities undone; for logs, not for decisions
	RequestID   string    // LinkedIn's x-li-uuid or x-li-request-id
	RetryAt     time.Time // from Retry-After; zero when not told
	Err         error     // the cause; nil when LinkedIn refused
}

// Error says what LinkedIn said.
func (e *Error) Error() string { return e.Op }

// Unwrap gives the cause, so that a cancellation stays one.
func (e *Error) Unwrap() error { return e.Err }

// DeadGrant reports whether the refresh token is refused for good, so that
// only a new login helps.
func (e *Error) DeadGrant() bool { return false }

// Temporary reports whether the same refresh may work later: no answer came,
// or 429, or 5xx. It is no leave to repeat an exchange.
func (e *Error) Temporary() bool { return false }

// ReauthorizeError says that a person must log in again.
type ReauthorizeError struct {
	Reason Reason
	Expiry time.Time // of the access token; zero when there is none
	Err    error     // what LinkedIn answered; nil when it was not asked
}

// Error names the reason.
func (e *ReauthorizeError) Error() string { return string(e.Reason) }

// Unwrap gives LinkedIn's answer, if there was one.
func (e *ReauthorizeError) Unwrap() error { return e.Err }

// Reason says why a login has ended.
type Reason string

// The reasons.
const (
	ReasonNoToken        Reason = "no token is stored"
	ReasonExpired        Reason = "the access token has expired and there is no refresh token"
	ReasonRefused        Reason = "LinkedIn refuses the access token and there is no refresh token"
	ReasonRefreshExpired Reason = "the refresh token has expired"
	ReasonGrantDead      Reason = "LinkedIn refuses the refresh token"
)
