package schema

import (
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/linkstep/linkstep/plugin"
)

// Types are the Go types behind a connector's schemas. Values of them are
// given, for example GreetInput{}; what is in the values does not matter.
// Names come from json tags, and title, description, bounds, default and
// examples from jsonschema tags, as invopop/jsonschema documents them.
type Types struct {
	// Actions has the types of every action, by its name.
	Actions map[string]Pair

	// Settings is the type of a connection's settings. Nil: there are none.
	Settings any

	// SettingsDescription says what the settings are. Empty: nothing.
	SettingsDescription string

	// Map is asked first for the schema of a type, at any depth; it returns nil
	// for types that are what Go says they are. Nil: there are no others.
	Map func(reflect.Type) *jsonschema.Schema
}

// Pair is an action's input and output.
type Pair struct{ Input, Output any }

// Fill sets all schemas of a description. Titles, descriptions and examples of
// the actions become those of their schemas. It fails when an action's types
// are not known, or types are known of an action that there is not.
func (t *Types) Fill(d *plugin.Description) error {
	for name := range t.Actions {
		if d.Action(name) == nil {
			return fmt.Errorf("the connector has no action %s, whose types are given", name)
		}
	}
	d.ConfigSchema = Encode(t.settings(d))
	for i := range d.Actions {
		a := &d.Actions[i]
		pair, known := t.Actions[a.Name]
		if !known || pair.Input == nil || pair.Output == nil {
			return fmt.Errorf("the types of action %s are not given", a.Name)
		}
		a.Input, a.Output = Encode(t.input(a, pair.Input)), Encode(t.output(a, pair.Output))
	}
	return nil
}

// settings is the schema of a connection's settings.
func (t *Types) settings(d *plugin.Description) *jsonschema.Schema {
	v := t.Settings
	if v == nil {
		v = struct{}{}
	}
	s := t.reflector(false).Reflect(v)
	s.Title, s.Description = d.DisplayName+" connection", t.SettingsDescription
	return s
}

// input is strict: a name that is mistyped must not be ignored.
func (t *Types) input(a *plugin.ActionSpec, v any) *jsonschema.Schema {
	s := t.reflector(false).Reflect(v)
	s.Title, s.Description = a.Title, a.Description
	for _, e := range a.Examples {
		s.Examples = append(s.Examples, e.Input)
	}
	return s
}

// output is open: a later version may tell more.
func (t *Types) output(a *plugin.ActionSpec, v any) *jsonschema.Schema {
	s := t.reflector(true).Reflect(v)
	s.Title, s.Description = a.Title+": result", "What the step "+a.Name+" gives."
	for _, e := range a.Examples {
		if e.Output != nil {
			s.Examples = append(s.Examples, e.Output)
		}
	}
	return s
}

// reflector asks Map first.
func (t *Types) reflector(open bool) *jsonschema.Reflector {
	r := Reflector(open)
	if t.Map == nil {
		return r
	}
	r.Mapper = func(goType reflect.Type) *jsonschema.Schema {
		if s := t.Map(goType); s != nil {
			return s
		}
		return mapContract(goType)
	}
	return r
}
