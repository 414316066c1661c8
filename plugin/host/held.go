package host

import (
	"sync"
	"sync/atomic"
	"time"
)

// held are the connections that a connector was given, so many at most but for
// those with calls in flight. It is safe for concurrent use.
type held struct {
	most int

	mu   sync.Mutex // guards the fields below, and those of connected that say so
	byID map[string]*connected
	uses uint64 // of all of them
}

// connected is a connection that the connector was given, or is being given.
type connected struct {
	conn  *Connection
	print fingerprint
	ready chan struct{} // closed when the connector has answered
	err   error         // of the connector, valid once ready is closed
	since time.Time     // it is one
	seen  atomic.Int64  // when its end was last looked for, in nanoseconds after since

	// Guarded by held.mu.
	used  uint64        // the last of held.uses that was its own
	calls int           // that use it
	left  chan struct{} // closed when it has been taken from the connector; nil: it is not being taken
}

func newHeld(most int) *held {
	return &held{most: most, byID: make(map[string]*connected)}
}

// is reports whether conn is the connection that the connector has. The same
// pointer means the same settings: one in use does not change.
func (c *connected) is(conn *Connection) bool {
	return c != nil && (c.conn == conn || c.print == conn.fingerprint())
}

// take counts a call of a connection in. Fresh says that the caller is to give
// it to the connector first. While the connector is losing it there is only the
// end of that to wait for.
func (h *held) take(conn *Connection) (c *connected, fresh bool, left <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c = h.byID[conn.ID]
	if c != nil && c.left != nil {
		return nil, false, c.left
	}
	if fresh = !c.is(conn); fresh {
		c = &connected{conn: conn, print: conn.fingerprint(), ready: make(chan struct{}), since: time.Now()}
		h.byID[conn.ID] = c
	}
	h.uses++
	c.used = h.uses
	c.calls++
	return c, fresh, nil
}

// done counts a call out.
func (h *held) done(c *connected) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.calls--
}

// forget takes off a connection that the connector does not have any more.
func (h *held) forget(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.byID, id)
}

// spare returns the connection to take from the connector, nil for none: there
// are too many, and it has rested longest.
func (h *held) spare() *connected {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.byID) <= h.most {
		return nil
	}
	stay := 0
	var rested *connected
	for _, c := range h.byID {
		if c.left != nil {
			continue
		}
		stay++
		if c.calls == 0 && (rested == nil || c.used < rested.used) {
			rested = c
		}
	}
	if stay <= h.most || rested == nil {
		return nil
	}
	rested.left = make(chan struct{})
	return rested
}

// leave says that a connection is being taken from the connector, and whether
// the caller is the one to do that.
func (h *held) leave(c *connected) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.left != nil || h.byID[c.conn.ID] != c {
		return false
	}
	c.left = make(chan struct{})
	return true
}

// ready returns the connections that the connector has taken.
func (h *held) ready() []*Connection {
	h.mu.Lock()
	defer h.mu.Unlock()
	var conns []*Connection
	for _, c := range h.byID {
		select {
		case <-c.ready:
			if c.err == nil && c.left == nil {
				conns = append(conns, c.conn)
			}
		default: // whoever connects it goes on with this connector
		}
	}
	return conns
}

// drop takes off a connection that the connector has refused or lost.
func (h *held) drop(c *connected) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.byID[c.conn.ID] == c {
		delete(h.byID, c.conn.ID)
	}
	if c.left != nil {
		close(c.left)
	}
}
