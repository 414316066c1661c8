package restli

import (
	"encoding/json"
	"fmt"
)

// Collection is the reply to GET_ALL and FINDER: one page of elements.
type Collection struct {
	Elements []json.RawMessage // as they came; Elements of this package decodes them. Empty, never nil, for none
	Paging   *Paging           // nil when the reply has none
	Metadata json.RawMessage   // of the finder, as it came; nil for none
}

// Paging says where in the listing a page lies.
type Paging struct {
	Start int64  `json:"start"` // index of the first element
	Count int64  `json:"count"` // page size that was asked for, not the number of elements
	Total *int64 `json:"total"` // size of the listing; nil when LinkedIn does not say, which is not zero
	Links []Link `json:"links"` // neighbouring pages; may be empty although there are some
}

// Link leads to a neighbouring page.
type Link struct {
	Rel  string `json:"rel"`  // "next" or "prev"
	Href string `json:"href"` // relative to the host
	Type string `json:"type"` // media type
}

// DecodeCollection reads the reply to GET_ALL or FINDER. A body without a list of elements is a [*ShapeError]: an error body or
// an entity must never pass for an empty page.
func DecodeCollection(body []byte) (*Collection, error) {
	members, err := decodeObject(body, "collection")
	if err != nil {
		return nil, err
	}
	return collectionOf(members)
}

func collectionOf(members map[string]json.RawMessage) (*Collection, error) {
	if !present(members["elements"]) {
		return nil, &ShapeError{Want: "collection", Reason: "elements is missing"}
	}
	c := &Collection{}
	if err := json.Unmarshal(members["elements"], &c.Elements); err != nil {
		return nil, &ShapeError{Want: "collection", Reason: "elements is not a list", Err: err}
	}
	if present(members["paging"]) {
		c.Paging = &Paging{}
		if err := json.Unmarshal(members["paging"], c.Paging); err != nil {
			return nil, &ShapeError{Want: "collection", Reason: "paging does not fit", Err: err}
		}
	}
	if present(members["metadata"]) {
		c.Metadata = members["metadata"]
	}
	return c, nil
}

// Next returns the link to the next page, and whether the reply has one.
func (c *Collection) Next() (Link, bool) {
	if c.Paging == nil {
		return Link{}, false
	}
	for _, link := range c.Paging.Links {
		if link.Rel == "next" && link.Href != "" {
			return link, true
		}
	}
	return Link{}, false
}

// Elements decodes the elements of a page. One that does not fit T is a [*ShapeError] that tells its index; unknown fields are
// ignored.
func Elements[T any](c *Collection) ([]T, error) {
	out := make([]T, len(c.Elements))
	for i, raw := range c.Elements {
		if err := json.Unmarshal(raw, &out[i]); err != nil {
			return nil, &ShapeError{Want: "collection", Reason: fmt.Sprintf("element %d does not fit", i), Err: err}
		}
	}
	return out, nil
}

// FinderResult is what one criterion of a BATCH_FINDER found: either Collection or Err is set.
type FinderResult struct {
	Collection *Collection
	Err        *ErrorResponse // why LinkedIn could not answer this criterion
}

// DecodeBatchFinder reads the reply to BATCH_FINDER: one result for each criterion, in the order of the request.
func DecodeBatchFinder(body []byte) ([]FinderResult, error) {
	outer, err := DecodeCollection(body)
	if err != nil {
		return nil, err
	}
	results := make([]FinderResult, len(outer.Elements))
	for i, raw := range outer.Elements {
		members, err := decodeObject(raw, "batch finder result")
		if err != nil {
			return nil, err
		}
		if string(members["isError"]) == "true" || present(members["error"]) {
			results[i].Err = errorOf(members["error"])
			continue
		}
		if results[i].Collection, err = collectionOf(members); err != nil {
			return nil, err
		}
	}
	return results, nil
}
