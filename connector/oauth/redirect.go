package oauth

import "errors"

// ErrState says that a redirect does not carry the state that was sent: it
// answers another login, or is forged.
var ErrState = errors.New("state does not match")

// ParseRedirect reads the URL that the member's browser was sent to, or only
// its query. It fails when there is neither a code nor an error in it.
func ParseRedirect(answer string) (*Redirect, error) { return nil, errors.ErrUnsupported }

// Redirect is the answer to [Config.AuthorizationURL]. Its code is given only
// to who knows the state.
type Redirect struct {
	State string // as it came, not checked
}

// CodeFor gives the code for [Config.Exchange] if the redirect carries the
// state that was sent. Its errors are [ErrState] and [*DeniedError].
func (r *Redirect) CodeFor(state string) (string, error) { return "", errors.ErrUnsupported }

// DeniedError is a refused login.
type DeniedError struct {
	Code        string // such as "user_cancelled_authorize", "unauthorized_scope_error"
	Description string // entities undone; may name the scope
}

// Error gives code and description.
func (e *DeniedError) Error() string { return e.Code }

// Cancelled reports whether the member chose not to go on.
func (e *DeniedError) Cancelled() bool { return false }
