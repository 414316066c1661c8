package compat

import (
	"fmt"
	"maps"
	"slices"
)

// compareProperties compares the members of an object: those that it
// describes, and those that it only requires.
func compareProperties(at place, old, now node) {
	a, _ := old["properties"].(map[string]any)
	b, _ := now["properties"].(map[string]any)
	names := make(map[string]bool)
	for _, name := range slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b)), required(old), required(now)) {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		here := at.below("properties", name)
		was, is := has(a, name), has(b, name)
		before, after := slices.Contains(required(old), name), slices.Contains(required(now), name)
		switch {
		case was && !is:
			here.add(true, "it is gone")
			continue
		case !was && is && !before && after && at.given():
			here.add(true, "it is new and required")
			continue
		case !was && !is:
			compareRequired(at.below("required"), fmt.Sprintf("%q", name), before, after)
			continue
		case was || before: // a new one that is required in an output is no more than new
			compareRequired(here, "it", before, after)
		}
		if !was {
			compareNew(here, old, b[name])
			continue
		}
		x, okX := child(a[name])
		y, okY := child(b[name])
		if okX && okY {
			compareNode(here, x, y)
		} else if okX != okY {
			here.add(true, "it is forbidden in one of the versions")
		}
	}
}

// compareRequired compares whether a member must be there.
func compareRequired(at place, what string, before, after bool) {
	switch {
	case before && !after:
		at.widened("%s is not required any more", what)
	case !before && after:
		at.narrowed("%s is required now", what)
	}
}

// compareNew compares a member that was not described with what the object
// took beside the described ones: where that was open, callers may have given
// the member before, with any value.
func compareNew(at place, old node, member any) {
	rest, open := child(old["additionalProperties"])
	now, allowed := child(member)
	switch {
	case open && !allowed:
		at.narrowed("it is forbidden now")
		return
	case open && (at.given() || len(rest) > 0): // readers of an output that was open to all have no wrong idea of it
		found := []Change{}
		beside := at
		beside.changes = &found
		compareNode(beside, rest, now)
		if broken := Breaking(found); len(broken) > 0 {
			for _, c := range broken {
				c.Message = "it is new where other properties were allowed: " + c.Message
				*at.changes = append(*at.changes, c)
			}
			return
		}
	}
	at.add(false, "it is new")
}

func has(m map[string]any, name string) bool {
	_, ok := m[name]
	return ok
}

// required lists the members that an object must have.
func required(n node) []string {
	list, _ := n["required"].([]any)
	names := make([]string, 0, len(list))
	for _, v := range list {
		if name, ok := v.(string); ok {
			names = append(names, name)
		}
	}
	return names
}

// compareRest compares what an object may have besides its properties.
func compareRest(at place, old, now node) {
	if !has(old, "additionalProperties") && !has(now, "additionalProperties") {
		return
	}
	a, openA := child(old["additionalProperties"])
	b, openB := child(now["additionalProperties"])
	at = at.below("additionalProperties")
	switch {
	case openA && openB:
		compareNode(at, a, b)
	case openA:
		at.narrowed("other properties are not allowed any more")
	case openB && at.given():
		at.add(false, "other properties are allowed now")
	case openB:
		at.add(false, "other properties may come now")
	}
}
