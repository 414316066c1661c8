package conform

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
)

const (
	// beyondFloat is the first integer that a float64 cannot hold, and
	// asFloat is what becomes of it in one.
	beyondFloat = "9007199254740993"
	asFloat     = "9007199254740992"
	asExponent  = "9.007199254740992e+15"
)

// largeIntegers finds an action that gives back an integer that it takes, as
// its own example shows, and sends it one that a float64 cannot hold.
func largeIntegers(ctx context.Context, s *subject) error {
	if len(s.reading()) == 0 {
		return s.noReading()
	}
	for _, t := range s.reading() {
		name, in := s.echoed(t)
		if name == "" {
			continue
		}
		res, err := s.invoke(ctx, s.conn, input(t.spec.Name, in), nil)
		if isVerdict(err) {
			return err
		}
		said := ""
		switch {
		case err != nil:
			said = say(err)
		case res != nil:
			said = string(res.Output)
		}
		if strings.Contains(said, asFloat) || strings.Contains(said, asExponent) {
			return faultf("Decode numbers into int64 or json.Number, never through a float64 or an any.",
				"%s took %s as %s and said %s", t.spec.Name, name, beyondFloat, cut(said, detailMax))
		}
		if strings.Contains(said, beyondFloat) {
			return nil
		}
	}
	return notRun("no action gives back an integer above 2^53 that it takes")
}

// echoed returns an integer field that the input and the output of an example
// share, and the input with a large integer in it. It returns an empty name
// when there is none that may be so large.
func (s *subject) echoed(t *trial) (string, json.RawMessage) {
	in, out := fields(t.input), fields(t.result.Output)
	for name, given := range in {
		if !bytes.Equal(given, out[name]) || !isInteger(given) {
			continue
		}
		in[name] = json.RawMessage(beyondFloat)
		doc, err := json.Marshal(in)
		if err == nil && s.schemas[t.spec.Name+".input"].misfit(doc) == "" {
			return name, doc
		}
		in[name] = given
	}
	return "", nil
}

// fields returns the fields of a JSON object, none for anything else.
func fields(doc json.RawMessage) map[string]json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(doc, &object) != nil {
		return nil
	}
	return object
}

func isInteger(value json.RawMessage) bool {
	var n int64
	return json.Unmarshal(value, &n) == nil
}
