package restli

import (
	"fmt"
	"strings"
)

// Projection is the fields that a reply shall hold. It has two notations: [Projection.Encode] writes the parenthesised one of
// the projection parameter, which /v2 takes, [Projection.Fields] the one of the fields parameter.
type Projection []Field

// Field is one field of a [Projection].
type Field struct {
	Name   string      // letters, digits and _ . $ -; or * for all fields, in Fields notation $*
	Each   bool        // Fields are those of every array item or map value: elements*(id)
	Fields Projection  // fields of the child; empty asks for the whole field
	Expand []Expansion // what the URN in the field is expanded to; adds a sibling "name~" to the reply
}

// Expansion is a decoration, the part that begins with ~. LinkedIn deprecates it under /rest.
type Expansion struct {
	Type   string     // the URN type it is for, as in entity~person(id); empty for any
	Named  string     // a projection that LinkedIn names, as in displayImage~:playableStreams; empty for none
	Fields Projection // fields of the expanded entity; empty asks for the default ones
}

// Names returns the projection to fields without children: Names("id", "firstName").
func Names(names ...string) Projection {
	p := make(Projection, len(names))
	for i, name := range names {
		p[i].Name = name
	}
	return p
}

// Encode writes the notation of the projection parameter: (id,profilePicture(displayImage~:playableStreams)). A field without
// a usable name is a [*SyntaxError].
func (p Projection) Encode() (string, error) {
	var w projectionWriter
	w.children(p)
	return w.text.String(), w.err
}

// Fields writes the notation of the fields parameter: id,baz:(beep), with $* for every item or map value. This notation has no
// decorations and no lone *; a projection that needs them is a [*SyntaxError].
func (p Projection) Fields() (string, error) {
	var w projectionWriter
	w.fields(p)
	return w.text.String(), w.err
}

// projectionWriter keeps the first error and goes on, so that the code that writes can be read as the grammar.
type projectionWriter struct {
	text strings.Builder
	err  error
}

func (w *projectionWriter) fail(format string, args ...any) {
	if w.err == nil {
		w.err = &SyntaxError{What: "projection", Offset: w.text.Len(), Reason: fmt.Sprintf(format, args...)}
	}
}

func (w *projectionWriter) name(name string) {
	if !isName(name) {
		w.fail("a field has no usable name")
	}
	w.text.WriteString(name)
}

// children writes (a,b*(c),d~:e).
func (w *projectionWriter) children(p Projection) {
	if len(p) == 0 {
		w.fail("no fields")
	}
	w.text.WriteByte('(')
	for i, field := range p {
		if i > 0 {
			w.text.WriteByte(',')
		}
		w.field(field)
	}
	w.text.WriteByte(')')
}

func (w *projectionWriter) field(f Field) {
	if f.Name == "*" && !f.Each {
		w.text.WriteByte('*')
	} else {
		w.name(f.Name)
	}
	if f.Each {
		w.text.WriteByte('*')
	}
	if len(f.Fields) > 0 {
		w.children(f.Fields)
	}
	for _, x := range f.Expand {
		w.text.WriteByte('~')
		if x.Type != "" {
			w.name(x.Type)
		}
		if x.Named != "" {
			w.text.WriteByte(':')
			w.name(x.Named)
		}
		if len(x.Fields) > 0 {
			w.children(x.Fields)
		}
	}
}

// fields writes a,b:($*:(c)).
func (w *projectionWriter) fields(p Projection) {
	if len(p) == 0 {
		w.fail("no fields")
	}
	for i, field := range p {
		if i > 0 {
			w.text.WriteByte(',')
		}
		if len(field.Expand) > 0 {
			w.fail("fields has no decorations")
		}
		if field.Name == everyItem {
			w.text.WriteString(everyItem)
		} else {
			w.name(field.Name)
		}
		children := field.Fields
		if field.Each {
			children = Projection{{Name: everyItem, Fields: field.Fields}}
		}
		if len(children) > 0 {
			w.text.WriteString(":(")
			w.fields(children)
			w.text.WriteByte(')')
		}
	}
}
