package connector

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

const (
	// gatherFor is how long those who come while a call is on its way are
	// gathered at least.
	gatherFor = 10 * time.Millisecond
	// gatherMost is how long they wait for its reply at most: one call that
	// hangs must not hang all.
	gatherMost = time.Second
)

// gatherer makes batches of questions for single people. Who comes while
// nobody else asks goes at once and alone. Those who come until the reply is in
// and gatherFor has passed go together, or earlier once they fill a batch. It
// is safe for concurrent use.
type gatherer struct {
	s *session

	mu    sync.Mutex // guards the field below and all lines
	lines map[string]*line
}

// line is those who ask the same of different people.
type line struct {
	flying int           // calls on their way
	landed chan struct{} // closed when the last one that left has landed
	open   *batch        // that may be joined; nil: none
}

// batch is people who are asked for together.
type batch struct {
	ctx   *crowd
	after chan struct{} // closed when the call has landed that they wait for
	ids   []string      // guarded by gatherer.mu while the batch is open
	full  chan struct{} // closed with the last one that fits
	done  chan struct{} // closed when the fields below are written
	reply *peopleReply
	err   error
}

// ask reads one member, alone or with others.
func (g *gatherer) ask(ctx context.Context, id string, f fields) (*memberAnswer, time.Duration, error) {
	if g.s.conn.settings.BatchSize < 2 || g.s.readsSingly(ctx) {
		return g.s.askPerson(ctx, id, f)
	}
	g.mu.Lock()
	l := g.line(f)
	if l.flying == 0 && l.open == nil {
		landed := l.depart()
		g.mu.Unlock()
		defer g.land(l, landed)
		return g.s.askPerson(ctx, id, f)
	}
	b, leads := g.board(ctx, l, id)
	g.mu.Unlock()
	if leads {
		g.hold(b)
		g.send(l, b, f)
	}
	select {
	case <-b.done:
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
	switch {
	case b.err != nil:
		return nil, 0, b.err
	case b.reply.has(id):
		return b.reply.of(id, g.s)
	}
	return g.s.askPerson(ctx, id, f) // batches are refused
}

// line returns the line for the fields. Called with mu held.
func (g *gatherer) line(f fields) *line {
	key := f.memoryKey("")
	if g.lines == nil {
		g.lines = make(map[string]*line)
	}
	if g.lines[key] == nil {
		g.lines[key] = &line{}
	}
	return g.lines[key]
}

// board gives a caller a place in the open batch, or opens one, which the
// caller then leads. Called with mu held.
func (g *gatherer) board(ctx context.Context, l *line, id string) (b *batch, leads bool) {
	if b = l.open; b == nil || !b.ctx.join(ctx) {
		b = &batch{ctx: newCrowd(ctx), after: l.landed, full: make(chan struct{}), done: make(chan struct{})}
		b.err = errors.New("the batch did not return")
		l.open, leads = b, true
	}
	b.ids = append(b.ids, id)
	if len(b.ids) >= g.s.conn.settings.BatchSize {
		l.open = nil
		close(b.full)
	}
	return b, leads
}

// hold waits until the batch is to go.
func (g *gatherer) hold(b *batch) {
	least, most := time.NewTimer(gatherFor), time.NewTimer(gatherMost)
	defer least.Stop()
	defer most.Stop()
	select {
	case <-least.C:
	case <-b.full:
		return
	case <-b.ctx.Done():
		return
	}
	select {
	case <-b.after:
	case <-most.C:
	case <-b.full:
	case <-b.ctx.Done():
	}
}

// send closes the batch and asks for its people.
func (g *gatherer) send(l *line, b *batch, f fields) {
	g.mu.Lock()
	if l.open == b {
		l.open = nil
	}
	landed := l.depart()
	g.mu.Unlock()
	defer close(b.done)
	defer b.ctx.cancel()
	defer g.land(l, landed)

	ids := unique(b.ids)
	if len(ids) == 1 { // nobody came
		b.reply, b.err = g.s.alone(b.ctx, ids[0], f)
		return
	}
	b.reply, b.err = g.s.askPeople(b.ctx, ids, f)
	if !refusesBatch(b.err) {
		return
	}
	// Whether batches are refused, or everything, one of them finds out.
	reply, err := g.s.alone(b.ctx, ids[0], f)
	if plugin.KindOf(err) == plugin.Forbidden {
		return
	}
	b.reply, b.err = reply, err
	tell(b.ctx, tellSingly)
}

// depart counts a call in; what it returns is to be landed. Called with the
// gatherer's mu held.
func (l *line) depart() chan struct{} {
	l.flying++
	l.landed = make(chan struct{})
	return l.landed
}

// land counts a call out.
func (g *gatherer) land(l *line, landed chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l.flying--
	close(landed)
}
