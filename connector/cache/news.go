package cache

import (
	"context"
	"sync"
)

// news is what the callers of a load are told while they wait.
type news struct {
	mu   sync.Mutex // guards the fields below
	said []func(caller context.Context)
	more chan struct{} // closed with the next one; nil: nobody waits for it
}

type newsKey struct{}

// Tell reaches all who wait for the load that ctx belongs to, and who join it
// later: each calls say with its own context, in its own goroutine, before its
// [Cache.Get] returns. So a caller who takes its time holds up neither the load
// nor the others. Where ctx belongs to no load, say is called at once.
func Tell(ctx context.Context, say func(caller context.Context)) {
	n, ok := ctx.Value(newsKey{}).(*news)
	if !ok {
		say(ctx)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, say)
	if n.more != nil {
		close(n.more)
		n.more = nil
	}
}

// after returns what was said after the first so many, and a channel that is
// closed when there is more.
func (n *news) after(heard int) ([]func(context.Context), <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.more == nil {
		n.more = make(chan struct{})
	}
	return n.said[heard:], n.more
}

// wait waits for the end of the load, and passes on what is said meanwhile. A
// caller that is a load itself has callers of its own.
func (f *flight[V]) wait(ctx context.Context) error {
	for heard, landed := 0, false; ; {
		said, more := f.ctx.news.after(heard)
		for _, say := range said {
			Tell(ctx, say)
		}
		heard += len(said)
		switch {
		case len(said) > 0:
			continue
		case landed:
			return nil
		}
		select {
		case <-f.done:
			landed = true
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
