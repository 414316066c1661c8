package host

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// secretBytesMin is the length from which a secret is struck. A shorter
	// one would strike half the text.
	secretBytesMin = 4
	// secretBytesMax is how much of a long one is remembered, from its
	// beginning: a private key of 4096 bits in PEM has 3.2 KiB. Where that
	// stands the rest of the line goes too.
	secretBytesMax = 4 << 10
	// secretsMax bounds how many are remembered, secretsBytesMax their length
	// in all; the oldest are forgotten.
	secretsMax      = 1000
	secretsBytesMax = 2 << 20
	// struck stands in the place of a secret, struckLine in that of one of
	// which the beginning is known and of what follows it.
	struck     = "REDACTED"
	struckLine = "REDACTED, with the rest of the line"
)

// secrets are the texts that must not show in what a plugin says.
type secrets struct {
	known   map[string]bool
	ordered []string // oldest first
	bytes   int      // of all of them

	// Made from the above when first needed after a change.
	replacer *strings.Replacer
	longest  []string // all forms; a longer one first, of which a shorter may be a part
}

// add remembers a secret.
func (s *secrets) add(secret string) {
	secret = beginning(secret)
	if len(secret) < secretBytesMin || s.known[secret] {
		return
	}
	if s.known == nil {
		s.known = make(map[string]bool)
	}
	s.known[secret] = true
	s.ordered = append(s.ordered, secret)
	s.bytes += len(secret)
	over := 0
	for ; len(s.ordered)-over > secretsMax || s.bytes > secretsBytesMax; over++ {
		delete(s.known, s.ordered[over])
		s.bytes -= len(s.ordered[over])
	}
	if over > 0 {
		s.ordered = slices.Clone(s.ordered[over:])
	}
	s.replacer = nil
}

// beginning is what is remembered of a secret. Its copy lets go of the rest.
func beginning(secret string) string {
	if len(secret) <= secretBytesMax {
		return secret
	}
	n := secretBytesMax
	for n > secretBytesMax-utf8.UTFMax && !utf8.RuneStart(secret[n]) {
		n-- // an encoder would take half a letter for a wrong one
	}
	return strings.Clone(secret[:n])
}

// isBeginning reports whether there was, or may have been, more of a secret.
func isBeginning(secret string) bool { return len(secret) > secretBytesMax-utf8.UTFMax }

// prepare makes the replacer of all forms of all secrets.
func (s *secrets) prepare() {
	by := make(map[string]string)
	for _, secret := range s.ordered {
		for i, form := range forms(secret) {
			if i < wholeForms && isBeginning(secret) {
				by[form] = struckLine
			} else if by[form] == "" {
				by[form] = struck
			}
		}
	}
	s.longest = slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	var pairs []string
	for _, form := range s.longest {
		pairs = append(pairs, form, by[form])
	}
	s.replacer = strings.NewReplacer(pairs...)
}

// wholeForms are so many of the forms that are of the whole secret.
const wholeForms = 5

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
	text = dropRests(s.replacer.Replace(text))
	if len(text) < lineMax/2 {
		return text
	}
	cut := len(text)
	for _, form := range s.longest {
		for at := max(0, len(text)-len(form)+1); at < cut; at++ {
			next := strings.Index(text[at:], form[:secretBytesMin])
			if next < 0 {
				break
			}
			if at += next; strings.HasPrefix(form, text[at:]) {
				cut = min(cut, at)
			}
		}
	}
	if cut < len(text) {
		text = text[:cut] + struck
	}
	return text
}

// dropRests drops what follows a struckLine in its line.
func dropRests(text string) string {
	var kept strings.Builder
	for {
		before, after, found := strings.Cut(text, struckLine)
		kept.WriteString(before)
		if !found {
			return kept.String()
		}
		kept.WriteString(struckLine)
		if text = ""; strings.Contains(after, "\n") {
			text = after[strings.IndexByte(after, '\n'):]
		}
	}
}
