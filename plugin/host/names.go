package host

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// UnknownName is the error for a name of a connector, an action or a
// connection that does not exist. It names the nearest of the known ones.
// Said is what the sentence begins with, for example "there is no connection".
func UnknownName(what, name, said string, known []string) *plugin.Error {
	e := &plugin.Error{
		Kind: plugin.UnknownName, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
		Message: fmt.Sprintf("%s %q", said, name),
	}
	near := nearest(name, known)
	switch {
	case len(known) == 0:
		e.Hint = fmt.Sprintf("There is no %s yet.", what)
	case len(near) > 0:
		e.Hint = "Did you mean " + strings.Join(near, ", ") + "?"
	default:
		e.Hint = fmt.Sprintf("Known: %s.", strings.Join(known, ", "))
	}
	return e
}

// nearest returns up to three of the known names that look like name, the
// nearest first.
func nearest(name string, known []string) []string {
	type candidate struct {
		name     string
		distance int
		part     bool // name is a part of it
	}
	var near []candidate
	for _, k := range known {
		d := distance(strings.ToLower(name), strings.ToLower(k))
		part := len(name) > 2 && strings.Contains(k, name)
		if d <= 1+len(k)/3 || part {
			near = append(near, candidate{k, d, part})
		}
	}
	slices.SortFunc(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	var names []string
	for _, c := range near[:min(len(near), 3)] {
		if c.part || c.distance <= near[0].distance+1 { // beside a good guess a poor one only confuses
			names = append(names, c.name)
		}
	}
	return names
}

// distance is the edit distance of two strings, in bytes.
func distance(a, b string) int {
	if len(a) > 100 || len(b) > 100 {
		return 100
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// hostName begins the store keys of the host itself.
const hostName = "host"

// validName reports whether a connector may be called so: its name is a
// folder, a word on the command line and the prefix of its store keys, which
// must not be the host's.
func validName(name string) bool {
	if name == "" || len(name) > 40 || name == hostName {
		return false
	}
	for i, c := range name {
		switch {
		case c >= 'a' && c <= 'z':
		case i > 0 && (c >= '0' && c <= '9' || c == '-'):
		default:
			return false
		}
	}
	return true
}
