package conform

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/linkstep/linkstep/plugin"
)

// seen is what a run has seen of the connector, for the cases that judge all
// of it. It is safe for concurrent use.
type seen struct {
	mu       sync.Mutex // guards the fields below
	texts    []text
	failures []*failure
	secrets  []secret
}

// text is something that the connector said, and where.
type text struct{ where, words string }

// failure is an error that a call ended in.
type failure struct {
	call   string // the action's name, or the method's
	err    *plugin.Error
	judged bool // a case has failed because of it already
}

// secret is a text that must not show, and what it is.
type secret struct{ name, value string }

func newSeen() *seen { return &seen{} }

// textsMax bounds what is kept, in entries.
const textsMax = 10_000

func (s *seen) text(where, words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.texts) < textsMax {
		s.texts = append(s.texts, text{where, words})
	}
}

// value records an answer as JSON. What no JSON can be made of is recorded as
// Go prints it.
func (s *seen) value(where string, v any) {
	doc, err := json.Marshal(v)
	if err != nil {
		s.text(where, fmt.Sprintf("%+v", v))
		return
	}
	s.text(where, string(doc))
}

// secretMin is the length from which a secret is looked for: a shorter one
// stands in other texts by chance.
const secretMin = 8

// secret remembers what must not show from now on, nor before.
func (s *seen) secret(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(value) >= secretMin {
		s.secrets = append(s.secrets, secret{name, value})
	}
}

// failure records how a call ended, when it was with an error of the
// connector.
func (s *seen) failure(call string, err error) {
	if err == nil || isVerdict(err) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, &failure{call: call, err: plugin.AsError(err)})
}

// judged marks an error for which a case fails, so that it is reported once.
func (s *seen) judged(err error) {
	var e *plugin.Error
	if !errors.As(err, &e) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.failures {
		if f.err == e {
			f.judged = true
		}
	}
}

// unjudged returns the errors for which no case has failed yet.
func (s *seen) unjudged() []*failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*failure
	for _, f := range s.failures {
		if !f.judged {
			list = append(list, f)
		}
	}
	return list
}

// strike replaces the secrets in a text that is shown.
func (s *seen) strike(words string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.secrets {
		words = strings.ReplaceAll(words, secret.value, "REDACTED")
		words = strings.ReplaceAll(words, url.QueryEscape(secret.value), "REDACTED")
	}
	return words
}

// leak returns the name of a secret that stands in words, as it is or as part
// of a URL; empty: none does.
func (s *seen) leak(words string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.secrets {
		if strings.Contains(words, secret.value) || strings.Contains(words, url.QueryEscape(secret.value)) {
			return secret.name
		}
	}
	return ""
}
