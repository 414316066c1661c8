package compat

import (
	"reflect"
	"slices"
	"strings"
)

// compareTypes compares which types of JSON fit.
func compareTypes(at place, old, now node) {
	a, b := types(old), types(now)
	switch {
	case old["type"] == nil && now["type"] == nil:
		return
	case old["type"] == nil:
		at.narrowed("it must be of type %s now", strings.Join(b, ", "))
		return
	case now["type"] == nil:
		at.widened("it may be of any type now")
		return
	}
	if gone := without(a, b); len(gone) > 0 {
		at.narrowed("it may not be of type %s any more", strings.Join(gone, ", "))
	}
	if added := without(b, a); len(added) > 0 {
		at.widened("it may be of type %s now", strings.Join(added, ", "))
	}
}

// types lists the types that a schema takes; a number may be an integer.
func types(n node) []string {
	var list []string
	switch t := n["type"].(type) {
	case string:
		list = []string{t}
	case []any:
		for _, v := range t {
			if s, ok := v.(string); ok {
				list = append(list, s)
			}
		}
	}
	if slices.Contains(list, "number") && !slices.Contains(list, "integer") {
		list = append(list, "integer")
	}
	return list
}

// without lists what is in a and not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// compareEnums compares the lists of the values that fit.
func compareEnums(at place, old, now node) {
	a, limitedA := values(old)
	b, limitedB := values(now)
	switch {
	case !limitedA && limitedB:
		at.narrowed("only some values fit now: %s", show(b))
	case limitedA && !limitedB:
		at.widened("other values than %s fit now", show(a))
	}
	if !limitedA || !limitedB {
		return
	}
	if gone := missing(a, b); len(gone) > 0 {
		at.narrowed("these values are gone: %s", show(gone))
	}
	if added := missing(b, a); len(added) > 0 {
		at.widened("these values are new: %s", show(added))
	}
}

// values lists the values of enum or const, and whether there is such a list.
func values(n node) ([]any, bool) {
	if v, ok := n["const"]; ok {
		return []any{v}, true
	}
	list, ok := n["enum"].([]any)
	return list, ok
}

// missing lists the values of a that are not in b.
func missing(a, b []any) []any {
	var list []any
	for _, v := range a {
		if !slices.ContainsFunc(b, func(w any) bool { return reflect.DeepEqual(v, w) }) {
			list = append(list, v)
		}
	}
	return list
}
