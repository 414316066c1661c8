package sandbox

import (
	"slices"
	"strings"
)

// route is one thing that the API serves.
type route struct {
	path     string // {key} stands for one path segment
	resource string // what quotas count and refusals name
	method   string // the Rest.li method as refusals name it

	all     []string // scopes of which the token needs every one
	any     []string // scopes of which the token needs one
	product Product  // what the application needs

	finders []string // the values of q; nil for what is no finder
	params  []string // further parameters; only /rest refuses others

	serve func(*call) (any, *apiError)
}

// The resources that more than the table names.
const (
	searchResource = "search"
	meResource     = "me"
	peopleResource = "people"
)

// profileScopes are the scopes of which /v2/me needs one.
var profileScopes = []string{"r_liteprofile", "r_basicprofile", "r_compliance"}

// connectionScopes are the scopes of which /v2/connections needs one; see [call.connections].
var connectionScopes = []string{"r_1st_connections", "r_1st_connections_size", "r_compliance"}

// routes is the whole API.
var routes = []route{
	{path: "/v2/userinfo", resource: "userinfo", method: "GET", all: []string{"openid", "profile"}, serve: (*call).userinfo},
	{path: "/v2/me", resource: meResource, method: "GET", any: profileScopes, serve: (*call).me},
	{path: "/rest/me", resource: meResource, method: "GET", any: profileScopes, serve: (*call).me},
	{path: "/v2/people", resource: peopleResource, method: "BATCH_GET", product: People, serve: (*call).peopleBatch},
	{path: "/v2/people/{key}", resource: peopleResource, method: "GET", product: People, serve: (*call).person},
	{path: "/v2/search/people", resource: searchResource, method: "FINDER-people", product: Search, finders: []string{"People"}, serve: (*call).search},
	{path: "/v2/connections", resource: connectionsResource, method: "FINDER-viewer", any: connectionScopes, finders: []string{"viewer"}, serve: (*call).connections},
	{path: "/rest/connections/{key}", resource: connectionsResource, method: "GET", all: []string{"r_1st_connections_size"}, serve: (*call).connectionsSize},
	{path: "/rest/peopleTypeahead", resource: "peopleTypeahead", method: "FINDER-organizationFollowers", all: []string{"r_organization_followers"},
		finders: []string{"organizationFollowers"}, params: []string{"keywords", "organization"}, serve: (*call).typeahead},
	{path: "/v2/emailAddress", resource: "emailAddress", method: "FINDER-members", all: []string{"r_emailaddress"}, finders: []string{"members"}, serve: (*call).emailAddress},
}

// lookUp finds the route of a path as sent, and the segment that stands for its key.
func lookUp(path string) (*route, string) {
	for i := range routes {
		r := &routes[i]
		if r.path == path {
			return r, ""
		}
		prefix, isKeyed := strings.CutSuffix(r.path, "{key}")
		key, found := strings.CutPrefix(path, prefix)
		if isKeyed && found && key != "" && !strings.Contains(key, "/") {
			return r, key
		}
	}
	return nil, ""
}

// everywhere are the parameters that every resource takes.
var everywhere = []string{"q", "start", "count", "fields", "projection", "ids"}

// knows reports whether the route has the parameter.
func (r *route) knows(param string) bool {
	return slices.Contains(everywhere, param) || slices.Contains(r.params, param)
}

// resources lists what can be limited.
func resources() []string {
	var all []string
	for _, r := range routes {
		all = append(all, r.resource)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
