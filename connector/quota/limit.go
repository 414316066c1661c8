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
	Learned    Source = "learned" // from the day's count when LinkedIn answered 429
	Default    Source = "default" // from [Defaults]
	None       Source = "none"    // not known
)

// AllEndpoints is the endpoint of a limit over all endpoints together.
const AllEndpoints = "*"

// Limit is a configured daily limit.
type Limit struct {
	Scope    Scope
	Endpoint string // as the transport names it, or [AllEndpoints]
	Calls    int64  // per UTC day, at least 1
}

// Usage is one bucket on the current UTC day.
type Usage struct {
	Scope     Scope
	Endpoint  string
	Used      int64 // attempts reserved today
	Limit     int64 // calls per day; 0 when Source is None
	Remaining int64 // never below 0; 0 also when LinkedIn refused today
	ResetsAt  time.Time
	Source    Source
	LearnedOn string // the day YYYY-MM-DD of the 429 that taught the limit; empty unless Source is Learned
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
}

// Error gives scope, endpoint and when it resets.
func (e *ExhaustedError) Error() string {
	return fmt.Sprintf("%s limit for %s is used up until %s", e.Scope, e.Endpoint, e.Resets.Format(time.RFC3339))
}
