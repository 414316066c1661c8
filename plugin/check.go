package plugin

import "time"

// CheckRequest asks for the state of a connection.
type CheckRequest struct {
	Connection string
	Deep       bool // make the calls that find out; otherwise only what is known already
}

// CheckResponse is the state of a connection.
type CheckResponse struct {
	Account       Account        `json:"account"`
	ScopesGranted []string       `json:"scopes_granted"`
	ScopesMissing []string       `json:"scopes_missing"`
	Actions       []ActionStatus `json:"actions"`
	Token         TokenStatus    `json:"token"`
	API           APIStatus      `json:"api"`
	Diagnostics   []Diagnostic   `json:"diagnostics"`
}

// ActionStatus says whether an action can be used.
type ActionStatus struct {
	Action string     `json:"action"`
	Status Usability  `json:"status"`
	Reason string     `json:"reason,omitempty"`
	Hint   string     `json:"hint,omitempty"`
	Since  *time.Time `json:"since,omitempty"` // when it was last tried
}

// Usability is the status of an action.
type Usability string

// The three usabilities. Untried is that of a partner action that was never called.
const (
	Usable   Usability = "usable"
	Unusable Usability = "unusable"
	Untried  Usability = "unknown"
)

// TokenStatus is the state of the tokens of a connection.
type TokenStatus struct {
	Present          bool       `json:"present"`
	ExpiresAt        *time.Time `json:"expires_at,omitempty"`
	DaysLeft         *int       `json:"days_left,omitempty"` // by the vendor's clock, one that has begun counts, 0: it is over; nil: unknown
	Assumed          bool       `json:"assumed,omitempty"`   // the expiry is a guess: the token was brought along
	Refreshable      bool       `json:"refreshable"`
	WhyNot           string     `json:"why_not_refreshable,omitempty"`
	RefreshExpiresAt *time.Time `json:"refresh_expires_at,omitempty"`
	RefreshDaysLeft  *int       `json:"refresh_days_left,omitempty"` // as DaysLeft
}

// APIStatus is the state of the vendor's API version.
type APIStatus struct {
	Version string    `json:"version"`
	Sunset  string    `json:"sunset,omitempty"` // YYYY-MM-DD; empty: unknown
	State   APIAnswer `json:"state"`
}

// APIAnswer says what a deep check learnt of the API version.
type APIAnswer string

// The answers.
const (
	APIActive    APIAnswer = "active"
	APIRetired   APIAnswer = "retired"
	APIUnchecked APIAnswer = "unchecked"
)
