package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
)

// output is where results are written. It remembers the first failure, and
// writes nothing after it: half a result must not look like a whole one.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	o.err = err
	return n, err
}

// unwritten is the error of writing the output, nil when all was written.
func (a *app) unwritten() error {
	if o, ok := a.out.(*output); ok {
		return o.err
	}
	return nil
}

// reportUnwritten says, to standard error also with --json, that the output
// could not be written.
func (a *app) reportUnwritten(err error) {
	printError(a.err, &plugin.Error{
		Kind: plugin.Internal, Source: plugin.SourceUser, Effect: plugin.EffectUnknown, Err: err,
		Message: "the output could not be written: " + cause(err),
		Hint:    "Make room on the disk, or send the output elsewhere. The command itself may have done its work.",
	})
}

// finish reports how a command ended and whether its output was written, and
// returns its exit status. The command is the one that was named, also when it
// did not run.
func (a *app) finish(command *cobra.Command, err error) int {
	status := exitInternal
	if lost := a.unwritten(); lost == nil || !errors.Is(err, lost) {
		status = a.report(command, err)
	}
	if lost := a.unwritten(); lost != nil {
		a.reportUnwritten(lost)
		status = max(status, exitInternal)
	}
	return status
}
