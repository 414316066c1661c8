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
	Remaining *int64      `json:"remaining,omitempty"`
	ResetsAt  time.Time   `json:"resets_at"`
	Source    LimitSource `json:"source"`
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

// The sources.
const (
	LimitConfigured LimitSource = "configured"
	LimitLearned    LimitSource = "learned"
	LimitDefault    LimitSource = "default"
	LimitNone       LimitSource = "none"
)
