package oauth

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// ErrState says that a redirect does not carry the state that was sent: it
// answers another login, or is forged.
var ErrState = errors.New("state does not match")

// Redirect is the answer to [Config.AuthorizationURL]. Its code is given only
// to who knows the state.
type Redirect struct {
	State string // as it came, not checked

	code   string
	denied *DeniedError
}

// ParseRedirect reads the URL that the member's browser was sent to, or only
// its query. It fails when there is neither a code nor an error in it.
func ParseRedirect(answer string) (*Redirect, error) {
	query := strings.TrimSpace(answer)
	if _, after, found := strings.Cut(query, "?"); found {
		query = after
	}
	query, _, _ = strings.Cut(query, "#")
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, errors.New("not a redirect: its query cannot be read") // err would quote the code
	}

	r := &Redirect{State: values.Get("state"), code: values.Get("code")}
	if code := values.Get("error"); code != "" {
		r.denied = &DeniedError{Code: code, Description: clean(values.Get("error_description"))}
	} else if r.code == "" {
		return nil, errors.New("not a redirect: neither code nor error in it")
	}
	return r, nil
}

// CodeFor gives the code for [Config.Exchange] if the redirect carries the
// state that was sent. Its errors are [ErrState] and [*DeniedError].
func (r *Redirect) CodeFor(state string) (string, error) {
	if state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(r.State)) != 1 {
		return "", ErrState
	}
	if r.denied != nil {
		return "", r.denied
	}
	return r.code, nil
}

// Format hides the code, whatever the verb.
func (r Redirect) Format(f fmt.State, _ rune) { io.WriteString(f, "oauth.Redirect{"+redacted+"}") }

// DeniedError is a refused login.
type DeniedError struct {
	Code        string // such as "user_cancelled_authorize", "unauthorized_scope_error"
	Description string // entities undone; may name the scope
}

// Error gives code and description.
func (e *DeniedError) Error() string {
	if e.Description == "" {
		return e.Code
	}
	return e.Code + ": " + e.Description
}

// Cancelled reports whether the member chose not to go on. LinkedIn has codes of
// its own for that: access_denied with a reason is a refusal of the application.
func (e *DeniedError) Cancelled() bool {
	switch e.Code {
	case "user_cancelled_login", "user_cancelled_authorize":
		return true
	case "access_denied":
		return e.Description == ""
	}
	return false
}
