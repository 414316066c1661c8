package plugin

import "time"

// UsageRequest asks for the budgets of a connection.
type UsageRequest struct {
	Connection string
}

// UsageResponse lists the budgets that were touched today or are configured.
type UsageResponse struct {
	Buckets []UsageBucket `json:"buckets"`
}

// UsageBucket is one daily budget.
type UsageBucket struct {
	Endpoint  string      `json:"endpoint"` // "GET /v2/userinfo"; "*": all endpoints together
	Scope     UsageScope  `json:"scope"`
	Limit     *int64      `json:"limit,omitempty"` // calls per UTC day; nil: not known
	Used      int64       `json:"used"`
	Remaining *int64      `json:"remaining,omitempty"` // nil: not known
	ResetsAt  time.Time   `json:"resets_at"`           // by the vendor's clock, as all of its days
	Source    LimitSource `json:"source"`
	LearnedOn string      `json:"learned_on,omitempty"` // the UTC day YYYY-MM-DD on which the limit was learned; only with LimitLearned
	Refusing  bool        `json:"refusing,omitempty"`   // calls are refused until ResetsAt, also where the limit is not known; in an error: it has refused this one
}

// UsageScope says whose calls a bucket counts.
type UsageScope string

// The scopes.
const (
	ScopeApplication UsageScope = "application"
	ScopeMember      UsageScope = "member"
)

// LimitSource says where a limit is known from.
type LimitSource string

// The sources. Only a configured limit refuses calls by itself; the others feed
// notices until the vendor has refused a call.
const (
	LimitConfigured LimitSource = "configured"
	LimitLearned    LimitSource = "learned"
	LimitDefault    LimitSource = "default"
	LimitNone       LimitSource = "none"
)
