package host

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

const (
	// secretBytesMin is the length from which a secret is struck. A shorter
	// one would strike half the text.
	secretBytesMin = 4
	// secretsMax bounds how many are remembered; the oldest are forgotten.
	secretsMax = 1000
	// struck stands in the place of a secret.
	struck = "REDACTED"
)

// secrets are the texts that must not show in what a plugin says.
type secrets struct {
	known   map[string]bool
	ordered []string // oldest first

	// Made from the above when first needed after a change.
	replacer *strings.Replacer
	longest  []string // all forms; a longer one first, of which a shorter may be a part
}

// add remembers a secret.
func (s *secrets) add(secret string) {
	if len(secret) < secretBytesMin || s.known[secret] {
		return
	}
	if s.known == nil {
		s.known = make(map[string]bool)
	}
	s.known[secret] = true
	s.ordered = append(s.ordered, secret)
	if over := len(s.ordered) - secretsMax; over > 0 {
		for _, old := range s.ordered[:over] {
			delete(s.known, old)
		}
		s.ordered = slices.Clone(s.ordered[over:])
	}
	s.replacer = nil
}

// prepare makes the replacer of all forms of all secrets.
func (s *secrets) prepare() {
	s.longest = s.longest[:0]
	for _, secret := range s.ordered {
		s.longest = append(s.longest, forms(secret)...)
	}
	slices.SortFunc(s.longest, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	s.longest = slices.Compact(s.longest)
	var pairs []string
	for _, form := range s.longest {
		pairs = append(pairs, form, struck)
	}
	s.replacer = strings.NewReplacer(pairs...)
}

// forms are a secret as it is, in JSON with and without escapes for HTML, in a
// URL, and line by line.
func forms(secret string) []string {
	var plain strings.Builder
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(secret) // a string encodes always
	text := strings.TrimSuffix(plain.String(), "\n")
	html, _ := json.Marshal(secret)
	all := []string{secret, text[1 : len(text)-1], string(html[1 : len(html)-1]), url.QueryEscape(secret), url.PathEscape(secret)}
	for line := range strings.Lines(secret) {
		if line = strings.TrimSpace(line); len(line) >= secretMin {
			all = append(all, line)
		}
	}
	return all
}

// strike replaces the secrets in text, and the beginning of one at its end:
// long lines are cut, perhaps within a secret.
func (s *secrets) strike(text string) string {
	if s.replacer == nil {
		s.prepare()
	}
	text = s.replacer.Replace(text)
	if len(text) < lineMax/2 {
		return text
	}
	for _, secret := range s.longest {
		for n := len(secret) - 1; n >= secretBytesMin; n-- {
			if strings.HasSuffix(text, secret[:n]) {
				return text[:len(text)-n] + struck
			}
		}
	}
	return text
}
