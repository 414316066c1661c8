package plugin

import (
	"encoding/json"
	"time"
)

// InvokeRequest runs an action. Its deadline is that of the context.
type InvokeRequest struct {
	Connection     string          // id; empty for a connector that needs none
	Action         string          // its name
	Input          json.RawMessage // a JSON object that fits the action's input schema
	IdempotencyKey string          // empty: none
	TraceParent    string          // W3C traceparent; empty: none
	Priority       Priority        // empty: interactive
	Purpose        string          // why the data is asked for, for the audit trail; may be empty
}

// Priority says who waits for an answer.
type Priority string

// The priorities.
const (
	Interactive Priority = "interactive"
	Background  Priority = "background"
)

// Event is something that happens while an action runs. Which fields are set
// depends on Type. The end of an action is no event: it is what Invoke returns.
type Event struct {
	Type    EventType         `json:"type"`
	Message string            `json:"message,omitempty"` // one sentence for a person; of every type but page
	Code    string            `json:"code,omitempty"`    // notice: a stable name for it
	Done    int64             `json:"done,omitempty"`    // progress
	Total   int64             `json:"total,omitempty"`   // progress; 0: unknown
	Until   *time.Time        `json:"until,omitempty"`   // waiting; by the clock of the machine that runs the connector
	Items   []json.RawMessage `json:"items,omitempty"`   // page
	Cursor  string            `json:"cursor,omitempty"`  // page: where the next page begins; empty: this was the last
}

// EventType tells events apart.
type EventType string

// The types of events.
const (
	EventProgress EventType = "progress"
	EventWaiting  EventType = "waiting"
	EventPage     EventType = "page"
	EventNotice   EventType = "notice"
)

// Result is the good end of an action.
type Result struct {
	Output json.RawMessage `json:"output"` // fits the output schema, less the items that page events carried
	Meta   Meta            `json:"meta"`

	// Subjects are the URNs of the members whose data the action gave, pages
	// included, for the host's audit trail. Callers do not get them.
	Subjects []string `json:"-"`
}

// Meta says what a result cost.
type Meta struct {
	UpstreamCalls int           `json:"upstream_calls"`        // attempts sent, retries included
	Retries       int           `json:"retries"`               // attempts beyond the first of each request
	Waited        time.Duration `json:"-"`                     // time spent waiting between attempts
	Cached        bool          `json:"cached"`                // everything came from memory
	CacheAge      time.Duration `json:"-"`                     // age of the oldest reply used; 0: none was cached
	Quota         []UsageBucket `json:"quota,omitempty"`       // of the endpoints that were called
	RequestIDs    []string      `json:"request_ids,omitempty"` // the vendor's, newest last, 20 at most
	APIVersion    string        `json:"api_version,omitempty"` // the version asked for; empty: an unversioned endpoint
	ConnectorName string        `json:"connector,omitempty"`   // name@version
	Notices       []Event       `json:"notices,omitempty"`     // notices that were emitted
}

// MarshalJSON writes durations as whole milliseconds, waited_ms and cache_age_ms.
func (m Meta) MarshalJSON() ([]byte, error) {
	type plain Meta
	return json.Marshal(struct {
		plain
		WaitedMS   int64 `json:"waited_ms"`
		CacheAgeMS int64 `json:"cache_age_ms"`
	}{plain(m), m.Waited.Milliseconds(), m.CacheAge.Milliseconds()})
}
