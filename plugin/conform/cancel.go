package conform

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

func cancelCases(*subject) []testCase {
	return []testCase{
		{"a canceled call ends as canceled", cancelEnds},
		{"the connector answers after a cancellation", answersAfterCancel},
		{"a call ends at its deadline", deadlineEnds},
		{"a deadline in the past is refused at once", pastDeadlineRefused},
		{"one caller's cancellation is not another's", cancelIsOwn},
	}
}

// slow is an example with the time that it takes when it is run again, and
// memory may help.
type slow struct {
	*trial
	again time.Duration
}

// slowest returns the examples that take longest, the slowest first.
func (s *subject) slowest(ctx context.Context) ([]slow, error) {
	if s.slow != nil {
		return s.slow, nil
	}
	const most = 3 // each costs a call of the vendor's quota
	readings := s.reading()
	if len(readings) == 0 {
		return nil, s.noReading()
	}
	readings = slices.SortedFunc(slices.Values(readings), func(a, b *trial) int { return cmp.Compare(b.took, a.took) })
	var list []slow
	for _, t := range readings[:min(len(readings), most)] {
		start := time.Now()
		if _, err := s.invoke(ctx, s.conn, input(t.spec.Name, t.input), nil); isVerdict(err) {
			return nil, err
		}
		list = append(list, slow{t, time.Since(start)})
	}
	slices.SortFunc(list, func(a, b slow) int { return cmp.Compare(b.again, a.again) })
	s.slow = list
	return list, nil
}

// interrupt runs examples and has each end while it runs, until one was caught
// at it, and returns its error. It returns notRun when all were too fast.
func (s *subject) interrupt(ctx context.Context, end func(ctx context.Context, after time.Duration) (context.Context, context.CancelFunc)) error {
	list, err := s.slowest(ctx)
	if err != nil {
		return err
	}
	for _, t := range list {
		for _, part := range []time.Duration{2, 8, 32} {
			ending, free := end(ctx, t.again/part)
			_, err := s.invoke(ending, s.conn, input(t.spec.Name, t.input), nil)
			free()
			if err != nil {
				return err
			}
		}
	}
	return notRun("no example could be caught while it ran: the slowest takes %s", list[0].again.Round(time.Microsecond))
}

var errHeedless = notRun("a call went on after its context had ended")

const contextAdvice = "Return the error of the context as it is, or wrap it with %w, so that it counts as canceled or deadline."

func cancelEnds(ctx context.Context, s *subject) error {
	err := s.interrupt(ctx, func(ctx context.Context, after time.Duration) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		timer := time.AfterFunc(after, cancel)
		return ctx, func() { timer.Stop(); cancel() }
	})
	return s.wantKind(err, "a canceled call", contextAdvice, plugin.Canceled)
}

func deadlineEnds(ctx context.Context, s *subject) error {
	if s.heedless {
		return errHeedless
	}
	err := s.interrupt(ctx, context.WithTimeout)
	return s.wantKind(err, "a call whose deadline passed", contextAdvice, plugin.Deadline)
}

const (
	// atOnce is how long a call may take that has nothing to do.
	atOnce = 250 * time.Millisecond
	// pastTries is how often a call is made too late. The host refuses such a
	// call itself when its own wait for the connection notices first.
	pastTries = 20
)

func pastDeadlineRefused(ctx context.Context, s *subject) error {
	t, err := s.firstReading()
	if err != nil {
		return err
	}
	if s.heedless {
		return errHeedless
	}
	const advice = "Begin each call with ctx.Err(): nothing may be sent when nobody waits for the answer any more."
	best := s.opts.Timeout
	for range pastTries {
		past, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
		took := s.clock.start()
		_, err = s.invoke(past, s.conn, input(t.spec.Name, t.input), nil)
		best = min(best, took())
		cancel()
		if err := s.wantKind(err, "a call whose deadline has passed", advice, plugin.Deadline); err != nil {
			return err
		}
	}
	if best > atOnce {
		return faultf(advice, "it took %s to refuse a call whose deadline has passed", best.Round(time.Millisecond))
	}
	return nil
}

// cancelIsOwn makes two callers ask the same, so that a connector that joins
// them has a reason to, and cancels the first.
func cancelIsOwn(ctx context.Context, s *subject) error {
	if s.heedless {
		return errHeedless
	}
	list, err := s.slowest(ctx)
	if err != nil {
		return err
	}
	const advice = "Work that callers share must not run in the context of one of them: detach it with context.WithoutCancel and give it a deadline of its own."
	for _, part := range []time.Duration{2, 3, 4, 8, 16} { // one of them while both wait
		_, err := within(ctx, s, "the call of another caller", s.opts.Timeout, func(ctx context.Context) (*plugin.Result, error) {
			return s.beside(ctx, list[0].trial, list[0].again/part)
		})
		s.seen.failure(list[0].spec.Name, err)
		if kind := plugin.KindOf(err); kind == plugin.Canceled || kind == plugin.Deadline || isVerdict(err) {
			return s.unexpected(err, advice)
		}
	}
	return nil // other errors are judged where errors are
}

// beside runs an example while another caller's call of the same, which is a
// little ahead, is canceled.
func (s *subject) beside(ctx context.Context, t *trial, after time.Duration) (*plugin.Result, error) {
	first, cancel := context.WithCancel(ctx)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = s.plugin.Invoke(first, s.conn, input(t.spec.Name, t.input), nil)
	}()
	sleep(ctx, after/8)
	timer := time.AfterFunc(after, cancel)
	defer timer.Stop()
	res, err := s.plugin.Invoke(ctx, s.conn, input(t.spec.Name, t.input), nil)
	cancel()
	<-gone
	return res, err
}

// sleep waits, but not longer than ctx lasts.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func answersAfterCancel(ctx context.Context, s *subject) error {
	if len(s.reading()) == 0 {
		return s.noReading()
	}
	for _, t := range s.reading() {
		_, err := s.invoke(ctx, s.conn, input(t.spec.Name, t.input), nil)
		switch kind := plugin.KindOf(err); {
		case err == nil || slices.Contains(passing, kind):
		case kind == plugin.Canceled: // another's cancellation, which is a case of its own
		default:
			return s.unexpected(err, "A canceled call must leave nothing behind: give back locks with defer, and drop what is half done.")
		}
	}
	return nil
}
