package host

import (
	"context"

	"github.com/linkstep/linkstep/plugin"
)

// connect gives the connector a connection unless it has it already, and
// counts a call of it in. Callers that ask at the same moment share one call.
func (r *running) connect(ctx context.Context, conn *Connection) (*connected, error) {
	for {
		c, fresh, left := r.held.take(conn)
		switch {
		case left != nil:
			if err := await(ctx, left); err != nil {
				return nil, err
			}
			continue
		case fresh:
			r.introduce(ctx, c)
		default:
			if err := await(ctx, c.ready); err != nil {
				r.held.done(c)
				return nil, err
			}
		}
		if c.err == nil {
			if !fresh && r.deleted(ctx, c) {
				continue
			}
			return c, nil
		}
		r.held.done(c)
		// One caller's cancellation is not the others'.
		if kind := plugin.KindOf(c.err); fresh || kind != plugin.Canceled && kind != plugin.Deadline {
			return nil, c.err
		}
	}
}

func await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return plugin.AsError(ctx.Err())
	}
}

// introduce gives the connector a connection, and tells those who wait.
func (r *running) introduce(ctx context.Context, c *connected) {
	for _, secret := range c.conn.Secrets {
		r.hide(secret.Reveal())
	}
	_, c.err = r.Connect(ctx, &plugin.ConnectRequest{Connection: c.conn.forPlugin()})
	if c.err != nil {
		r.held.drop(c)
	}
	close(c.ready)
}

// release counts a call of a connection out, and takes connections from the
// connector while it has too many. The caller, who is still counted in calls,
// is not kept waiting for that.
func (r *running) release(ctx context.Context, c *connected) {
	r.held.done(c)
	c = r.held.spare()
	if c == nil {
		return
	}
	r.calls.Go(func() {
		for ; c != nil; c = r.held.spare() {
			r.takeAway(ctx, c)
		}
	})
}

// takeAway takes a connection from the connector, whatever its caller does.
// Should that have failed, the connector is given the connection once more.
func (r *running) takeAway(ctx context.Context, c *connected) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	_, _ = r.Disconnect(ctx, &plugin.DisconnectRequest{Connection: c.conn.ID})
	r.held.drop(c)
}
