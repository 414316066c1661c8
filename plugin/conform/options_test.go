package conform_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/conform"
	"github.com/linkstep/linkstep/plugin/host"
)

var quiet = slog.New(slog.DiscardHandler)

// caseOf returns a case by its name.
func caseOf(t *testing.T, report *conform.Report, name string) conform.Case {
	t.Helper()
	for _, g := range report.Groups {
		for _, c := range g.Cases {
			if g.Name+": "+c.Name == name {
				return c
			}
		}
	}
	t.Fatalf("there is no case %q", name)
	return conform.Case{}
}

func TestSettingsMustBeAnObject(t *testing.T) {
	for _, settings := range []string{``, `null`, `[]`, `{"client_id": `} {
		_, err := conform.Run(t.Context(), host.Direct(newNotes(quiet)), &conform.Options{Settings: []byte(settings)})
		if plugin.KindOf(err) != plugin.InvalidConfig {
			t.Errorf("Run with the settings %q: %v, want invalid_config", settings, err)
		}
	}
}

func TestWithoutSettingsNothingFails(t *testing.T) {
	t.Parallel()
	report := try(t, host.Direct(newNotes(quiet)), nil)
	if report.Failed() {
		t.Errorf("failed: %q", withStatus(report, conform.Failed))
	}
	for _, name := range []string{
		"wire: get_note, example 1, gives an output that fits", "auth: a connection can be logged in",
		"cancel and deadline: a canceled call ends as canceled", "quota: budgets add up",
	} {
		if c := caseOf(t, report, name); c.Status != conform.NotRun || !strings.Contains(c.Why, "settings") {
			t.Errorf("%s: %s, %q; want it not run for want of settings", name, c.Status, c.Why)
		}
	}
}

func TestSettingsThatDoNotFit(t *testing.T) {
	t.Parallel()
	report := try(t, host.Direct(newNotes(quiet)), &conform.Options{Settings: []byte(`{"page_size": 0}`)})
	if report.Failed() {
		t.Errorf("failed: %q", withStatus(report, conform.Failed))
	}
	if c := caseOf(t, report, "auth: a connection can be logged in"); !strings.Contains(c.Why, "page_size must be at least 1") {
		t.Errorf("the login is %s, %q; want it to say what does not fit", c.Status, c.Why)
	}
}

func TestTokenLogsIn(t *testing.T) {
	t.Parallel()
	report := try(t, host.Direct(newNotes(quiet)), &conform.Options{
		Settings: []byte(`{"client_id": "abc"}`), Token: plugin.NewSecret("a token from elsewhere"),
		Secrets: map[string]plugin.Secret{"client_secret": plugin.NewSecret("a secret of the client")},
	})
	if report.Failed() {
		t.Errorf("failed: %q", withStatus(report, conform.Failed))
	}
	if c := caseOf(t, report, "wire: get_note, example 1, gives an output that fits"); c.Status != conform.Passed {
		t.Errorf("an example with a token: %s, %q", c.Status, c.Why)
	}
}

// A report is kept and sent around, so that it must not show what the
// connector lets slip.
func TestReportHidesSecrets(t *testing.T) {
	t.Parallel()
	c := failing(func(req *plugin.InvokeRequest, err error) error {
		e := plugin.AsError(err)
		e.Kind, e.Message = plugin.Internal, "the vendor refused the secret a secret of the client"
		return e
	})(newNotes(quiet))
	report := try(t, host.Direct(c), everything(t))
	if !report.Failed() {
		t.Error("a secret in an error is not found")
	}
	var text bytes.Buffer
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text.String(), "a secret of the client") {
		t.Errorf("the report shows a secret:\n%s", &text)
	}
}

func TestWritesAreNotRunUnasked(t *testing.T) {
	t.Parallel()
	var writes atomic.Int64
	c := invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
		if req.Action == "add_note" {
			writes.Add(1)
		}
		return good.Invoke(ctx, req, emit)
	})(newNotes(quiet))
	opts := everything(t)
	opts.AllowWrites = false
	report := try(t, host.Direct(c), opts)
	if n := writes.Load(); n > 0 {
		t.Errorf("an action that writes was called %d times", n)
	}
	if c := caseOf(t, report, "wire: add_note, example 1, gives an output that fits"); c.Status != conform.NotRun || !strings.Contains(c.Why, "CREATE") {
		t.Errorf("the example that writes: %s, %q", c.Status, c.Why)
	}
}

func TestCanceledRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	report, err := conform.Run(ctx, host.Direct(newNotes(quiet)), nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v, want canceled", err)
	}
	if report == nil || report.Failed() || report.Count(conform.Passed) > 0 {
		t.Errorf("the report is %+v, want every case not run", report)
	}
}

// A run takes up to half a minute: each group is told of as it ends, and what
// was found before an end is not lost.
func TestEndedRunReportsWhatItFound(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var told []string
	report, err := conform.Run(ctx, host.Direct(newNotes(quiet)), &conform.Options{Progress: func(g *conform.Group) {
		told = append(told, g.Name)
		if len(told) == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("Run: %v, want canceled", err)
	}
	if want := []string{"describe", "auth"}; !slices.Equal(told, want) {
		t.Errorf("told of %q, want %q: what was not run is no progress", told, want)
	}
	if n := report.Count(conform.Passed); n < 15 {
		t.Errorf("%d cases passed, want those of the two groups", n)
	}
	if line := report.Groups[0].String(); !strings.HasPrefix(line, "describe: 17 passed, 0 failed, 1 not run in ") {
		t.Errorf("the line of a group is %q", line)
	}
}

// A connector in this process that never answers cannot be killed; the run
// ends all the same.
func TestHangingConnectorsEndTheRun(t *testing.T) {
	t.Parallel()
	hang := func() { <-t.Context().Done() } // of the test, after all runs
	for _, tt := range []struct {
		name, failed string
		build        func(good *notes) plugin.Connector
	}{
		{"describe", "describe: it can be loaded", describing(func(*plugin.Description) { hang() })},
		{"check", "auth: a check without a login tells that there is none", checking(func(*plugin.CheckResponse) { hang() })},
		{"invoke", "wire: get_note, example 1, gives an output that fits", resulting(func(*plugin.InvokeRequest, *plugin.Result) { hang() })},
	} {
		for _, way := range []struct {
			name string
			src  func(plugin.Connector) host.Source
		}{{"direct", host.Direct}, {"in-process", host.InProcess}} {
			t.Run(tt.name+" "+way.name, func(t *testing.T) {
				t.Parallel()
				opts := everything(t)
				opts.Timeout = time.Second
				start := time.Now()
				report := try(t, way.src(tt.build(newNotes(quiet))), opts)
				if took := time.Since(start); took > 10*time.Second {
					t.Errorf("the run took %s", took)
				}
				if failed := withStatus(report, conform.Failed); !slices.Equal(failed, []string{tt.failed}) {
					t.Errorf("failed %q, want %q alone", failed, tt.failed)
				}
			})
		}
	}
}
