// Package compat tells what a new version of a connector breaks:
//
//	old, err := compat.Load("testdata/compat/0.1.0")
//	changes := compat.Compare(old, description)
//	if compat.Breaks(changes) && !compat.MayBreak(old.Version, description.Version) {
//		... a new major version, or a way back
//	}
//
// A change is breaking when a step that was built with the old version may
// fail or mislead with the new one. What a caller gives may become less
// strict: an input that fitted must still fit. What a caller gets may become
// stricter: a field that was promised must still come, of a type and a value
// that were known. Bounds and patterns of outputs only describe, and may move;
// a format may come, but not change or go, since readers parse by it.
//
// A property that is new in an object which took others is held against what
// it took: with a type of its own it lets less through than before. Close
// inputs, and new optional properties stay compatible.
//
// Outside the schemas, a login that comes or goes, paging that goes or names
// another field, smaller pages where larger ones could be asked for, and
// stricter terms for keeping data are breaking. A higher cost is told.
//
// Keywords that the package does not compare, oneOf for example, are breaking
// when they differ at all, and so is anyOf unless branches only come or only
// go. A $ref to a definition of the document counts as the definition itself,
// unless that holds itself. It does not look at what an action does.
package compat
