package conform

import (
	"context"
	"strings"
	"syscall"
	"time"
)

const (
	// goneWithin is how long a process may live without its host.
	goneWithin = 2 * time.Second
	// toldWithin is how long it may take to end when it is told to.
	toldWithin = 6 * time.Second
	// byHandWithin is how long it may take to say what it is.
	byHandWithin = 2 * time.Second
)

func printsNothing(ctx context.Context, s *subject) error {
	t, err := s.startTwin(ctx)
	if err != nil {
		return err
	}
	defer t.kill()
	_ = t.lifeline.Close()
	t.endsIn(ctx, goneWithin)
	lines := strings.Split(strings.TrimSpace(t.out.String()), "\n")
	at := t.handshake()
	noise := append(lines[:at:at], lines[at+1:]...)
	if len(noise) > 0 {
		return faultf("Standard output belongs to the handshake: print to standard error, or better, to the logger that serve.Main gives.",
			"standard output has a line besides the handshake: %q", cut(noise[0], 200))
	}
	return nil
}

func endsWithHost(ctx context.Context, s *subject) error {
	t, err := s.startTwin(ctx)
	if err != nil {
		return err
	}
	defer t.kill()
	_ = t.lifeline.Close()
	if !t.endsIn(ctx, goneWithin) {
		return faultf("Let serve.Main have standard input, its life line: when that is cut the host is gone, and the process must go too.",
			"the process lives on %s after its host is gone", goneWithin)
	}
	return nil
}

func endsWhenTold(ctx context.Context, s *subject) error {
	t, err := s.startTwin(ctx)
	if err != nil {
		return err
	}
	defer t.kill()
	if err := t.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return notRun("the process cannot be told: %v", err)
	}
	if !t.endsIn(ctx, toldWithin) {
		return faultf("Leave SIGTERM to serve.Main, which closes the connector and ends the process.", "the process lives on %s after SIGTERM", toldWithin)
	}
	return nil
}

func saysByHand(ctx context.Context, s *subject) error {
	args, _, err := s.started()
	if err != nil {
		return err
	}
	t, err := s.newTwin(args, nil)
	if err != nil {
		return err
	}
	defer t.kill()
	const advice = "Call serve.Main first in main: it tells a person what the program is, and ends with status 2."
	if !t.endsIn(ctx, byHandWithin) {
		return faultf(advice, "run without a host, the program does not end")
	}
	if code := t.cmd.ProcessState.ExitCode(); code == 0 {
		return faultf(advice, "run without a host, the program ends with status 0, as if it had done something")
	}
	if strings.TrimSpace(t.err.String()) == "" {
		return faultf(advice, "run without a host, the program says nothing on standard error")
	}
	return nil
}
