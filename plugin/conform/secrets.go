package conform

import (
	"context"
	"slices"
	"strings"
)

func secretCases(*subject) []testCase {
	return []testCase{
		{"no secret shows in an answer", noSecretInAnswers},
		{"no secret shows in an error", noSecretInErrors},
		{"no secret shows in the log", noSecretInLog},
		{"secrets are stored with their connection", secretsStoredApart},
		{"the store is asked for the connector's own keys", keysAreOwn},
	}
}

const secretAdvice = "Keep secrets as plugin.Secret, reveal them on the wire only, and never put a token, a code or an address with one into a text."

func noSecretInAnswers(_ context.Context, s *subject) error {
	s.seen.mu.Lock()
	texts := slices.Clone(s.seen.texts)
	s.seen.mu.Unlock()
	var wrong findings
	for _, t := range texts {
		if name := s.seen.leak(t.words); name != "" {
			wrong.once("%s stands in %s", name, t.where)
		}
	}
	return wrong.fault(secretAdvice)
}

func noSecretInErrors(_ context.Context, s *subject) error {
	s.seen.mu.Lock()
	failures := slices.Clone(s.seen.failures)
	s.seen.mu.Unlock()
	if len(failures) == 0 {
		return notRun("no call ended in an error")
	}
	var wrong findings
	for _, f := range failures {
		e := f.err
		words := []string{e.Message, e.Hint, e.Detail, e.Pointer, e.VendorCode, e.RequestID, e.DocsURL}
		for _, v := range e.Violations {
			words = append(words, v.Pointer, v.Message)
		}
		if name := s.seen.leak(strings.Join(words, "\n")); name != "" {
			wrong.once("%s stands in an error of %s", name, f.call)
		}
	}
	return wrong.fault(secretAdvice)
}

func noSecretInLog(_ context.Context, s *subject) error {
	switch {
	case s.isProcess():
		return notRun("the host strikes secrets from the log of a process; run the kit on the connector in this process, with its log")
	case s.opts.Log == nil:
		return notRun("the connector's log was not given")
	}
	var wrong findings
	for line := range strings.Lines(s.opts.Log.String()) {
		if name := s.seen.leak(line); name != "" {
			wrong.once("%s stands in the log", name)
		}
	}
	return wrong.fault(secretAdvice)
}

func secretsStoredApart(_ context.Context, s *subject) error {
	if s.store == nil {
		return notRun("no store is lent")
	}
	prefix := s.desc.Name + "/connections/"
	var wrong findings
	kept := false
	for _, w := range s.store.written() {
		name := s.seen.leak(string(w.value))
		if name == "" {
			continue
		}
		kept = true
		if !strings.HasPrefix(w.key, prefix) {
			wrong.once("%s is stored as %s", name, w.key)
		}
		if leaked := s.seen.leak(w.key); leaked != "" {
			wrong.once("%s stands in a key of the store", leaked)
		}
	}
	if !kept {
		return notRun("no secret that the kit knows was stored")
	}
	return wrong.fault("Store what belongs to a connection below plugin.ConnectionPrefix: the host deletes that with the connection.")
}

func keysAreOwn(_ context.Context, s *subject) error {
	if s.store == nil {
		return notRun("no store is lent")
	}
	var wrong findings
	for _, f := range s.seen.unjudged() {
		if s.refusedKey(f.err) {
			f.judged = true
			wrong.once("%s: %s", f.call, f.err.Message)
		}
	}
	return wrong.fault(keyAdvice)
}
