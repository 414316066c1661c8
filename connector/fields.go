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

func (f fields) has(name string) bool { return slices.Contains(f, name) }

// hasAny reports whether one of the names was asked for.
func (f fields) hasAny(names ...string) bool { return slices.ContainsFunc(names, f.has) }

// key is what the fields add to the key of a cache.
func (f fields) key() string { return strings.Join(f, ",") }

// projection is what to ask LinkedIn for, so that the fields can be told. The
// id is always among it: a member who hides is known by it.
func (f fields) projection() restli.Projection {
	p := restli.Names("id")
	if f.hasAny("name", "given_name") {
		p = append(p, restli.Field{Name: "localizedFirstName"})
	}
	if f.hasAny("name", "family_name") {
		p = append(p, restli.Field{Name: "localizedLastName"})
	}
	if f.has("locale") {
		p = append(p, restli.Field{Name: "firstName"})
	}
	if f.has("headline") {
		p = append(p, restli.Field{Name: "localizedHeadline"})
	}
	if f.hasAny("vanity_name", "profile_url") {
		p = append(p, restli.Field{Name: "vanityName"})
	}
	if f.has("picture") {
		p = append(p, restli.Field{Name: "profilePicture", Fields: restli.Projection{
			{Name: "displayImage", Expand: []restli.Expansion{{Named: "playableStreams"}}},
		}})
	}
	return p
}

// query is the projection as a parameter.
func query(p restli.Projection) (restli.Query, error) {
	text, err := p.Encode()
	if err != nil {
		return nil, err
	}
	return restli.Query{{Name: "projection", Value: restli.String(text)}}, nil
}
