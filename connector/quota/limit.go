package quota

import (
	"fmt"
	"time"
)

// Scope says whose calls a bucket counts.
type Scope string

// The scopes.
const (
	Application Scope = "application" // all members of one application
	Member      Scope = "member"      // one member through one application
)

// Source says where a limit is known from.
type Source string

// The sources. Only a configured limit, and a 429 of today, refuse a call; the
// others feed notices.
const (
	Configured Source = "configured"
	Learned    Source = "learned" // from the day's count when LinkedIn answered 429, or from calls beyond the limit that was known
	Default    Source = "default" // from a table of published numbers
	None       Source = "none"    // not known
)

// AllEndpoints is the endpoint of a limit over all endpoints together.
const AllEndpoints = "*"

// Limit is a daily limit.
type Limit struct {
	Scope    Scope
	Endpoint string // as the transport names it, or [AllEndpoints]
	Calls    int64  // per UTC day, at least 1
}

// defaults are the limits that pages tell. Those of the Sign In product are in
// several third-party audits of its page, not on the copy that was read.
// learn.microsoft.com/linkedin/consumer/integrations/self-serve/share-on-linkedin, 2026-11-24.
var defaults = []Limit{
	{Application, "GET /v2/userinfo", 100_000},
	{Member, "GET /v2/userinfo", 500},
	{Application, "GET /v2/me", 100_000},
	{Member, "GET /v2/me", 500},
	{Application, "POST /v2/ugcPosts", 100_000},
	{Member, "POST /v2/ugcPosts", 150},
	{Application, "POST /rest/posts", 100_000},
	{Member, "POST /rest/posts", 150},
}

// defaultOf is the default for a bucket; 0: none. A process has a ledger for
// each of thousands of accounts, so none has a map of these.
func defaultOf(id limitID) int64 {
	for _, limit := range defaults {
		if limit.Scope == id.scope && limit.Endpoint == id.endpoint {
			return limit.Calls
		}
	}
	return 0
}

// Usage is one bucket on the current UTC day.
type Usage struct {
	Scope     Scope
	Endpoint  string
	Used      int64 // attempts reserved today
	Limit     int64 // calls per day; 0 when Source is None
	Remaining int64 // never below 0; 0 also when LinkedIn refused today, and when Source is None
	ResetsAt  time.Time
	Source    Source
	LearnedOn string // the day YYYY-MM-DD on which the limit was learned; empty unless Source is Learned
	Refusing  bool   // calls are refused until ResetsAt
}

// ExhaustedError says that a call was not sent because its budget is used up.
type ExhaustedError struct {
	Scope    Scope
	Endpoint string
	Resets   time.Time // 00:00 UTC
	Limit    int64     // calls per day; 0 when LinkedIn refused and the number is not known
	Used     int64
	Source   Source // Configured, or Learned when LinkedIn itself refused today
	Reserved bool   // what is left is kept for calls that are not [Background]

	LearnedOn string // as in [Usage]
}

// Error gives scope, endpoint, what is left and when it resets.
func (e *ExhaustedError) Error() string {
	resets := e.Resets.Format(time.RFC3339)
	if e.Reserved {
		return fmt.Sprintf("%s limit for %s: the last %d of %d calls until %s are not for background calls", e.Scope, e.Endpoint, e.Limit-e.Used, e.Limit, resets)
	}
	return fmt.Sprintf("%s limit for %s is used up until %s", e.Scope, e.Endpoint, resets)
}

// Usage is how the bucket stands that refuses. It says Refusing also where the
// refusal is for [Background] calls only.
func (e *ExhaustedError) Usage() Usage {
	u := Usage{
		Scope: e.Scope, Endpoint: e.Endpoint, Used: e.Used, Limit: e.Limit,
		ResetsAt: e.Resets, Source: e.Source, LearnedOn: e.LearnedOn, Refusing: true,
	}
	if e.Reserved {
		u.Remaining = e.Limit - e.Used
	}
	if e.Limit == 0 {
		u.Source = None
	}
	return u
}
