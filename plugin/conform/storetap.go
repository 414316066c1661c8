package conform

import (
	"bytes"
	"context"
	"sync"

	"github.com/linkstep/linkstep/plugin"
)

// storeTap remembers what is written to a store. Other calls go through.
type storeTap struct {
	plugin.Store

	mu     sync.Mutex // guards the field below
	writes []write
}

// write is one value that was written.
type write struct {
	key   string
	value []byte
}

// Swap implements [plugin.Store].
func (t *storeTap) Swap(ctx context.Context, req *plugin.SwapRequest) (*plugin.SwapResponse, error) {
	t.mu.Lock()
	t.writes = append(t.writes, write{req.Key, bytes.Clone(req.Value)})
	t.mu.Unlock()
	return t.Store.Swap(ctx, req)
}

// written returns all that was written so far.
func (t *storeTap) written() []write {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.writes[:len(t.writes):len(t.writes)]
}
