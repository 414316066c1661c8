package host

import (
	"cmp"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// leaves appends the leaves of a validation error to a list. Where a value
// fits none of the forms that anyOf or oneOf allows, only what keeps it from
// the nearest is told: the other forms were not meant.
func leaves(list []*jsonschema.ValidationError, e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(list) >= violationsMax {
		return list
	}
	if len(e.Causes) == 0 {
		return append(list, e)
	}
	switch e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		return append(list, nearestForm(e)...)
	}
	for _, cause := range e.Causes {
		list = leaves(list, cause)
	}
	return list
}

// form is what keeps a value from one of the forms that it may have.
type form struct {
	leaves []*jsonschema.ValidationError
	typ    *kind.Type // the value itself is of another type; nil: it is not
	values []any      // the value itself is none of these; nil: it is
	tags   int        // fields that say which form it is, and say another
	faults int
}

// nearestForm returns the leaves of the form that a value comes nearest to.
func nearestForm(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	forms := make([]form, 0, len(e.Causes))
	types, values := new(kind.Type), new(kind.Enum)
	noType, noValue := true, true
	for _, cause := range e.Causes {
		f := newForm(len(e.InstanceLocation), cause)
		forms = append(forms, f)
		if f.typ != nil {
			types.Got = f.typ.Got
			for _, word := range f.typ.Want {
				if !slices.Contains(types.Want, word) {
					types.Want = append(types.Want, word)
				}
			}
		}
		values.Want = append(values.Want, f.values...)
		noType, noValue = noType && f.typ != nil, noValue && f.values != nil
	}
	switch {
	case noType:
		return []*jsonschema.ValidationError{{SchemaURL: e.SchemaURL, InstanceLocation: e.InstanceLocation, ErrorKind: types}}
	case noValue:
		return []*jsonschema.ValidationError{{SchemaURL: e.SchemaURL, InstanceLocation: e.InstanceLocation, ErrorKind: values}}
	}
	return slices.MinFunc(forms, func(a, b form) int {
		return cmp.Or(cmp.Compare(a.far(), b.far()), cmp.Compare(a.tags, b.tags), cmp.Compare(a.faults, b.faults))
	}).leaves
}

// newForm looks at why a value at a depth does not have a form.
func newForm(depth int, e *jsonschema.ValidationError) form {
	f := form{leaves: leaves(nil, e)}
	for _, leaf := range f.leaves {
		below := len(leaf.InstanceLocation) - depth
		faults := 1
		var values []any
		switch k := leaf.ErrorKind.(type) {
		case *kind.Required:
			faults = len(k.Missing)
		case *kind.AdditionalProperties:
			faults = len(k.Properties)
		case *kind.Type:
			if below == 0 {
				f.typ = k
			}
		case *kind.Const:
			values = []any{k.Want}
		case *kind.Enum:
			values = k.Want
		}
		switch {
		case values != nil && below == 0:
			f.values = append(f.values, values...)
		case values != nil && below == 1:
			f.tags++
		}
		f.faults += faults
	}
	return f
}

// far tells a form of another type from one that the value nearly has.
func (f form) far() int {
	if f.typ != nil {
		return 1
	}
	return 0
}
