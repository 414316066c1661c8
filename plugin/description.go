package plugin

import "encoding/json"

// Description is what a connector says of itself. It equals the connector's
// manifest and its schema files.
type Description struct {
	Name         string          `json:"name"`         // "linkedin": lower case, names the connector everywhere
	DisplayName  string          `json:"display_name"` // "LinkedIn"
	Version      string          `json:"version"`      // semantic version of the connector
	Protocol     int             `json:"protocol"`     // [Protocol] it was built with
	Summary      string          `json:"summary"`      // one sentence
	About        About           `json:"about"`
	API          APIVersion      `json:"api"`
	Capabilities []string        `json:"capabilities,omitempty"` // optional parts of the contract it has, [CapabilityOptions] for example
	Auth         *Auth           `json:"auth,omitempty"`         // nil: the connector needs no connection
	ConfigSchema json.RawMessage `json:"config_schema"`          // JSON Schema of a connection's settings; secret ones are writeOnly
	Actions      []ActionSpec    `json:"actions"`
}

// About says who made a connector and under which terms.
type About struct {
	Author          string   `json:"author"`
	URL             string   `json:"url,omitempty"`
	License         string   `json:"license,omitempty"` // SPDX identifier
	Keywords        []string `json:"keywords,omitempty"`
	PrivacyPolicies []string `json:"privacy_policies,omitempty"` // URLs, of the vendor too
}

// APIVersion names the vendor's API version that a connector asks for unless
// a connection says otherwise.
type APIVersion struct {
	Version string `json:"version,omitempty"` // empty: the vendor has none
	Sunset  string `json:"sunset,omitempty"`  // YYYY-MM-DD; empty: unknown
}

// Capabilities that a description may list.
const (
	CapabilityOptions = "options" // Options answers
	CapabilityUsage   = "usage"   // Usage answers
)

// Capabilities that a host may offer.
const (
	// CapabilityDrain: a plugin process that has been told to end may refuse
	// calls; the host makes them again to a new process, and ends the old one
	// once its calls have ended.
	CapabilityDrain = "drain"
)

// Action returns the action of that name, nil when there is none.
func (d *Description) Action(name string) *ActionSpec {
	for i := range d.Actions {
		if d.Actions[i].Name == name {
			return &d.Actions[i]
		}
	}
	return nil
}

// Auth describes how a connection is authorized, as data for hosts and forms.
type Auth struct {
	Type             string      `json:"type"` // "oauth2"
	AuthorizationURL string      `json:"authorization_url"`
	TokenURL         string      `json:"token_url"`
	Scopes           []AuthScope `json:"scopes"`
	DocsURL          string      `json:"docs_url,omitempty"`
}

// AuthScope is one scope that the connector knows.
type AuthScope struct {
	Name        string `json:"name"`
	Description string `json:"description"`       // what it allows, for the person who grants it
	Product     string `json:"product,omitempty"` // what the application must have to ask for it
}
