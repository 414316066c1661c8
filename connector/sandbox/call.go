package sandbox

import (
	"net/http"
	"strings"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox/internal/protocol"
)

// call is one request to the API on its way through the gates, which fill it in.
type call struct {
	server *Server
	http   *http.Request
	quirks Quirks
	now    time.Time
	log    *Request

	path     string           // as sent, still escaped
	query    string           // as sent, or what was tunnelled
	method   string           // of HTTP, or what the tunnel says
	protocol protocol.Version // from the header

	token   accessToken // set by gate token
	version string      // set by gate version; empty under /v2
	route   *route      // set by gate route
	key     string      // set by gate route: the last path segment as sent, where the route has one
	params  protocol.Query
	mask    *protocol.Mask // nil means the default fields
}

// newCall reads what needs no checking.
func (s *Server) newCall(r *http.Request, log *Request) *call {
	c := &call{
		server:   s,
		http:     r,
		quirks:   s.Quirks(),
		now:      s.Now(),
		log:      log,
		method:   r.Method,
		protocol: spoken(r),
	}
	c.path, c.query, _ = strings.Cut(r.RequestURI, "?")
	return c
}

// spoken returns the protocol version of a request; without the header it is 1.0.
func spoken(r *http.Request) protocol.Version {
	if r.Header.Get("X-Restli-Protocol-Version") == protocol.V2.String() {
		return protocol.V2
	}
	return protocol.V1
}

// stamp sets the headers that every answer of the API has: the protocol version, echoed, and the one
// that announces an error body.
func (r *reply) stamp(version protocol.Version) {
	if r.header == nil {
		r.header = http.Header{}
	}
	r.header.Set("X-Restli-Protocol-Version", version.String())
	if r.failed && version == protocol.V2 {
		r.header.Set("X-Restli-Error-Response", "true")
	} else if r.failed {
		r.header.Set("X-Linkedin-Error-Response", "true")
	}
}

// answer takes the call through the gates and, if all let it pass, to its resource.
func (c *call) answer() reply {
	for _, gate := range gates {
		if refusal := gate.check(c); refusal != nil {
			return refusal.reply()
		}
	}
	body, refusal := c.route.serve(c)
	if refusal != nil {
		return refusal.reply()
	}
	return jsonReply(http.StatusOK, body)
}

// personID returns the id of a member as the calling application sees it.
func (c *call) personID(member int) string {
	return c.server.PersonID(c.token.client.ID, member)
}

// personURN returns the URN of a member as the calling application sees it.
func (c *call) personURN(member int) string { return "urn:li:person:" + c.personID(member) }
