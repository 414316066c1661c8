package conform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// unexpected makes the error of a call that should have succeeded a fault.
func (s *subject) unexpected(err error, advice string) error {
	if isVerdict(err) {
		return err
	}
	s.seen.judged(err)
	if s.refusedKey(plugin.AsError(err)) {
		advice = keyAdvice
	}
	return faultf(advice, "%s", say(err))
}

const keyAdvice = "Begin each key with the connector's name and a slash: the host refuses all others."

// refusedKey reports whether an error is how the host refuses a key that is
// not the connector's own. Its hint is all that tells it from a vendor's
// refusal; a test of this package notices when it changes.
func (s *subject) refusedKey(e *plugin.Error) bool {
	return e.Kind == plugin.Forbidden && e.Hint == fmt.Sprintf("Keys begin with %q.", s.desc.Name+"/")
}

// wantKind makes it a fault that a call did not end in an error of one of the
// kinds.
func (s *subject) wantKind(err error, call, advice string, kinds ...plugin.Kind) error {
	var words []string
	for _, k := range kinds {
		words = append(words, k.String())
	}
	want := strings.Join(words, " or ")
	switch {
	case err == nil:
		return faultf(advice, "%s gave no error, not one of kind %s", call, want)
	case isVerdict(err):
		return err
	case !slices.Contains(kinds, plugin.KindOf(err)):
		s.seen.judged(err)
		return faultf(advice, "%s gave an error that is not of kind %s: %s", call, want, say(err))
	}
	return nil
}
