package plugin

import "encoding/json"

// Connection is one authorized account with its configuration.
type Connection struct {
	ID       string            // chosen by the host, stable for the connection's life, [A-Za-z0-9_-]
	Name     string            // what people call it
	Dev      bool              // upstream hosts other than the vendor's are allowed
	Settings json.RawMessage   // a JSON object that fits Description.ConfigSchema, without secrets
	Secrets  map[string]Secret // the writeOnly settings
}

// ConnectRequest gives a connection to the process.
type ConnectRequest struct {
	Connection Connection
}

// ConnectResponse says what is remarkable about a connection that was taken.
type ConnectResponse struct {
	Diagnostics []Diagnostic
}

// DisconnectRequest takes a connection away.
type DisconnectRequest struct {
	Connection string // its id
}

// DisconnectResponse is empty today.
type DisconnectResponse struct{}

// Diagnostic is a remark on a connection.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	Pointer  string   `json:"pointer,omitempty"` // JSON pointer to the setting, empty: the whole connection
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
}

// Severity orders diagnostics.
type Severity string

// The severities.
const (
	Info    Severity = "info"
	Warning Severity = "warning"
	Failure Severity = "failure"
)
