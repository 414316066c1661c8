package host

import (
	"context"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// reached is a connector that can be called, one way or another, until it has
// ended.
type reached interface {
	plugin.Connector

	// ended is closed once no call can succeed any more, nil if that never
	// happens by itself.
	ended() <-chan struct{}

	// leaving is closed once the connector has been told to end by someone
	// else and takes no new calls, nil if that never happens.
	leaving() <-chan struct{}

	// explain tells what is known of the end. What one that has ended said
	// last is waited for, a second at most.
	explain() ending

	// hide remembers a secret that must not show in the evidence.
	hide(secret string)

	// interrupt ends one that does not answer at once, if that can be done.
	// What it was doing is then in the explanation.
	interrupt()

	// stop closes the connector and frees all it holds, within grace and two
	// seconds.
	stop(ctx context.Context, grace time.Duration) error
}

// ending is how a connector ended.
type ending struct {
	how    string    // a sentence's predicate, "ended with status 1"; empty: it has not, or the host ended it
	detail string    // the evidence, for an error's detail
	hung   bool      // it did not answer any more
	at     time.Time // zero: it has not
}

// ender is the part of reached that a connector in this process has.
type ender struct {
	plugin.Connector
	free func()
}

func (e *ender) ended() <-chan struct{}   { return nil }
func (e *ender) leaving() <-chan struct{} { return nil }
func (e *ender) explain() ending          { return ending{} }
func (e *ender) hide(string)              {}
func (e *ender) interrupt()               {}

func (e *ender) stop(ctx context.Context, grace time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	closed := make(chan error, 1)
	go func() {
		_, err := e.Connector.Close(ctx, &plugin.CloseRequest{})
		closed <- err
	}()
	var err error
	select {
	case err = <-closed:
	case <-ctx.Done(): // it may not heed its context; nothing can be done about that here
		err = plugin.AsError(ctx.Err())
	}
	if e.free != nil {
		e.free()
	}
	return err
}
