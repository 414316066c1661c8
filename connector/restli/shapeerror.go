package restli

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// ShapeError says that a body is not what the method answers with: JSON of another shape, broken JSON, or no JSON at all.
type ShapeError struct {
	Want   string // "collection", "batch", "action result", ..
	Reason string // such as "elements is missing"
	Err    error  // of encoding/json; nil when the JSON itself is sound
}

// Error says what was expected and what is wrong. It does not repeat the body.
func (e *ShapeError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("restli: body is not a %s: %s: %v", e.Want, e.Reason, e.Err)
	}
	return fmt.Sprintf("restli: body is not a %s: %s", e.Want, e.Reason)
}

// Unwrap returns the error of encoding/json, or nil.
func (e *ShapeError) Unwrap() error { return e.Err }

// decodeObject reads the members of a JSON object without looking into them.
func decodeObject(body []byte, want string) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, &ShapeError{Want: want, Reason: "not a JSON object", Err: err}
	}
	if members == nil {
		return nil, &ShapeError{Want: want, Reason: "null"}
	}
	return members, nil
}

// present reports whether a member of an object is there and not null.
func present(raw json.RawMessage) bool {
	return len(raw) > 0 && !bytes.Equal(raw, []byte("null"))
}
