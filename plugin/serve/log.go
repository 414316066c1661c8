package serve

import (
	"io"
	"log/slog"
	"strings"
	"time"
)

// newLogger returns a logger whose lines a host takes apart again: one JSON
// object a line, keys as go-plugin names them. Every level is written; the
// host decides what to show.
func newLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) > 0 {
				return a
			}
			// A connector may use these keys for values of its own.
			switch level, isLevel := a.Value.Any().(slog.Level); {
			case a.Key == slog.LevelKey && isLevel:
				return slog.String("@level", strings.ToLower(level.String()))
			case a.Key == slog.MessageKey:
				a.Key = "@message"
			case a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime:
				return slog.String("@timestamp", a.Value.Time().UTC().Format(time.RFC3339Nano))
			}
			return a
		},
	}))
}
