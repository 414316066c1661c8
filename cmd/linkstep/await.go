package main

import (
	"context"
	"errors"

	"github.com/linkstep/linkstep/plugin"
)

// await returns what a read of the person's input returns, or ends with the
// context. The read may outlast that: nothing can end one of a terminal or a
// pipe but the end of the process.
func await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return *new(T), inputMissing(ctx.Err())
	}
}

// inputMissing says that the wait for the person's input has ended.
func inputMissing(why error) error {
	e := &plugin.Error{
		Kind: plugin.Canceled, Source: plugin.SourceCaller, Effect: plugin.EffectNone, Err: why,
		Message: "canceled while input was read; nothing was done",
	}
	if errors.Is(why, context.DeadlineExceeded) {
		e.Kind, e.Source = plugin.Deadline, plugin.SourceUser
		e.Message = "the input has not ended in time; nothing was done"
		e.Hint = "End it, with Ctrl-D in a terminal, or allow more time with --timeout."
	}
	return e
}
