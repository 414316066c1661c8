package conform

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

func wireCases(s *subject) []testCase {
	cases := exampleCases(s)
	// Where an example has failed, that has said why: what asks for one comes later.
	return append(cases, []testCase{
		{"an action without a login asks to log in", refusesWithoutLogin},
		{"a connection that was disconnected is forgotten", disconnectForgets},
		{"inputs from 1 KiB to 1 MiB arrive", largeInputs},
		{"calls at the same time are answered each", concurrentCalls},
		{"integers above 2^53 survive", largeIntegers},
		{"the meta of a result adds up", metaAddsUp},
		{"a keyed action is done once for each key", keysRecorded},
		{"an action that there is not is refused", refusesUnknownAction},
		{"a connection that there is not is refused", refusesUnknownConnection},
		{"the choices of a field are listed", listsOptions},
	}...)
}

// trial is an example that gave a result.
type trial struct {
	name   string // "greet, example 1"
	spec   *plugin.ActionSpec
	input  json.RawMessage
	result *plugin.Result
	events []*plugin.Event // those of other types than page
	took   time.Duration
}

// exampleCases are one case for each example.
func exampleCases(s *subject) []testCase {
	var cases []testCase
	if s.desc == nil {
		return []testCase{{"examples give an output that fits", func(context.Context, *subject) error { return nil }}}
	}
	for i := range s.desc.Actions {
		spec := &s.desc.Actions[i]
		for j, example := range spec.Examples {
			t := &trial{name: fmt.Sprintf("%s, example %d", spec.Name, j+1), spec: spec, input: example.Input}
			cases = append(cases, testCase{t.name + ", gives an output that fits", t.run})
		}
	}
	return cases
}

// passing are the kinds that an account, a vendor or the moment are to blame
// for: an example that ends in one says nothing about the connector.
var passing = []plugin.Kind{
	plugin.Reauthorize, plugin.Forbidden, plugin.NotFound, plugin.Conflict, plugin.QuotaExhausted, plugin.RateLimited,
	plugin.Unavailable, plugin.Timeout, plugin.VersionRetired,
}

// run runs the example for the first time and keeps it when it succeeds.
func (t *trial) run(ctx context.Context, s *subject) error {
	switch {
	case s.login != nil:
		return s.login
	case t.spec.Effect != plugin.EffectRead && !s.opts.AllowWrites:
		return notRun("its effect is %s: allow writes to run it", t.spec.Effect)
	}
	if err := s.cannotBeHeld(t.spec, t.input); err != nil {
		return err
	}
	start := time.Now()
	res, err := s.invoke(ctx, s.conn, input(t.spec.Name, t.input), func(e *plugin.Event) error {
		t.events = append(t.events, e)
		return nil
	})
	t.took = time.Since(start)
	switch e := plugin.AsError(err); {
	case err == nil:
	case !isVerdict(err) && slices.Contains(passing, e.Kind) && !s.refusedKey(e):
		return notRun("it ended in an error that is no fault of the connector: %s", say(err))
	default:
		s.failing[t.spec.Name] = true
		return s.unexpected(err, exampleAdvice(e))
	}
	if out := s.schemas[t.spec.Name+".output"]; out != nil {
		if misfit := out.misfit(res.Output); misfit != "" {
			return faultf("Correct the output or its schema: engines map fields by it.", "the output does not fit its schema: %s\noutput: %s", misfit, cut(string(res.Output), detailMax))
		}
	}
	t.result = res
	s.trials = append(s.trials, t)
	return nil
}

// exampleAdvice is what to change where an example ends in an error that the
// connector chose.
func exampleAdvice(e *plugin.Error) string {
	if e.Kind == plugin.Internal || e.Kind == plugin.Unknown {
		return "Return a *plugin.Error whose kind says what an engine should do: what the vendor does wrong is bad_upstream or unavailable. A plain error counts as internal, a defect to report."
	}
	return "An example must run as it stands. A mistake of the caller is invalid_input with a pointer; what the vendor does wrong is bad_upstream or unavailable."
}

// cannotBeHeld says why the host would refuse an input before the connector
// sees it: that is a fault of the description, which is reported there.
func (s *subject) cannotBeHeld(spec *plugin.ActionSpec, input json.RawMessage) error {
	in := s.schemas[spec.Name+".input"]
	if in == nil {
		return notRun("the schema of %s's input cannot be read: see under describe", spec.Name)
	}
	if in.misfit(input) != "" {
		return notRun("the example's input does not fit its schema: see under describe")
	}
	return nil
}

// reading returns the examples that can be run as often as needed.
func (s *subject) reading() []*trial {
	var list []*trial
	for _, t := range s.trials {
		if t.spec.Effect == plugin.EffectRead {
			list = append(list, t)
		}
	}
	return list
}

// firstReading returns one of them, or why there is none.
func (s *subject) firstReading() (*trial, error) {
	if list := s.reading(); len(list) > 0 {
		return list[0], nil
	}
	return nil, s.noReading()
}

func (s *subject) noReading() error {
	if s.login != nil {
		return s.login
	}
	return notRun("no example of an action that reads gave a result")
}

// largeInputs pads an input with white space: it means the same and fits every
// schema.
func largeInputs(ctx context.Context, s *subject) error {
	t, err := s.firstReading()
	if err != nil {
		return err
	}
	for _, kib := range []int{1, 64, 1024} {
		padded := append(bytes.Clone(t.input), bytes.Repeat([]byte(" "), kib<<10)...)
		if _, err := s.invoke(ctx, s.conn, input(t.spec.Name, padded), nil); err != nil {
			return s.unexpected(err, fmt.Sprintf("Read inputs of any size and with white space around them: one of %d KiB was not taken.", kib))
		}
	}
	return nil
}

// callers is how many calls are made at the same time.
const callers = 8

func concurrentCalls(ctx context.Context, s *subject) error {
	t, err := s.firstReading()
	if err != nil {
		return err
	}
	results := make([]*plugin.Result, callers)
	errs := make([]error, callers)
	what := fmt.Sprintf("one of %d calls at the same time", callers)
	if _, err := within(ctx, s, what, s.opts.Timeout, func(ctx context.Context) (struct{}, error) {
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() { results[i], errs[i] = s.plugin.Invoke(ctx, s.conn, input(t.spec.Name, t.input), nil) })
		}
		wg.Wait()
		return struct{}{}, ctx.Err()
	}); err != nil {
		return err
	}
	const advice = "All methods may be called at the same time: guard what calls share with a mutex, and refuse none because another runs."
	out := s.schemas[t.spec.Name+".output"]
	for i, err := range errs {
		s.seen.failure(t.spec.Name, err)
		switch {
		case err != nil && !slices.Contains(passing, plugin.KindOf(err)):
			return s.unexpected(err, advice)
		case err != nil || out == nil:
			continue
		}
		if misfit := out.misfit(results[i].Output); misfit != "" {
			return faultf(advice, "%s gave an output that does not fit: %s", what, misfit)
		}
	}
	return nil
}

func metaAddsUp(_ context.Context, s *subject) error {
	if len(s.trials) == 0 {
		return s.noReading()
	}
	var wrong findings
	for _, t := range s.trials {
		m := t.result.Meta
		notices := 0
		for _, e := range t.events {
			if e.Type == plugin.EventNotice {
				notices++
			}
		}
		switch {
		case m.UpstreamCalls < 0 || m.Retries < 0 || m.Waited < 0 || m.CacheAge < 0:
			wrong.add("%s: a number is negative", t.name)
		case m.Retries > m.UpstreamCalls:
			wrong.add("%s: %d retries of %d calls", t.name, m.Retries, m.UpstreamCalls)
		case m.Cached && m.UpstreamCalls > 0:
			wrong.add("%s: everything came from memory, with %d calls", t.name, m.UpstreamCalls)
		}
		if m.ConnectorName != "" && m.ConnectorName != s.desc.Name+"@"+s.desc.Version {
			wrong.add("%s: the connector calls itself %q", t.name, m.ConnectorName)
		}
		if len(m.Notices) != notices {
			wrong.add("%s: %d notices were emitted, the meta has %d", t.name, notices, len(m.Notices))
		}
		wrong = append(wrong, bucketFaults(t.name, m.Quota)...)
	}
	return wrong.fault("Count in Meta what the call cost: every attempt that was sent, and the notices that were emitted.")
}
