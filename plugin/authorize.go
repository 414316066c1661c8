package plugin

import "time"

// AuthorizeRequest is one step of logging in. Exactly one of Begin, Complete
// and Token is set.
type AuthorizeRequest struct {
	Connection string // its id; Connect came before
	Begin      *AuthorizeBegin
	Complete   *AuthorizeComplete
	Token      *AuthorizeToken

	// Replace lets another account than the connection's take its place. Without
	// it that is an error of kind Conflict, and the login before stays.
	Replace bool
}

// AuthorizeBegin asks for the URL that a person opens.
type AuthorizeBegin struct{}

// AuthorizeComplete brings back what the person's browser was redirected to.
type AuthorizeComplete struct {
	Session Secret // AuthorizeResponse.Session of the begin step
	Answer  Secret // the whole redirect URL, or the bare code
}

// AnswerPointer is the pointer of the error, of kind InvalidInput, for an Answer
// that cannot be one of this login. Nothing was spent on it: the host may bring
// another.
const AnswerPointer = "/answer"

// AuthorizeToken brings a token that was made elsewhere, for example with the
// vendor's token generator.
type AuthorizeToken struct {
	AccessToken  Secret
	RefreshToken Secret // zero: none
}

// AuthorizeResponse answers a step.
type AuthorizeResponse struct {
	URL         string // begin: what to open; empty when nobody is asked and Done is set
	RedirectURL string // begin: where the answer will arrive
	Session     Secret // begin: to be handed back in the complete step

	Done        bool // a token is stored; what follows is set
	Account     Account
	Granted     []string  // scopes
	Missing     []string  // scopes that were asked for and not granted
	ExpiresAt   time.Time // of the access token; zero: unknown
	Diagnostics []Diagnostic
}

// Account is the member behind a connection.
type Account struct {
	ID   string `json:"id,omitempty"`
	URN  string `json:"urn,omitempty"`
	Name string `json:"name,omitempty"`

	// Application is the vendor's name of the application for which the id is
	// valid: another application knows the same member by another id. Empty:
	// the id is valid everywhere.
	Application string `json:"application,omitempty"`
}
