package compat

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// node is a schema, or a part of one. Numbers are json.Number.
type node map[string]any

// compareDocument compares two versions of a schema. One that is missing takes
// everything.
func compareDocument(at place, old, now json.RawMessage) {
	a, err := parse(old)
	if err == nil {
		var b node
		if b, err = parse(now); err == nil {
			x, okX := inlined(a)
			y, okY := inlined(b)
			if okX && okY {
				a, b = x, y
			}
			compareNode(at, a, b)
			return
		}
	}
	if !bytes.Equal(old, now) {
		at.add(true, "the schema changed and one of the two is no JSON object: %v", err)
	}
}

func parse(text json.RawMessage) (node, error) {
	if len(text) == 0 {
		return node{}, nil
	}
	var n node
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	err := dec.Decode(&n)
	return n, err
}

// child is the schema under a keyword: true, or none, takes everything.
func child(v any) (node, bool) {
	switch v := v.(type) {
	case nil:
		return node{}, true
	case bool:
		return node{}, v
	case map[string]any:
		return v, true
	}
	return nil, false
}

// compareNode compares two schemas of the same value.
func compareNode(at place, old, now node) {
	compareTypes(at, old, now)
	compareEnums(at, old, now)
	compareBounds(at, old, now)
	compareShapes(at, old, now)
	compareProperties(at, old, now)
	compareRest(at, old, now)
	compareItems(at, old, now)
	if at.document == Config && old["writeOnly"] != now["writeOnly"] {
		at.add(true, "it is kept as a secret in one version and not in the other")
	}
	if at.given() && !reflect.DeepEqual(old["default"], now["default"]) {
		at.add(false, "its default was %s and is %s", show(old["default"]), show(now["default"]))
	}
	compareUnknown(at, old, now)
}

// compareItems compares the schemas of a list's items.
func compareItems(at place, old, now node) {
	if !has(old, "items") && !has(now, "items") {
		return
	}
	a, okA := child(old["items"])
	b, okB := child(now["items"])
	switch {
	case okA && okB:
		compareNode(at.below("items"), a, b)
	case okA:
		at.below("items").narrowed("the list must be empty now")
	case okB:
		at.below("items").widened("the list may have items now")
	}
}

// compared are the keywords that are looked at, or that say nothing about
// which values fit.
var compared = map[string]bool{
	"type": true, "enum": true, "const": true, "properties": true, "required": true, "additionalProperties": true, "items": true,
	"pattern": true, "format": true, "uniqueItems": true, "multipleOf": true,
	"minimum": true, "maximum": true, "exclusiveMinimum": true, "exclusiveMaximum": true,
	"minLength": true, "maxLength": true, "minItems": true, "maxItems": true, "minProperties": true, "maxProperties": true,
	"$schema": true, "$id": true, "$comment": true, "title": true, "description": true, "default": true, "examples": true,
	"deprecated": true, "readOnly": true, "writeOnly": true, "contentEncoding": true, "contentMediaType": true,
}

// compareUnknown is careful with all other keywords, except extensions, which
// are hints for forms.
func compareUnknown(at place, old, now node) {
	both := maps.Clone(old)
	maps.Copy(both, now)
	for _, keyword := range slices.Sorted(maps.Keys(both)) {
		if compared[keyword] || strings.HasPrefix(keyword, "x-") {
			continue
		}
		x, _ := below(keyword, old[keyword], bare)
		y, _ := below(keyword, now[keyword], bare)
		if !reflect.DeepEqual(x, y) && !(keyword == "anyOf" && compareBranches(at, old, now)) {
			at.add(true, "its %s changed, which cannot be compared", keyword)
		}
	}
}

// compareBranches compares the schemas of which one must fit. It reports false
// where some came and others went, which may be the same ones, changed.
func compareBranches(at place, old, now node) bool {
	x, _ := below("anyOf", old["anyOf"], bare)
	y, _ := below("anyOf", now["anyOf"], bare)
	a, okA := x.([]any)
	b, okB := y.([]any)
	gone, added := missing(a, b), missing(b, a)
	switch {
	case !okA || !okB || len(gone) > 0 && len(added) > 0:
		return false
	case len(gone) > 0:
		at.narrowed("these choices of anyOf are gone: %s", show(gone))
	case len(added) > 0:
		at.widened("these choices of anyOf are new: %s", show(added))
	}
	return true
}

// show is a value as JSON, "none" when there is none.
func show(v any) string {
	if v == nil {
		return "none"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
