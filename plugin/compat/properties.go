package compat

import (
	"maps"
	"slices"
)

// compareProperties compares the members of an object.
func compareProperties(at place, old, now node) {
	a, _ := old["properties"].(map[string]any)
	b, _ := now["properties"].(map[string]any)
	names := maps.Clone(a)
	if names == nil {
		names = make(map[string]any)
	}
	maps.Copy(names, b)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, is := has(a, name), has(b, name)
		here := at.below("properties", name)
		before, after := required(old, name), required(now, name)
		switch {
		case was && !is:
			here.add(true, "it is gone")
			continue
		case !was && is && after && at.given():
			here.add(true, "it is new and required")
			continue
		case !was && is:
			here.add(false, "it is new")
			continue
		case before && !after:
			here.widened("it is not required any more")
		case !before && after:
			here.narrowed("it is required now")
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

func has(m map[string]any, name string) bool {
	_, ok := m[name]
	return ok
}

// required reports whether an object must have a member.
func required(n node, name string) bool {
	list, _ := n["required"].([]any)
	return slices.Contains(list, any(name))
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
