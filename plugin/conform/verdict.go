package conform

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/linkstep/linkstep/plugin"
)

// fault is the error of a case that does not hold.
type fault struct{ why, advice string }

func (f *fault) Error() string { return f.why }

// faultf returns a fault: what the author should change, and what was seen.
func faultf(advice, seen string, args ...any) error {
	return &fault{why: fmt.Sprintf(seen, args...), advice: advice}
}

// inapplicable is the error of a case that cannot run.
type inapplicable struct{ why string }

func (i *inapplicable) Error() string { return i.why }

func notRun(why string, args ...any) error {
	return &inapplicable{fmt.Sprintf(why, args...)}
}

// isVerdict reports whether an error is one of a case already, and none of the
// connector.
func isVerdict(err error) bool {
	var f *fault
	var i *inapplicable
	return errors.As(err, &f) || errors.As(err, &i)
}

// verdict words the outcome of a case.
func verdict(name string, took time.Duration, err error) Case {
	c := Case{Name: name, Status: Passed, Took: took}
	var f *fault
	var i *inapplicable
	switch {
	case err == nil:
	case errors.As(err, &i):
		c.Status, c.Why = NotRun, i.why
	case errors.As(err, &f):
		c.Status, c.Why, c.Advice = Failed, f.why, f.advice
	default:
		c.Status, c.Why, c.Advice = Failed, say(err), plugin.AsError(err).Hint
	}
	c.Why, c.Advice = printable(c.Why), printable(c.Advice)
	return c
}

// printable drops what could steer a terminal: the words come from the
// connector.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}

// detailMax is how much of an error's detail is shown.
const detailMax = 600

// say words an error with what its text leaves out.
func say(err error) string {
	e := plugin.AsError(err)
	text := e.Error()
	if e.Pointer != "" {
		text += " (at " + e.Pointer + ")"
	}
	if e.Detail != "" && (e.Kind == plugin.Internal || e.Source == plugin.SourceHost) {
		text += ": " + cut(e.Detail, detailMax)
	}
	if e.Hint != "" && !strings.HasPrefix(e.Hint, "This is a defect") { // it tells a person to report it to whoever reads this
		text += "; hint: " + e.Hint
	}
	return text
}

// cut shortens a text that may be long.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " [...]"
}

// findings are several faults of one kind, which one case reports together.
type findings []string

func (f *findings) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// once adds a finding unless it is there already.
func (f *findings) once(format string, args ...any) {
	if finding := fmt.Sprintf(format, args...); !slices.Contains(*f, finding) {
		*f = append(*f, finding)
	}
}

// findingsMax is how many findings a report lists.
const findingsMax = 8

// fault returns the findings as one fault, nil when there are none.
func (f findings) fault(advice string) error {
	if len(f) == 0 {
		return nil
	}
	shown := f
	if more := len(f) - findingsMax; more > 0 {
		shown = append(f[:findingsMax:findingsMax], fmt.Sprintf("and %d more", more))
	}
	return &fault{why: strings.Join(shown, "\n"), advice: advice}
}

func isFault(err error) bool {
	var f *fault
	return errors.As(err, &f)
}
