package sandbox

import (
	"errors"
	"strings"

	"github.com/linkstep/linkstep/connector/sandbox/internal/protocol"
)

// gates are the checks of a call, in order. LinkedIn's real order is not known; this is the
// recommendation of the reference, section 10.1.
var gates = []struct {
	name  string
	check func(*call) *apiError
}{
	{"token", (*call).checkToken},
	{"version", (*call).checkVersion},
	{"tunnel", (*call).openTunnel},
	{"route", (*call).findRoute},
	{"method", (*call).checkMethod},
	{"length", (*call).checkLength},
	{"throttle", (*call).checkThrottle},
	{"scope", (*call).checkScope},
	{"protocol", (*call).parse},
}

// checkToken takes the bearer token.
func (c *call) checkToken() *apiError {
	scheme, value, _ := strings.Cut(strings.TrimSpace(c.http.Header.Get("Authorization")), " ")
	switch {
	case scheme == "":
		return &emptyToken
	case !strings.EqualFold(scheme, "Bearer"):
		return &notBearer
	case value == "":
		return &emptyToken
	}
	t, found := c.server.vault.findAccess(value)
	if !found {
		return &badToken
	}
	c.token = t
	c.log.Client, c.log.Member = t.client.ID, t.member
	switch {
	case t.revoked:
		return &revoked
	case !c.now.Before(t.expires):
		return &expired
	case c.now.Sub(t.issued) < c.quirks.freshDelay() && c.quirks.FreshTokenSeconds > 0:
		return &revoked // a token that is too fresh looks revoked
	}
	return nil
}

// checkVersion demands an active version under /rest. /v2 ignores the header.
func (c *call) checkVersion() *apiError {
	if !strings.HasPrefix(c.path, "/rest/") {
		return nil
	}
	version := c.http.Header.Get("LinkedIn-Version")
	if version == "" {
		return &versionMissing
	}
	month, _, _ := strings.Cut(version, ".")
	if !versionActive(month, c.now) {
		refusal := versionInactive(month)
		return &refusal
	}
	c.version = month
	return nil
}

// findRoute looks the path up.
func (c *call) findRoute() *apiError {
	c.route, c.key = lookUp(c.path)
	if c.route == nil || c.route.resource == searchResource && c.quirks.SearchGone {
		return &noResource
	}
	return nil
}

// checkMethod allows reading only; posts come later.
func (c *call) checkMethod() *apiError {
	if c.method != "GET" {
		return &badMethod
	}
	return nil
}

// The lengths that LinkedIn takes, in bytes.
// Source: learn.microsoft.com/linkedin/shared/api-guide/concepts/query-tunneling, read 2026-11-24.
const (
	maxURL     = 8 << 10
	maxQuery   = 4 << 10
	maxHead    = 28 << 10 // request line, headers and cookies
	maxSegment = 4 << 10
)

// checkLength refuses what should have been tunnelled.
func (c *call) checkLength() *apiError {
	_, query, _ := strings.Cut(c.http.RequestURI, "?")
	if len(c.http.RequestURI) > maxURL || len(query) > maxQuery || headLength(c) > maxHead {
		return &tooLong
	}
	for segment := range strings.SplitSeq(c.path, "/") {
		if len(segment) > maxSegment {
			return &tooLong
		}
	}
	return nil
}

func headLength(c *call) int {
	n := len(c.http.Method) + len(" ") + len(c.http.RequestURI) + len(" HTTP/1.1\r\n")
	for name, values := range c.http.Header {
		for _, value := range values {
			n += len(name) + len(": ") + len(value) + len("\r\n")
		}
	}
	return n
}

// checkThrottle counts the call, unless a limit is reached.
func (c *call) checkThrottle() *apiError {
	return c.server.quotas.spend(c.route.resource, c.token.client.ID, c.token.member, c.now)
}

// checkScope demands the scopes and the product of the route.
func (c *call) checkScope() *apiError {
	r := c.route
	if holdsAll(c.token.scopes, r.all) && holdsAny(c.token.scopes, r.any) && (r.product == "" || c.token.client.has(r.product)) {
		return nil
	}
	version := "NO_VERSION"
	if c.version != "" {
		version = c.version + "01"
	}
	refusal := denied(r.resource, r.method, version)
	if c.quirks.OldDenials {
		refusal.Code = ""
		refusal.Message = "Not enough permissions to access: GET /" + r.resource
	}
	return &refusal
}

// parse reads the query strictly.
func (c *call) parse() *apiError {
	params, err := protocol.ParseQuery(c.query, c.protocol)
	var syntax *protocol.SyntaxError
	if errors.As(err, &syntax) {
		refusal := badParam(syntax.Param)
		return &refusal
	}
	c.params = params
	for _, name := range []string{"projection", "fields"} {
		if !params.Has(name) {
			continue
		}
		mask, err := protocol.ParseMask(params.Get(name).Text)
		if err != nil {
			refusal := badParam(name)
			return &refusal
		}
		c.mask = mask
	}
	return c.checkParams()
}

// checkParams refuses parameters that a versioned resource does not have; /v2 ignores them.
func (c *call) checkParams() *apiError {
	if c.version == "" {
		return nil
	}
	for _, name := range c.params.Names() {
		if !c.route.knows(name) {
			refusal := unknownParam(name)
			return &refusal
		}
	}
	return nil
}
