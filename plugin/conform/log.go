package conform

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// logTap keeps what is logged and passes it on. It is safe for concurrent use.
type logTap struct {
	next slog.Handler // nil: nowhere

	mu    sync.Mutex // guards the fields below
	lines []logLine
	size  int // bytes kept
}

type logLine struct {
	level slog.Level
	text  string
}

// logMax is how much of the log is kept, in bytes: a noisy connector must not
// fill the memory.
const logMax = 8 << 20

func newLogTap(to *slog.Logger) *logTap {
	t := &logTap{}
	if to != nil {
		t.next = to.Handler()
	}
	return t
}

func (t *logTap) logger() *slog.Logger { return slog.New(&tapHandler{tap: t, next: t.next}) }

func (t *logTap) keep(line logLine) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.size += len(line.text); t.size <= logMax {
		t.lines = append(t.lines, line)
	}
}

// from returns the lines after the first n, and how many there are by then.
func (t *logTap) from(n int) ([]logLine, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lines[min(n, len(t.lines)):], len(t.lines)
}

// lastWarning returns the last line of a high level, as the end of a sentence.
func (t *logTap) lastWarning() string {
	lines, _ := t.from(0)
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i].level >= slog.LevelWarn {
			return " (log: " + strings.TrimSpace(lines[i].text) + ")"
		}
	}
	return ""
}

// tapHandler is a logTap with the attributes of one logger.
type tapHandler struct {
	tap   *logTap
	next  slog.Handler
	attrs string // as text, with a space before each
}

func (h *tapHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h *tapHandler) Handle(ctx context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Message)
	b.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		b.WriteString(attrText(a))
		return true
	})
	h.tap.keep(logLine{r.Level, b.String()})
	if h.next == nil || !h.next.Enabled(ctx, r.Level) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

func (h *tapHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	out := *h
	for _, a := range attrs {
		out.attrs += attrText(a)
	}
	if h.next != nil {
		out.next = h.next.WithAttrs(attrs)
	}
	return &out
}

func (h *tapHandler) WithGroup(name string) slog.Handler {
	out := *h
	if h.next != nil {
		out.next = h.next.WithGroup(name)
	}
	return &out
}

func attrText(a slog.Attr) string { return fmt.Sprintf(" %s=%v", a.Key, a.Value.Resolve()) }
