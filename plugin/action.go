package plugin

import "encoding/json"

// ActionSpec describes one action.
type ActionSpec struct {
	Name        string          `json:"name"` // snake_case, unique in the connector
	Version     string          `json:"version"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Effect      ActionEffect    `json:"effect"`
	Idempotent  bool            `json:"idempotent"`      // a second call changes nothing more
	Keyed       bool            `json:"keyed,omitempty"` // the connector records the idempotency key before it sends
	Access      Access          `json:"access"`
	Cost        int             `json:"cost"` // upstream calls of one ordinary invocation
	Scopes      [][]string      `json:"scopes,omitempty"`
	Products    []string        `json:"products,omitempty"` // what the vendor must have approved for the application
	Input       json.RawMessage `json:"input_schema"`       // JSON Schema 2020-12
	Output      json.RawMessage `json:"output_schema"`
	Examples    []Example       `json:"examples,omitempty"`
	ErrorKinds  KindList        `json:"error_kinds"`
	Paging      *Paging         `json:"paging,omitempty"`
	Data        Data            `json:"data"`
	Deprecated  string          `json:"deprecated,omitempty"` // what to use instead; empty: not deprecated
}

// ScopesAllow reports whether granted holds all scopes of at least one of the
// alternatives in s.Scopes. No alternatives: every grant will do.
func (s *ActionSpec) ScopesAllow(granted []string) bool {
	if len(s.Scopes) == 0 {
		return true
	}
	has := make(map[string]bool, len(granted))
	for _, g := range granted {
		has[g] = true
	}
next:
	for _, set := range s.Scopes {
		for _, scope := range set {
			if !has[scope] {
				continue next
			}
		}
		return true
	}
	return false
}

// ActionEffect is what an action does upstream.
type ActionEffect string

// The effects of actions.
const (
	EffectRead   ActionEffect = "READ"
	EffectCreate ActionEffect = "CREATE"
	EffectUpdate ActionEffect = "UPDATE"
	EffectDelete ActionEffect = "DELETE"
)

// Access says who may use an action: everyone with the scopes, or only
// applications that the vendor has approved.
type Access string

// The two accesses.
const (
	AccessOpen    Access = "open"
	AccessPartner Access = "partner"
)

// Example is an input and the output it may give.
type Example struct {
	Title  string          `json:"title"`
	Input  json.RawMessage `json:"input"`
	Output json.RawMessage `json:"output,omitempty"`
}

// Paging says where an action's items are. Such an action takes page_size,
// cursor, max_items and max_calls in its input and gives next_cursor.
type Paging struct {
	Field       string `json:"field"` // the output field that page events fill, for example "people"
	MaxPageSize int    `json:"max_page_size"`
}

// Data says whose data an action returns and how long it may be kept.
type Data struct {
	Subject       DataSubject `json:"subject"`
	MaxAgeSeconds int64       `json:"max_age_seconds"` // how long a caller may keep it; 0: the vendor sets no limit
	MayStore      bool        `json:"may_store"`       // false: in memory only
	Source        string      `json:"source,omitempty"`
}

// DataSubject says whom an action's output describes.
type DataSubject string

// The subjects.
const (
	SubjectSelf   DataSubject = "self"   // the member who authorized the connection
	SubjectOthers DataSubject = "others" // other members
	SubjectNone   DataSubject = "none"
)
