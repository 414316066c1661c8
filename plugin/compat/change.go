package compat

import (
	"fmt"
	"slices"
	"strings"
)

// Change is one difference between two versions of a connector.
type Change struct {
	Breaking bool     `json:"breaking"`
	Action   string   `json:"action,omitempty"` // its name; empty: the connector as a whole
	Document Document `json:"document,omitempty"`
	Pointer  string   `json:"pointer,omitempty"` // JSON pointer into the document; empty: its root
	Message  string   `json:"message"`
}

// Document is a schema of a connector; empty stands for what is not in one.
type Document string

// The documents.
const (
	Config Document = "config"
	Input  Document = "input"
	Output Document = "output"
)

// String is the change as one line.
func (c Change) String() string {
	level := "compatible"
	if c.Breaking {
		level = "breaking"
	}
	return fmt.Sprintf("%-10s  %s", level, c.Sentence())
}

// Sentence is where the change is, and what it is.
func (c Change) Sentence() string {
	at := strings.Join(slices.DeleteFunc([]string{c.Action, string(c.Document), c.Pointer}, func(s string) bool { return s == "" }), " ")
	if at != "" {
		at += ": "
	}
	return at + c.Message
}

// Breaking returns the changes that are breaking.
func Breaking(changes []Change) []Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return !c.Breaking })
}

// Breaks reports whether one of the changes is breaking.
func Breaks(changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool { return c.Breaking })
}

// place is where in a connector a comparison stands. It gathers the changes.
type place struct {
	action   string
	document Document
	pointer  string
	changes  *[]Change
}

// given reports whether the caller writes the document; otherwise it reads it.
func (p place) given() bool { return p.document != Output }

// below is a place deeper in the document.
func (p place) below(parts ...string) place {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for _, part := range parts {
		p.pointer += "/" + escape.Replace(part)
	}
	return p
}

func (p place) add(breaking bool, format string, args ...any) {
	*p.changes = append(*p.changes, Change{breaking, p.action, p.document, p.pointer, fmt.Sprintf(format, args...)})
}

// narrowed is a change that lets less through than before.
func (p place) narrowed(format string, args ...any) { p.add(p.given(), format, args...) }

// widened is a change that lets more through than before.
func (p place) widened(format string, args ...any) { p.add(!p.given(), format, args...) }
