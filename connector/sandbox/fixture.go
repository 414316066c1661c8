package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/linkstep/linkstep/connector/sandbox/internal/protocol"
)

// fixture is an answer by name. The numbers are those of the reference, section 10. Most of what
// fixtures answer can be had naturally, too; a fixture brings it about at once.
type fixture struct {
	number int
	name   string
	path   string     // how the paths begin that it is meant for; empty means the whole API
	answer answerFunc // nil leaves the usual answer
	damage Fault      // how the answer is damaged, if at all
}

// answerFunc makes the answer of a fixture from the request and the usual answer to it.
type answerFunc func(s *Server, r Request, usual reply) reply

// fixtures are all of them, in the order of their numbers.
func fixtures() []fixture {
	return slices.Concat(oauthFixtures(), profileFixtures(), collectionFixtures(), errorFixtures())
}

// Fixture names an answer for [Fault].
type Fixture struct {
	Number int    `json:"number"` // in the reference
	Name   string `json:"name"`
	Path   string `json:"path,omitempty"` // how the paths begin that it hits by default
}

// Fixtures lists the answers that a fault can name.
func Fixtures() []Fixture {
	var all []Fixture
	for _, f := range fixtures() {
		all = append(all, Fixture{Number: f.number, Name: f.name, Path: f.path})
	}
	return all
}

// findFixture returns a fixture by name.
func findFixture(name string) (fixture, error) {
	for _, f := range fixtures() {
		if f.name == name {
			return f, nil
		}
	}
	return fixture{}, fmt.Errorf("sandbox: no fixture %q: see Fixtures, or /_sandbox/fixtures", name)
}

// failing answers an error of the API.
func failing(e apiError) answerFunc {
	return func(*Server, Request, reply) reply { return e.reply() }
}

// failingOAuth answers an error of an OAuth endpoint.
func failingOAuth(status int, code, description string) answerFunc {
	return func(*Server, Request, reply) reply { return oauthReply(status, code, description) }
}

// edited changes the usual answer, provided that it is a success.
func edited(edit func(map[string]any)) answerFunc {
	return func(_ *Server, _ Request, usual reply) reply {
		var body map[string]any
		if usual.status != 200 || json.Unmarshal(usual.body, &body) != nil {
			return usual
		}
		edit(body)
		return jsonReply(usual.status, body)
	}
}

// built answers with a body that a function makes. It works for a client that would be refused, and
// even without a token: then it shows the first member to the default client.
func built(body func(c *call) any) answerFunc {
	return func(s *Server, r Request, _ reply) reply {
		g := grant{client: s.client(r.Client), member: r.Member}
		if g.client == nil {
			g.client = s.clients[0]
		}
		g.member = max(g.member, 0)
		c := &call{server: s, quirks: s.Quirks(), now: s.Now(), path: r.Path, token: accessToken{grant: g}}
		c.params, _ = protocol.ParseQuery(r.Query, protocol.V2) // an unreadable query counts as empty
		return jsonReply(200, body(c))
	}
}
