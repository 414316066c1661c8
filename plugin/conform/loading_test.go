package conform_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/conform"
	"github.com/linkstep/linkstep/plugin/host"
)

// closed is a connector whose Open fails.
type closed struct{ plugin.Connector }

func (closed) Open(context.Context, *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	return nil, errors.New("open /etc/notes.conf: no such file")
}

// Who runs the kit is the author: nobody else is to be told of a defect.
func TestLoadFailuresSpeakToTheAuthor(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(text, []byte("# Notes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	build := func(c func(*notes) plugin.Connector) func(*testing.T) host.Source {
		return func(*testing.T) host.Source { return host.InProcess(c(newNotes(slog.New(slog.DiscardHandler)))) }
	}
	direct := func(c func(*notes) plugin.Connector) func(*testing.T) host.Source {
		return func(*testing.T) host.Source { return host.Direct(c(newNotes(slog.New(slog.DiscardHandler)))) }
	}
	stray := rewriting(getInput, `"additionalProperties": false, `, `, `)
	for _, tt := range []struct {
		name        string
		src         func(*testing.T) host.Source
		why, advice string
	}{
		{"an error of Open", build(func(good *notes) plugin.Connector { return closed{good} }), "/etc/notes.conf", "Describe or Open returned this error"},
		{"a panic of Describe", build(describing(func(*plugin.Description) { panic("no schemas") })), "panicked in Describe", "the stack names the line"},
		{"a bad name", build(describing(func(d *plugin.Description) { d.Name = "My Notes" })), `"My Notes"`, "Set Description.Name"},
		{"a stray comma", direct(stray), "the schema get_note.input is no JSON: invalid character", "Correct it"},
		{"a stray comma behind gRPC", build(stray), "invalid character", "with host.Direct"},
		{"a text", func(*testing.T) host.Source { return host.File(text) }, "may not be executed", "the binary that go build has written"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			report := try(t, tt.src(t), nil)
			c := caseOf(t, report, "describe: it can be loaded")
			if c.Status != conform.Failed || !strings.Contains(c.Why, tt.why) || !strings.Contains(c.Advice, tt.advice) {
				t.Errorf("%s: %q, advice %q; want %q and %q", c.Status, c.Why, c.Advice, tt.why, tt.advice)
			}
			if said := c.Why + c.Advice; strings.Contains(said, "eport ") || strings.Contains(c.Why, "hint:") {
				t.Errorf("it sends the author to somebody else, or says a hint twice: %q", said)
			}
		})
	}
}

func TestLoadingTakesTime(t *testing.T) {
	t.Parallel()
	slow := describing(func(*plugin.Description) { time.Sleep(100 * time.Millisecond) })(newNotes(slog.New(slog.DiscardHandler)))
	report := try(t, host.Direct(slow), nil)
	if took := caseOf(t, report, "describe: it can be loaded").Took; took < 50*time.Millisecond {
		t.Errorf("loading took %s in the report", took)
	}
}
