package connector

import (
	"slices"
	"strings"

	"github.com/linkstep/linkstep/connector/restli"
)

// fields are the names of the output fields that were asked for, sorted and
// without doubles.
type fields []string

// leastFields are asked for when a step does not say.
func leastFields() []string { return []string{"id", "urn", "name", "given_name", "family_name"} }

// basicFields are those that LinkedIn gives with r_basicprofile only.
func basicFields() []string { return []string{"headline", "vanity_name", "profile_url"} }

// wanted are the fields that a step asked for, or the least ones, and the
// basic ones where the granted scopes allow them.
func wanted(asked, granted []string) fields {
	f := slices.Clone(asked)
	if len(f) == 0 {
		f = leastFields()
		if slices.Contains(granted, scopeBasicProfile) {
			f = append(f, basicFields()...)
		}
	}
	slices.Sort(f)
	return slices.Compact(f)
}

// Pseudo-fields, which no step can name in fields.
const (
	rawField   = "raw" // the answer as it came
	wholeField = "*"   // whatever LinkedIn gives by default
)

// withRaw adds the answer as it came. Where the step named no fields, LinkedIn
// is asked for no certain ones either: a projection would keep back what is
// new.
func (f fields) withRaw(raw, named bool) fields {
	switch {
	case !raw:
		return f
	case named:
		return append(slices.Clone(f), rawField)
	}
	return append(slices.Clone(f), rawField, wholeField)
}

func (f fields) has(name string) bool { return slices.Contains(f, name) }

// hasAny reports whether one of the names was asked for.
func (f fields) hasAny(names ...string) bool { return slices.ContainsFunc(names, f.has) }

// key is what the fields add to the key of a cache.
func (f fields) key() string { return strings.Join(f, ",") }

// column is a field of LinkedIn's, and the fields of ours that it tells.
type column struct {
	tells []string
	field restli.Field
}

// columns are those of a member, in the order in which they are asked for. The
// id is no column, as it is always asked for: a member who hides is known by
// it.
var columns = [...]column{
	{[]string{"name", "given_name"}, restli.Field{Name: "localizedFirstName"}},
	{[]string{"name", "family_name"}, restli.Field{Name: "localizedLastName"}},
	{[]string{"locale"}, restli.Field{Name: "firstName"}},
	{[]string{"headline"}, restli.Field{Name: "localizedHeadline"}},
	{[]string{"vanity_name", "profile_url"}, restli.Field{Name: "vanityName"}},
	{[]string{"picture"}, restli.Field{Name: "profilePicture", Fields: restli.Projection{
		{Name: "displayImage", Expand: []restli.Expansion{{Named: "playableStreams"}}},
	}}},
}

// projection is what to ask LinkedIn for, so that the fields can be told.
// None: LinkedIn's default.
func (f fields) projection() restli.Projection {
	if f.has(wholeField) {
		return nil
	}
	p := restli.Names("id")
	for _, c := range columns {
		if f.hasAny(c.tells...) {
			p = append(p, c.field)
		}
	}
	return p
}

// query is the projection as a parameter; none for none.
func query(p restli.Projection) (restli.Query, error) {
	if len(p) == 0 {
		return nil, nil
	}
	text, err := p.Encode()
	if err != nil {
		return nil, err
	}
	return restli.Query{{Name: "projection", Value: restli.String(text)}}, nil
}
