package conform

import (
	"context"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

func crashCases(*subject) []testCase {
	return []testCase{
		{"the process lives through the run", livesOn},
		{"it works again after it was killed", startsAgain},
		{"a canceled action stops in the process", canceledStops},
		{"it prints nothing but the handshake", printsNothing},
		{"it ends when its host is gone", endsWithHost},
		{"it ends when it is told to", endsWhenTold},
		{"run by hand, it says what it is", saysByHand},
	}
}

var errNoProcess = notRun("it does not run as a process of its own; run the kit on its binary")

func livesOn(_ context.Context, s *subject) error {
	if !s.isProcess() {
		return errNoProcess
	}
	var wrong findings
	for _, end := range s.ends {
		wrong.add("the process ended during %q%s", end, s.log.lastWarning())
	}
	return wrong.fault("Find the crash or the os.Exit: the host starts the process again and repeats a read once, which hides it. A goroutine of your own needs a recover.")
}

func startsAgain(ctx context.Context, s *subject) error {
	if !s.isProcess() {
		return errNoProcess
	}
	p, err := s.another(ctx)
	if err != nil {
		return err
	}
	if err := s.probe(ctx, p); err != nil {
		return err
	}
	pid := p.PID()
	if err := kill(pid, syscall.SIGKILL); err != nil {
		return notRun("the process cannot be killed: %v", err)
	}
	const advice = "Keep nothing that a killed process leaves behind in the way of the next one: no lock file, no fixed port. A login belongs into the store."
	awaitEnd(ctx, pid)
	err = s.probe(ctx, p)
	if plugin.KindOf(err) == plugin.PluginCrashed { // the call by which the host noticed
		err = s.probe(ctx, p)
	}
	if err != nil {
		return s.unexpected(err, advice)
	}
	return nil
}

// awaitEnd waits until a process has ended, but not for long.
func awaitEnd(ctx context.Context, pid int) {
	ctx, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	for ctx.Err() == nil && alive(pid) {
		sleep(ctx, 5*time.Millisecond)
	}
}

// probe finds out whether another process works, by an action that has given a
// result before. Where none has, or none can be called without the login of the
// first process, one more is started: any other call might fail by itself.
func (s *subject) probe(ctx context.Context, p *host.Plugin) error {
	t, _ := s.firstReading()
	if t == nil || s.conn != nil && s.store == nil {
		again, err := s.loadAgain(ctx)
		if err != nil {
			return err
		}
		return again.Close(ctx)
	}
	_, err := within(ctx, s, "a call of another process", s.opts.Timeout, func(ctx context.Context) (*plugin.Result, error) {
		return p.Invoke(ctx, s.conn, input(t.spec.Name, t.input), nil)
	})
	if slices.Contains(passing, plugin.KindOf(err)) {
		return nil
	}
	return err
}

// dumpWithin is how long the stacks of all goroutines may take to arrive.
const dumpWithin = 3 * time.Second

// servingFrame stands in the stack of a goroutine that serves an action, in a
// process that serves with package serve.
const servingFrame = "internal/guard.(*guarded).Invoke("

// canceledStops looks into a process: over gRPC a canceled call ends for its
// caller whatever the action does. A process in Go answers SIGQUIT with the
// stacks of its goroutines.
func canceledStops(ctx context.Context, s *subject) error {
	if !s.isProcess() {
		return errNoProcess
	}
	if s.conn != nil && s.store == nil {
		return notRun("without a store another process is not logged in")
	}
	list, err := s.slowest(ctx)
	if err != nil {
		return err
	}
	for range 3 { // a busy machine is no fault of the connector
		p, err := s.loadAgain(ctx)
		if err != nil {
			return notRun("another process could not be started: %s", say(err))
		}
		if err := s.probe(ctx, p); err != nil {
			return notRun("another process does not answer: %s", say(err))
		}
		if !s.interruptIn(ctx, p, &list[0]) {
			return notRun("no example could be caught while it ran")
		}
		sleep(ctx, stopWithin(list[0].again))
		stacks := s.dump(ctx, p.PID())
		_ = p.Close(ctx) // nothing of it is left
		if stacks == "" {
			return notRun("it gives no stacks of its goroutines")
		}
		if !strings.Contains(stacks, servingFrame) {
			return nil
		}
	}
	return faultf(heedAdvice, "%s still runs in the process after its call was canceled", list[0].spec.Name)
}

// stopWithin is how long a canceled action may take to stop that takes again
// when nothing ends it. The last one of interruptIn has three quarters of its
// time before it: to be seen at work it is looked for before that is over. One
// that takes next to no time is given more, and cannot be seen.
func stopWithin(again time.Duration) time.Duration {
	if again < 200*time.Millisecond {
		return again + atOnce
	}
	return min(endWithin, again/3)
}

// interruptIn interrupts an example in another process, a few times: at its
// first event or, where it has none, after a while. It reports whether the
// example was caught while it ran.
func (s *subject) interruptIn(ctx context.Context, p *host.Plugin, t *slow) bool {
	caught := false
	for _, part := range []time.Duration{2, 3, 4} {
		interrupted, cancel := context.WithCancel(ctx)
		after := t.again / part
		if len(t.events) > 0 {
			after = s.opts.Timeout
		}
		timer := time.AfterFunc(after, cancel)
		_, err := p.Invoke(interrupted, s.conn, input(t.spec.Name, t.input), func(*plugin.Event) error {
			cancel()
			return nil
		})
		timer.Stop()
		cancel()
		caught = caught || err != nil
	}
	return caught
}

// dump ends a process with SIGQUIT and returns the stacks of its goroutines,
// empty when it gives none.
func (s *subject) dump(ctx context.Context, pid int) string {
	_, before := s.log.from(0)
	if kill(pid, syscall.SIGQUIT) != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, dumpWithin)
	defer cancel()
	for last := -1; ctx.Err() == nil; sleep(ctx, 100*time.Millisecond) {
		// What it has written is read on for a while after its end.
		if _, n := s.log.from(0); n != last || alive(pid) {
			last = n
			continue
		}
		break
	}
	lines, _ := s.log.from(before)
	var stacks strings.Builder
	for _, line := range lines {
		stacks.WriteString(line.text)
		stacks.WriteByte('\n')
	}
	if !strings.Contains(stacks.String(), "\ngoroutine ") {
		return ""
	}
	return stacks.String()
}
