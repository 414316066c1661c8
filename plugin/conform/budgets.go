package conform

import (
	"context"
	"runtime"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

func budgetCases(*subject) []testCase {
	return []testCase{
		{"it starts and describes itself at once", startsAtOnce},
		{"a check without calls is answered at once", checksAtOnce},
		{"it does nothing while nobody asks", idles},
		{"it keeps to little memory", keepsMemory},
		{"it closes in time", closesInTime},
	}
}

const (
	// loadWithin is how long a connector may take to describe itself and open,
	// called in this process. It needs no network for that, so 5 ms would do;
	// but it is measured once, on a machine that may be busy.
	loadWithin = time.Second
	// startWithin is the same with the start of a process, which takes 0.1 s.
	startWithin = 2 * time.Second
	// memoryMax is how much a process may keep resident, in bytes. One with
	// an HTTP client takes some 20 MB.
	memoryMax = 128 << 20
	// closeWithin is how long a connector may take to close.
	closeWithin = 2 * time.Second
	// idleFor is how long a process is watched at a time, and idleMax how long
	// it may use a processor meanwhile: one that waits takes next to nothing,
	// and one that does not may get no more on a busy machine. It is idle when
	// that holds twice in a row, within so many times.
	idleFor   = 200 * time.Millisecond
	idleMax   = 10 * time.Millisecond
	idleTries = 10
)

func startsAtOnce(ctx context.Context, s *subject) error {
	const advice = "Let New, Describe and Open do no work: no network, no files, no waiting. What is needed later, make later, and watch what is imported."
	most := loadWithin
	took := s.loadTook
	if s.isProcess() {
		most = startWithin
	}
	for i := 0; took > most && s.isProcess() && i < 2; i++ { // a busy machine is no fault of the connector
		again := s.clock.start()
		p, err := s.loadAgain(ctx)
		if err != nil {
			break // that is found elsewhere
		}
		took = again()
		_ = p.Close(ctx)
	}
	if took > most {
		return faultf(advice, "it took %s to start, describe itself and open; %s are allowed", took.Round(time.Millisecond), most)
	}
	return nil
}

func checksAtOnce(ctx context.Context, s *subject) error {
	if s.stranger == nil {
		return s.strange
	}
	best := time.Hour
	for range 3 {
		took := s.clock.start()
		_, err := s.check(ctx, s.stranger)
		if isVerdict(err) {
			return err
		}
		best = min(best, took())
	}
	if best > atOnce {
		return faultf("Answer a check that is not deep with what is known already.", "a check that is not deep took %s; %s are allowed", best.Round(time.Millisecond), atOnce)
	}
	return nil
}

func idles(ctx context.Context, s *subject) error {
	if !s.isProcess() {
		return errNoProcess
	}
	var most time.Duration
	idle := 0
	for range idleTries { // what the cases before have left to do passes, a loop does not
		before := procTicks(s.plugin.PID())
		sleep(ctx, idleFor)
		after := procTicks(s.plugin.PID())
		if before < 0 || after < 0 {
			return notRun("what a process uses shows on Linux only")
		}
		used := time.Duration(after-before) * 10 * time.Millisecond // a tick is 10 ms
		if most = max(most, used); used > idleMax {
			idle = 0
			continue
		}
		if idle++; idle == 2 {
			return nil
		}
	}
	return faultf("Find the loop that does not wait.", "with nothing to do, it used a processor for %s of %s", most, idleFor)
}

func keepsMemory(_ context.Context, s *subject) error {
	if !s.isProcess() {
		return errNoProcess
	}
	used := procMemory(s.plugin.PID())
	if used == 0 {
		return notRun("what a process uses shows on Linux only (this is %s)", runtime.GOOS)
	}
	if used > memoryMax {
		return faultf("Bound what is cached, and drop what a call made when it ends.", "it keeps %d MiB resident; %d are allowed", used>>20, memoryMax>>20)
	}
	return nil
}

// closesInTime comes last: nothing can be asked after it.
func closesInTime(ctx context.Context, s *subject) error {
	p := s.plugin
	s.plugin = nil
	watch := s.clock.start()
	_, err := within(ctx, s, "closing", 2*closeWithin+time.Second, func(ctx context.Context) (struct{}, error) { return struct{}{}, p.Close(ctx) })
	took := watch()
	const advice = "Close cancels what is in flight, waits for what the connector has started, and returns."
	switch {
	case isVerdict(err):
		return err
	case err != nil:
		return s.unexpected(plugin.AsError(err), advice)
	case took > closeWithin:
		return faultf(advice, "it took %s to close; %s are allowed", took.Round(time.Millisecond), closeWithin)
	}
	return nil
}
