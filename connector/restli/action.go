package restli

import (
	"bytes"
	"encoding/json"
)

// DecodeAction reads the reply to an ACTION, {"value": ..}. An action without a result answers with nothing; that is the zero
// T.
func DecodeAction[T any](body []byte) (T, error) {
	var result T
	if len(bytes.TrimSpace(body)) == 0 {
		return result, nil
	}
	members, err := decodeObject(body, "action result")
	if err != nil {
		return result, err
	}
	value, ok := members["value"]
	if !ok {
		if len(members) == 0 {
			return result, nil
		}
		return result, &ShapeError{Want: "action result", Reason: "value is missing"}
	}
	if err := json.Unmarshal(value, &result); err != nil {
		return result, &ShapeError{Want: "action result", Reason: "value does not fit", Err: err}
	}
	return result, nil
}
