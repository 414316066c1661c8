package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error is a refusal or a failure of the token or introspection endpoint. It
// holds no secret.
type Error struct {
	Op          string    // "exchange", "refresh", "client credentials", "introspect", "keys"
	Status      int       // HTTP status; 0 when no answer came
	Code        string    // OAuth's error, such as "invalid_request"; empty when not told
	Description string    // OAuth's error_description, entities undone; for logs, not for decisions
	RequestID   string    // LinkedIn's x-li-uuid or x-li-request-id
	RetryAt     time.Time // from Retry-After, and of a [Source] when it asks again; zero: neither
	Err         error     // the cause; nil when LinkedIn refused
}

// Error says what LinkedIn said.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": %d", e.Status)
	}
	for _, s := range []string{e.Code, e.Description} {
		if s != "" {
			b.WriteString(": " + s)
		}
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause, so that a cancellation stays one.
func (e *Error) Unwrap() error { return e.Err }

// DeadGrant reports whether the refresh token is refused for good, so that
// only a new login helps.
func (e *Error) DeadGrant() bool {
	return e.Code == "invalid_grant" || e.Code == "invalid_request" && strings.Contains(e.Description, deadGrant)
}

// deadGrant tells a dead grant from a parameter that is missing: LinkedIn
// answers both with invalid_request. It is the part of the sentence that says
// so, as texts are not contractual.
// learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens, 2026-11-24.
const deadGrant = "expired or revoked"

// Temporary reports whether the same refresh may work later: no answer came,
// or one that cannot be read, or 429, or 5xx. It is no leave to repeat an
// exchange.
func (e *Error) Temporary() bool {
	if errors.Is(e.Err, context.Canceled) {
		return false
	}
	return e.Err != nil || e.Status == http.StatusTooManyRequests || e.Status >= 500
}

// ReauthorizeError says that a person must log in again.
type ReauthorizeError struct {
	Reason Reason
	Expiry time.Time // of the access token; zero when there is none
	At     time.Time // when LinkedIn ended the login; zero when it did not, or that is not recorded
	Err    error     // what LinkedIn answered; nil when it was not asked
}

// Error names the reason.
func (e *ReauthorizeError) Error() string {
	if e.Err == nil {
		return e.Reason.String()
	}
	return e.Reason.String() + ": " + e.Err.Error()
}

// Unwrap gives LinkedIn's answer, if there was one.
func (e *ReauthorizeError) Unwrap() error { return e.Err }

// Reason is the code for why a login has ended. It is stored, so that codes may
// be added and are never changed.
type Reason string

// The reasons.
const (
	ReasonNoToken        Reason = "no_token"
	ReasonExpired        Reason = "expired"
	ReasonRefused        Reason = "refused"
	ReasonRevoked        Reason = "revoked"
	ReasonRefreshExpired Reason = "refresh_expired"
	ReasonGrantDead      Reason = "grant_dead"
)

// reasonWords are the reasons in words. Version 0.1.0 stored the words.
var reasonWords = map[Reason]string{
	ReasonNoToken:        "no token is stored",
	ReasonExpired:        "the access token has expired and there is no refresh token",
	ReasonRefused:        "LinkedIn refuses the access token and there is no refresh token",
	ReasonRevoked:        "LinkedIn says that the access token is revoked and there is no refresh token",
	ReasonRefreshExpired: "the refresh token has expired",
	ReasonGrantDead:      "LinkedIn refuses the refresh token",
}

// String gives the reason in words.
func (r Reason) String() string {
	if words, ok := reasonWords[r]; ok {
		return words
	}
	return string(r)
}

// storedReason is the reason that was stored, as a code or in words.
func storedReason(stored Reason) Reason {
	for code, words := range reasonWords {
		if string(stored) == words {
			return code
		}
	}
	return stored
}
