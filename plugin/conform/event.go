package conform

import (
	"context"
	"errors"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

func eventsAreWhole(_ context.Context, s *subject) error {
	if len(s.trials) == 0 {
		return s.noReading()
	}
	var wrong findings
	for _, t := range s.trials {
		for _, e := range t.events {
			if lacks := incomplete(t.spec, e); lacks != "" {
				wrong.add("%s: %s", t.name, lacks)
			}
		}
	}
	return wrong.fault("See plugin.Event for what an event of each type says.")
}

// incomplete says what is wrong with an event, empty when nothing is.
func incomplete(spec *plugin.ActionSpec, e *plugin.Event) string {
	switch e.Type {
	case plugin.EventProgress:
		if e.Done < 0 || e.Total < 0 || (e.Total > 0 && e.Done > e.Total) {
			return "a progress event has done more than there is"
		}
	case plugin.EventWaiting:
		if e.Until == nil {
			return "a waiting event does not say until when"
		}
		if e.Message == "" {
			return "a waiting event does not say what for"
		}
	case plugin.EventNotice:
		if e.Code == "" {
			return "a notice has no code"
		}
		if e.Message == "" {
			return "a notice has no message"
		}
	case plugin.EventPage:
		if spec.Paging == nil {
			return "a page event, and the action's description has no paging"
		}
	default:
		return "an event of the type " + string(e.Type) + ", which there is not"
	}
	return ""
}

// errUnwanted is what emit returns to end an action.
var errUnwanted = errors.New("nobody wants this event")

func emitErrorEnds(ctx context.Context, s *subject) error {
	if len(s.reading()) == 0 {
		return s.noReading()
	}
	for _, t := range s.reading() {
		if len(t.events) == 0 && t.spec.Paging == nil {
			continue
		}
		emits := false
		best := s.opts.Timeout
		for range 3 { // a busy machine is no fault of the connector
			on, err := s.refuse(ctx, t)
			if err != nil {
				return err
			}
			emits = emits || on > 0
			best = min(best, on)
		}
		switch {
		case best > atOnce:
			return faultf("Return the error of emit at once: nobody takes what follows.", "emit returned an error, and %s went on for %s", t.spec.Name, best.Round(time.Millisecond))
		case emits:
			return nil
		}
	}
	return notRun("no example emits an event")
}

// refuse runs an example and refuses its events. It returns how long the
// action went on after the last, 0 when there was none.
func (s *subject) refuse(ctx context.Context, t *trial) (time.Duration, error) {
	var since func() time.Duration // the last refusal
	_, err := s.stream(ctx, s.conn, input(t.spec.Name, t.input), func(*plugin.Event) error {
		since = s.clock.start()
		return errUnwanted
	})
	if isVerdict(err) {
		return 0, err
	}
	if since == nil {
		return 0, nil
	}
	s.seen.judged(err) // the kit's own
	return since(), nil
}
