package conform

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/linkstep/linkstep/plugin"
)

// keysRecorded calls each keyed action twice with one idempotency key, as the
// host does after a crash: the second call must not do it once more. What the
// vendor has got shows in the output only, as in the id of what was made.
func keysRecorded(ctx context.Context, s *subject) error {
	if !slices.ContainsFunc(s.desc.Actions, func(a plugin.ActionSpec) bool { return a.Keyed }) {
		return notRun("no action is keyed")
	}
	tried := 0
	for _, t := range s.trials {
		if !t.spec.Keyed || t.spec.Effect == plugin.EffectRead {
			continue
		}
		req := input(t.spec.Name, t.input)
		first, err := s.invoke(ctx, s.conn, req, nil)
		if isVerdict(err) {
			return err
		}
		if err != nil { // the same input may be taken once only
			continue
		}
		second, err := s.invoke(ctx, s.conn, req, nil)
		switch {
		case isVerdict(err):
			return err
		case err != nil && slices.Contains(passing, plugin.KindOf(err)):
			continue // it was not done again
		case err != nil:
			return s.unexpected(err, keyedAdvice)
		case !sameJSON(first.Output, second.Output):
			return faultf(keyedAdvice, "%s was called twice with one idempotency key, and gave %s and then %s",
				t.spec.Name, cut(string(first.Output), 200), cut(string(second.Output), 200))
		}
		tried++
	}
	switch {
	case tried > 0:
		return nil
	case s.login != nil:
		return s.login
	}
	return notRun("no example of a keyed action gave a result twice; it is called where writes are allowed")
}

const keyedAdvice = "Record the idempotency key before the call is sent, and give the first output again for a key that is there; or set Keyed to false."

// sameJSON reports whether two documents mean the same.
func sameJSON(a, b json.RawMessage) bool {
	var first, second any
	if json.Unmarshal(a, &first) != nil || json.Unmarshal(b, &second) != nil {
		return bytes.Equal(a, b)
	}
	x, err := json.Marshal(first)
	if err != nil {
		return bytes.Equal(a, b)
	}
	y, err := json.Marshal(second)
	return err == nil && bytes.Equal(x, y)
}
