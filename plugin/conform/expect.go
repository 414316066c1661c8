package conform

import (
	"cmp"
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
	return faultf(cmp.Or(s.adviceFor(plugin.AsError(err)), advice), "%s", say(err))
}

// adviceFor is what to change where an error shows that the connector went
// wrong, whichever case met it first; empty: the case knows better. The words
// of guard and host are all that tells these from a connector's own errors; a
// test of this package notices when they change.
func (s *subject) adviceFor(e *plugin.Error) string {
	defect := e.Kind == plugin.Internal
	switch {
	case s.refusedKey(e):
		return keyAdvice
	case e.Kind == plugin.PluginCrashed:
		return "See the last words of the process. A panic in a call is caught, one in a goroutine of your own is not; and nothing may call os.Exit or log.Fatal."
	case defect && strings.HasPrefix(e.Detail, "panic of type "):
		return "It panicked: the stack names the line, below that of the panic."
	case defect && strings.HasPrefix(e.Message, "the connector gave neither an answer nor an error "):
		return "Return either an answer or an error."
	case defect && strings.HasPrefix(e.Message, "the connector's output is "):
		return "Make Result.Output with json.Marshal; that of an action that pages is an object."
	case e.Kind == plugin.TooLarge && strings.HasPrefix(e.Hint, "Ask for "):
		return "An answer may have up to 16 MiB: give it in pages (see plugin.Paging), or give less."
	case e.Kind == plugin.PluginIncompatible:
		return "Correct the schema: see the cases under describe."
	}
	return ""
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
		return faultf(cmp.Or(s.adviceFor(plugin.AsError(err)), advice), "%s gave an error that is not of kind %s: %s", call, want, say(err))
	}
	return nil
}
