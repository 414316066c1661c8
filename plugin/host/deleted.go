package host

import (
	"context"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

const (
	lookEvery = time.Minute // between two looks for the end of a connection
	lookTime  = time.Second // that one may take; without an answer the connection stays
)

// deleted reports whether a connection was deleted by another process or host,
// which it finds out once a minute. The connector then loses it, with what it
// remembers in memory, and whoever goes on with it gives it to the connector
// anew, where its login is gone. A call that was counted in is counted out.
func (r *running) deleted(ctx context.Context, c *connected) bool {
	if !c.due(r.host.lookEvery) || !r.host.deleted(ctx, c.conn) {
		return false
	}
	r.host.log.InfoContext(ctx, "the connection was deleted by another process", "connection", c.conn.Name)
	mine := r.held.leave(c)
	r.held.done(c)
	if mine {
		r.calls.Go(func() { r.takeAway(ctx, c) })
	}
	return true
}

// due tells one caller that it is time to look for the end of a connection.
func (c *connected) due(every time.Duration) bool {
	now, last := int64(time.Since(c.since)), c.seen.Load()
	return now-last >= int64(every) && c.seen.CompareAndSwap(last, now)
}

// deleted reports whether the store has nothing of a connection: neither the
// host's record nor anything of the connector's. One that is not saved yet, but
// logged in, has the latter.
func (h *Host) deleted(ctx context.Context, conn *Connection) bool {
	if h.store == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	saved, _, err := h.Connections().read(ctx, conn.Name)
	if err != nil || saved != nil && saved.ID == conn.ID {
		return false
	}
	kept, err := h.store.List(ctx, &plugin.ListRequest{Prefix: plugin.ConnectionPrefix(conn.Connector, conn.ID), Limit: 1})
	return err == nil && len(kept.Keys) == 0
}
