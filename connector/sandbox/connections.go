package sandbox

import (
	"slices"
	"strings"

	"github.com/linkstep/linkstep/connector/sandbox/internal/protocol"
)

// maxConnections is the largest page of connections; the documentation's sample uses it.
const maxConnections = 50

// connectionsResource is what quotas and refusals name.
const connectionsResource = "connections"

// connections lists whom the token's member is connected with: only the first degree, and only those
// who do not hide. With the scope for the size alone, a page must have no elements.
func (c *call) connections() (any, *apiError) {
	if refusal := c.checkFinder(); refusal != nil {
		return nil, refusal
	}
	w, refusal := c.window(maxConnections)
	if refusal != nil {
		return nil, refusal
	}
	all := c.server.crowd.Connections(c.token.member)
	if w.count == 0 {
		return c.collection(nil, c.paging(w, len(all), len(all))), nil
	}
	if !holdsAny(c.token.scopes, []string{"r_1st_connections", "r_compliance"}) {
		refusal := denied(connectionsResource, c.route.method, "NO_VERSION")
		return nil, &refusal
	}
	visible := slices.DeleteFunc(all, func(member int) bool { return c.server.crowd.Member(member).Private })
	from, to := w.cut(len(visible))
	var elements []any
	for _, member := range visible[from:to] {
		elements = append(elements, map[string]any{"to": c.personURN(member)})
	}
	return c.collection(elements, c.paging(w, len(visible), len(visible))), nil
}

// connectionsSize counts the connections of the member whose URN is the key: the token's own.
func (c *call) connectionsSize() (any, *apiError) {
	key, err := protocol.ParseValue(c.key)
	if err != nil || key.Kind != protocol.Text || !strings.HasPrefix(key.Text, "urn:li:person:") {
		return nil, &pathSyntax
	}
	if key.Text != c.personURN(c.token.member) {
		refusal := denied(connectionsResource, c.route.method, c.version+"01")
		return nil, &refusal
	}
	return map[string]any{"firstDegreeSize": len(c.server.crowd.Connections(c.token.member))}, nil
}
