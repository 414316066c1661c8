package host

import (
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire"
)

// watcher passes events on and remembers what came.
type watcher struct {
	emit    func(*plugin.Event) error // may be nil
	pages   bool
	stopped error // of emit, or for an event that is too large
}

func (w *watcher) event(e *plugin.Event) error {
	size := 0
	for _, item := range e.Items {
		size += len(item)
	}
	w.pages = w.pages || e.Type == plugin.EventPage
	switch {
	case w.stopped != nil: // the connector goes on all the same
	case size > wire.MaxMessageBytes:
		w.stopped = wire.TooLarge(plugin.EffectUnknown)
	case w.emit != nil:
		w.stopped = stoppedBy(w.emit(e))
	}
	return w.stopped
}

// stoppedBy turns the error of whoever reads the events into the call's.
func stoppedBy(err error) error {
	if err == nil || plugin.KindOf(err) != plugin.Unknown {
		return err
	}
	return &plugin.Error{
		Kind: plugin.Canceled, Source: plugin.SourceCaller, Effect: plugin.EffectUnknown, Err: err, Detail: err.Error(),
		Message: "the call was stopped by the reader of its events",
	}
}
