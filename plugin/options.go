package plugin

import "encoding/json"

// OptionsRequest asks for the choices of one field.
type OptionsRequest struct {
	Connection string
	Action     string
	Pointer    string          // JSON pointer to the field in the action's input
	Input      json.RawMessage // what is filled in so far; may be empty
	Query      string          // what the person typed
	Cursor     string
}

// OptionsResponse lists choices.
type OptionsResponse struct {
	Options    []Option `json:"options"`
	NextCursor string   `json:"next_cursor,omitempty"`
}

// Option is one choice.
type Option struct {
	Value json.RawMessage `json:"value"`
	Label string          `json:"label"`
	Hint  string          `json:"hint,omitempty"`
}
