package retry

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// trace tells how far an attempt came.
type trace struct {
	asked   atomic.Bool // for a connection: the wrappers inside let it through
	written atomic.Bool // the headers, at least
}

func (t *trace) on(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { t.asked.Store(true) },
		WroteHeaders: func() { t.written.Store(true) },
	})
}
