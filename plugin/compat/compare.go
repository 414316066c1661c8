package compat

import (
	"slices"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// Compare returns what has changed, in the order of the old actions, new ones
// last.
func Compare(old, now *plugin.Description) []Change {
	changes := []Change{}
	whole := place{changes: &changes}
	if old.Name != "" && now.Name != "" { // schemas alone have no name
		compareWhole(whole, old, now)
	}
	compareDocument(place{document: Config, changes: &changes}, old.ConfigSchema, now.ConfigSchema)
	for i := range old.Actions {
		a := &old.Actions[i]
		at := place{action: a.Name, changes: &changes}
		b := now.Action(a.Name)
		if b == nil {
			at.add(true, "the action is gone")
			continue
		}
		comparePromises(at, a, b)
		at.document = Input
		compareDocument(at, a.Input, b.Input)
		at.document = Output
		compareDocument(at, a.Output, b.Output)
	}
	for i := range now.Actions {
		if name := now.Actions[i].Name; old.Action(name) == nil {
			place{action: name, changes: &changes}.add(false, "the action is new")
		}
	}
	return changes
}

// compareWhole compares what is said of the connector as a whole.
func compareWhole(at place, old, now *plugin.Description) {
	if old.Name != now.Name {
		at.add(true, "the connector's name was %q and is %q", old.Name, now.Name)
	}
	for _, c := range without(old.Capabilities, now.Capabilities) {
		at.add(true, "the capability %s is gone", c)
	}
	for _, c := range without(now.Capabilities, old.Capabilities) {
		at.add(false, "the capability %s is new", c)
	}
	compareAuth(at, old.Auth, now.Auth)
}

// comparePromises compares what two versions of an action promise outside
// their schemas. A folder of schemas alone has none.
func comparePromises(at place, old, now *plugin.ActionSpec) {
	if old.Effect == "" || now.Effect == "" {
		return
	}
	if old.Effect != now.Effect {
		at.add(true, "its effect was %s and is %s", old.Effect, now.Effect)
	}
	compareFlag(at, "idempotent", old.Idempotent, now.Idempotent)
	compareFlag(at, "keyed", old.Keyed, now.Keyed)
	if old.Access != now.Access {
		at.add(old.Access == plugin.AccessOpen, "its access was %s and is %s", old.Access, now.Access)
	}
	compareScopes(at, old, now)
	comparePaging(at, old, now)
	compareData(at, old.Data, now.Data)
	if old.Cost != now.Cost {
		at.add(false, "an ordinary call cost %d of the quota and costs %d", old.Cost, now.Cost)
	}
	for _, k := range now.ErrorKinds {
		if !slices.Contains(old.ErrorKinds, k) {
			at.add(false, "the error kind %s is new", k)
		}
	}
	if old.Deprecated == "" && now.Deprecated != "" {
		at.add(false, "the action is deprecated: %s", now.Deprecated)
	}
}

// compareFlag compares a promise that may be made later, but not be taken back.
func compareFlag(at place, name string, old, now bool) {
	switch {
	case old && !now:
		at.add(true, "it was %s and is not any more", name)
	case !old && now:
		at.add(false, "it is %s now", name)
	}
}

// compareScopes fails a grant that was enough and is not any more.
func compareScopes(at place, old, now *plugin.ActionSpec) {
	sets := old.Scopes
	if len(sets) == 0 {
		sets = [][]string{nil}
	}
	for _, set := range sets {
		if !now.ScopesAllow(set) {
			at.add(true, "the scopes %q were enough and are not any more", strings.Join(set, " "))
		}
	}
}
