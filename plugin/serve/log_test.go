package serve

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

func TestLogger(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 5, time.FixedZone("", 3600))
	tests := []struct {
		name string
		log  func(*slog.Logger)
		want string // without the time stamp
		why  string
	}{
		{"levels", func(l *slog.Logger) { l.Debug("m") }, `{"@level":"debug","@message":"m"}`, "the host decides what to show"},
		{"fields", func(l *slog.Logger) { l.Warn("m", "n", 1, "s", "x") }, `{"@level":"warn","@message":"m","n":1,"s":"x"}`, "the usual"},
		{"groups", func(l *slog.Logger) { l.WithGroup("g").Info("m", "level", "x", "time", "y") }, `{"@level":"info","@message":"m","g":{"level":"x","time":"y"}}`, "keys in a group are the connector's"},
		{"secret", func(l *slog.Logger) { l.Info("m", "token", plugin.NewSecret("s3cret")) }, `{"@level":"info","@message":"m","token":"REDACTED"}`, "the first line of defence"},
		{"line end", func(l *slog.Logger) { l.Info("a\nb") }, `{"@level":"info","@message":"a\nb"}`, "one record is one line"},
		// These keys once made the logger take the value for a time, and panic.
		{"a time that is a text", func(l *slog.Logger) { l.Info("m", "time", "noon") }, `{"@level":"info","@message":"m","time":"noon"}`, "a connector's own key"},
		{"a level that is a number", func(l *slog.Logger) { l.Info("m", "level", 3) }, `{"@level":"info","@message":"m","level":3}`, "a connector's own key"},
		{"a time", func(l *slog.Logger) { l.Info("m", "at", at) }, `{"@level":"info","@message":"m","at":"2026-11-24T12:00:00.000000005+01:00"}`, "another key, left as it is"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			tt.log(newLogger(&out))
			got := out.String()
			before, rest, ok := strings.Cut(got, `"@timestamp":"`)
			stamp, rest, _ := strings.Cut(rest, `",`)
			if _, err := time.Parse(time.RFC3339Nano, stamp); !ok || err != nil || !strings.HasSuffix(stamp, "Z") {
				t.Errorf("time stamp %q of %s: %v", stamp, got, err)
			}
			if diff := cmp.Diff(tt.want+"\n", before+rest); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.why, diff)
			}
		})
	}
}
