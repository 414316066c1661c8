package host

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// askFor makes a call of the connection of that number.
func askFor(ctx context.Context, p *Plugin, n int) error {
	conn := account()
	conn.ID, conn.Name = fmt.Sprint("c", n), fmt.Sprint("c", n)
	_, err := p.Invoke(ctx, conn, request("echo", `{"text":"a"}`), nil)
	return err
}

// TestMostConnections counts how often a connector is given its connections
// while there may be three.
func TestMostConnections(t *testing.T) {
	for _, tt := range []struct {
		name     string
		lost     bool // the host has no store
		calls    []int
		connects int
		why      string
	}{
		{"few", false, []int{1, 2, 3, 1, 2, 3}, 3, "nobody has to go"},
		{"one too many", false, []int{1, 2, 3, 4, 2, 3, 4}, 4, "the first has rested longest, and nobody asks for it"},
		{"used last", false, []int{1, 2, 3, 1, 4, 1}, 4, "the second has rested longest"},
		{"back again", false, []int{1, 2, 3, 4, 1}, 5, "it is given anew"},
		{"no store", true, []int{1, 2, 3, 4, 5, 1, 2}, 5, "a login that is nowhere else must not be lost"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opts := &Options{MostConnections: 3, Store: new(plugintest.Store)}
			if tt.lost {
				opts.Store = nil
			}
			c := plugintest.New(nil)
			p := load(t, newHost(t, opts), InProcess(c))
			for _, n := range tt.calls {
				if err := askFor(t.Context(), p, n); err != nil {
					t.Fatalf("connection %d: %v", n, err)
				}
				p.running().calls.Wait() // for the one that goes
			}
			if c.Connects() != tt.connects {
				t.Errorf("%d connects, want %d: %s", c.Connects(), tt.connects, tt.why)
			}
			if held := len(p.running().held.ready()); !tt.lost && held > 3 {
				t.Errorf("the connector has %d connections", held)
			}
		})
	}
}

// TestManyConnectionsAtOnce has callers who take the connections from each
// other all the time: each call gets its answer.
func TestManyConnectionsAtOnce(t *testing.T) {
	p := load(t, newHost(t, &Options{MostConnections: 2, Store: new(plugintest.Store)}), InProcess(plugintest.New(nil)))
	var wg sync.WaitGroup
	for caller := range 16 {
		wg.Go(func() {
			for i := range 40 {
				if err := askFor(t.Context(), p, (caller+i)%6); err != nil {
					t.Errorf("caller %d: %v", caller, err)
					return
				}
			}
		})
	}
	wg.Wait()
	r := p.running()
	r.calls.Wait()
	if held := len(r.held.ready()); held > 2 {
		t.Errorf("the connector has %d connections after all, want 2 at most", held)
	}
}

// TestConnectionInUseStays has more calls in flight than there may be
// connections: none of them loses its own.
func TestConnectionInUseStays(t *testing.T) {
	h := newHeld(1)
	conns := []*Connection{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	var taken []*connected
	for _, conn := range conns {
		c, fresh, left := h.take(conn)
		if !fresh || left != nil {
			t.Fatalf("take(%s) = fresh %t, left %v", conn.ID, fresh, left)
		}
		close(c.ready)
		taken = append(taken, c)
	}
	if c := h.spare(); c != nil {
		t.Fatalf("%s is to go, which has a call in flight", c.conn.ID)
	}
	h.done(taken[1])
	going := h.spare()
	if going != taken[1] {
		t.Fatalf("%+v is to go, want b, which is idle", going)
	}
	_, _, left := h.take(conns[1])
	select {
	case <-left:
		t.Error("b has left before the connector has lost it")
	default:
	}
	h.drop(going)
	select {
	case <-left:
	case <-time.After(time.Second):
		t.Error("nobody tells those who wait for b")
	}
	if _, fresh, _ := h.take(conns[1]); !fresh {
		t.Error("b is not given anew")
	}
}
