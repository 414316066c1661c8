package restli

import (
	"encoding/json"
	"net/http"
	"strings"
)

// CreatedID finds the key of the entity that a CREATE made, and reports whether the reply tells it: in the header x-restli-id,
// in that of protocol 1.0, in location, or as id in the body. The body of a 201 is usually empty. [ID] turns the key into text.
func CreatedID(header http.Header, body []byte) (Value, bool) {
	for _, text := range []string{header.Get("X-RestLi-Id"), header.Get("X-LinkedIn-Id"), lastSegment(header.Get("Location"))} {
		if text == "" {
			continue
		}
		if key, err := DecodeKey(text); err == nil {
			return key, true
		}
	}
	var entity struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(body, &entity); err != nil {
		return nil, false
	}
	id, ok := looseText(entity.ID)
	return String(id), ok && id != ""
}

// lastSegment returns the key at the end of a location such as /posts/urn%3Ali%3Ashare%3A7.
func lastSegment(location string) string {
	if end := strings.IndexAny(location, "?#"); end >= 0 {
		location = location[:end]
	}
	location = strings.TrimRight(location, "/")
	return location[strings.LastIndexByte(location, '/')+1:]
}

// Created is what became of one entity of a BATCH_CREATE.
type Created struct {
	Status int
	ID     string         // plain id, see the function ID; "" when it was not created
	Err    *ErrorResponse // nil when it was created
}

// DecodeBatchCreate reads the reply to BATCH_CREATE: one entry for each entity, in the order of the request.
func DecodeBatchCreate(body []byte) ([]Created, error) {
	c, err := DecodeCollection(body)
	if err != nil {
		return nil, err
	}
	created := make([]Created, len(c.Elements))
	for i, raw := range c.Elements {
		members, err := decodeObject(raw, "batch create result")
		if err != nil {
			return nil, err
		}
		status, _ := looseInt(members["status"])
		created[i].Status = status
		if present(members["error"]) || status >= http.StatusBadRequest {
			created[i].Err = errorOf(members["error"])
			if created[i].Err.Status == 0 {
				created[i].Err.Status = status
			}
			created[i].Status = created[i].Err.Status
			continue
		}
		if text, ok := looseText(members["id"]); ok {
			key, err := DecodeKey(text)
			if err != nil {
				return nil, &ShapeError{Want: "batch create result", Reason: "an id cannot be read", Err: err}
			}
			created[i].ID = ID(key)
		}
	}
	return created, nil
}
