package restli

import (
	"encoding/json"
	"errors"
	"net/http"
)

// ErrNoAnswer is what [Batch.Get] returns for a key that the reply does not mention at all.
var ErrNoAnswer = errors.New("restli: the batch reply does not mention this key")

// Batch is the reply to a batch call by keys. The HTTP status is 200 even when every key failed. Keys are plain ids, see
// [ID]: "AbC-1" for the person (id:AbC-1), "urn:li:share:7" for a URN.
type Batch[T any] struct {
	Results  map[string]T              // what succeeded
	Statuses map[string]int            // HTTP status of each key, where the reply tells it
	Errors   map[string]*ErrorResponse // what failed
}

// UpdateStatus is the T of the reply to a batch update or delete.
type UpdateStatus struct {
	Status int `json:"status"` // such as 204
}

// DecodeBatch reads the reply to BATCH_GET, BATCH_UPDATE, BATCH_PARTIAL_UPDATE and BATCH_DELETE. A body with neither results nor
// errors, a key that cannot be read and two keys with one id are a [*ShapeError].
func DecodeBatch[T any](body []byte) (*Batch[T], error) {
	members, err := decodeObject(body, "batch")
	if err != nil {
		return nil, err
	}
	if !present(members["results"]) && !present(members["errors"]) {
		return nil, &ShapeError{Want: "batch", Reason: "results and errors are missing"}
	}
	b := &Batch[T]{}
	if b.Results, err = decodeByKey(members, "results", fitsT[T]); err != nil {
		return nil, err
	}
	if b.Statuses, err = decodeByKey(members, "statuses", fitsT[int]); err != nil {
		return nil, err
	}
	if b.Errors, err = decodeByKey(members, "errors", func(raw json.RawMessage) (*ErrorResponse, error) {
		return errorOf(raw), nil
	}); err != nil {
		return nil, err
	}
	for id, failure := range b.Errors {
		if failure.Status == 0 {
			failure.Status = b.Statuses[id]
		}
	}
	return b, nil
}

func fitsT[T any](raw json.RawMessage) (T, error) {
	var v T
	err := json.Unmarshal(raw, &v)
	return v, err
}

// decodeByKey reads one of the three maps. Errors name the map and never a key, which may be the id of a person.
func decodeByKey[V any](members map[string]json.RawMessage, name string, read func(json.RawMessage) (V, error)) (map[string]V, error) {
	out := map[string]V{}
	if !present(members[name]) {
		return out, nil
	}
	var byKey map[string]json.RawMessage
	if err := json.Unmarshal(members[name], &byKey); err != nil {
		return nil, &ShapeError{Want: "batch", Reason: name + " is not an object", Err: err}
	}
	for text, raw := range byKey {
		key, err := DecodeKey(text)
		if err != nil {
			return nil, &ShapeError{Want: "batch", Reason: name + " has a key that cannot be read", Err: err}
		}
		id := ID(key)
		if _, twice := out[id]; twice {
			return nil, &ShapeError{Want: "batch", Reason: name + " has two keys with one id"}
		}
		if out[id], err = read(raw); err != nil {
			return nil, &ShapeError{Want: "batch", Reason: "a value in " + name + " does not fit", Err: err}
		}
	}
	return out, nil
}

// Get returns the result for an id. Where there is none the error is the [*ErrorResponse] of that id, or [ErrNoAnswer].
func (b *Batch[T]) Get(id string) (T, error) {
	if result, ok := b.Results[id]; ok {
		return result, nil
	}
	var zero T
	if failure, ok := b.Errors[id]; ok {
		return zero, failure
	}
	if status, ok := b.Statuses[id]; ok && status >= http.StatusBadRequest {
		return zero, &ErrorResponse{Status: status, Shape: ShapeEmpty}
	}
	return zero, ErrNoAnswer
}

// Status returns the HTTP status of an id: as the reply tells it, else that of its error, else 200 for a result. Zero means that
// the reply does not mention the id.
func (b *Batch[T]) Status(id string) int {
	if status, ok := b.Statuses[id]; ok {
		return status
	}
	if failure, ok := b.Errors[id]; ok {
		return failure.Status
	}
	if _, ok := b.Results[id]; ok {
		return http.StatusOK
	}
	return 0
}
