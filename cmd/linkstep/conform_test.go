package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/conform"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/store"
)

// sandboxSettings starts a sandbox and returns the settings of a connection
// to it.
func sandboxSettings(t *testing.T) json.RawMessage {
	t.Helper()
	srv, err := sandbox.Start(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	doc, err := json.Marshal(srv.Settings())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// pluginFile returns a file that runs as the LinkedIn connector: the test
// binary under its name.
func pluginFile(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "linkstep-linkedin")
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// lockedBuffer is safe for concurrent use.
type lockedBuffer struct {
	mu   sync.Mutex // guards text
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// fullSettings is sandboxSettings of an application that has all that the
// examples of the connector need.
func fullSettings(t *testing.T) json.RawMessage {
	t.Helper()
	full := sandbox.ShippedClients()[0]
	full.Products = append(slices.Clone(full.Products), sandbox.CommunityManagement, sandbox.Connections)
	srv, err := sandbox.Start(&sandbox.Options{Clients: []sandbox.Client{full}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	settings := srv.Settings()
	settings.Scopes += " r_1st_connections r_1st_connections_size"
	doc, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestLinkedInConforms(t *testing.T) {
	build := func(log *lockedBuffer) *connector.Connector {
		return connector.New(&connector.Options{Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	}
	// What does not run, each for its own reason: the examples' member is in no
	// sandbox, the connector takes no such integer, has no keyed action and no
	// options, and the sandbox makes the tokens, which the kit therefore does not know. The last
	// three run where an answer from memory can be caught on its way.
	seldom := []string{
		"get_person, example 1, gives an output that fits",
		"get_person, example 2, gives an output that fits",
		"integers above 2^53 survive",
		"a keyed action is done once for each key",
		"the choices of a field are listed",
		"secrets are stored with their connection",
		"a canceled call ends as canceled",
		"a call ends at its deadline",
		"a canceled action stops in the process",
	}
	inThisProcess := append([]string{
		"it describes itself in the same way each time",
		"the process lives through the run",
		"it works again after it was killed",
		"it prints nothing but the handshake",
		"it ends when its host is gone",
		"it ends when it is told to",
		"run by hand, it says what it is",
		"it does nothing while nobody asks",
		"it keeps to little memory",
	}, seldom...)
	for _, tt := range []struct {
		way    string
		src    func(t *testing.T, log *lockedBuffer) host.Source
		notRun []string // all that may be
	}{
		{
			"direct", func(_ *testing.T, log *lockedBuffer) host.Source { return host.Direct(build(log)) },
			append(slices.Clone(inThisProcess), "an action that there is not is refused", "a connection that there is not is refused",
				"an error of a read says of nothing that it was applied"),
		},
		{"in-process", func(_ *testing.T, log *lockedBuffer) host.Source { return host.InProcess(build(log)) }, inThisProcess},
		{
			"file", func(t *testing.T, _ *lockedBuffer) host.Source { return host.File(pluginFile(t)) },
			append(slices.Clone(seldom), "no secret shows in the log"),
		},
	} {
		t.Run(tt.way, func(t *testing.T) {
			t.Parallel()
			memory, err := store.Memory()
			if err != nil {
				t.Fatal(err)
			}
			defer memory.Close()
			log := &lockedBuffer{}
			report, err := conform.Run(t.Context(), tt.src(t, log), &conform.Options{
				Settings: fullSettings(t), Dev: true, AllowWrites: true, Store: memory, Log: log,
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range report.Groups {
				for _, c := range g.Cases {
					if c.Status == conform.NotRun && !slices.Contains(tt.notRun, c.Name) {
						t.Errorf("%s: %s: not run: %s", g.Name, c.Name, c.Why)
					}
				}
			}
			if report.Failed() {
				var text bytes.Buffer
				_ = report.WriteText(&text)
				t.Errorf("the connector does not conform:\n%s", &text)
			}
		})
	}
}

// conformed runs linkstep conform and returns its exit status and outputs.
func conformed(t *testing.T, json bool, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs, json: json, ran: true}
	cmd := a.conformCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(io.Discard)
	cmd.SetArgs(args)
	status = a.finish(cmd.ExecuteContextC(t.Context()))
	return status, out.String(), errs.String()
}

func TestConformReports(t *testing.T) {
	dir := t.TempDir()
	settings, junit := filepath.Join(dir, "settings.json"), filepath.Join(dir, "conform.xml")
	if err := os.WriteFile(settings, sandboxSettings(t), 0o600); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := conformed(t, true, pluginFile(t), "--settings", settings, "--dev", "--junit", junit)
	var doc struct{ Output conform.Report }
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil {
		t.Fatalf("standard output is not one JSON document: %v\n%s%s", err, stdout, stderr)
	}
	report := &doc.Output
	want := exitDone
	if report.Failed() {
		want = exitInternal
	}
	if status != want || report.Connector != linkedin {
		t.Errorf("status %d with %d failed cases of %q, want %d", status, report.Count(conform.Failed), report.Connector, want)
	}
	text, err := os.ReadFile(junit)
	if err != nil {
		t.Fatal(err)
	}
	var suites struct {
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Suites   []struct {
			Name string `xml:"name,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &suites); err != nil {
		t.Fatalf("%s is no XML: %v", junit, err)
	}
	if suites.Failures != report.Count(conform.Failed) || suites.Skipped != report.Count(conform.NotRun) || len(suites.Suites) != len(report.Groups) {
		t.Errorf("JUnit has %+v, which is not what the JSON document says", suites)
	}
}

func TestConformCommandLine(t *testing.T) {
	dir := t.TempDir()
	hello := filepath.Join(dir, "hello")
	if err := os.WriteFile(hello, []byte("#!/bin/sh\necho Hello\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	misfit := filepath.Join(dir, "misfit.json")
	if err := os.WriteFile(misfit, []byte(`{"client_identity": "78abc"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	linkedinFile := pluginFile(t)
	for _, tt := range []struct {
		name           string
		args           []string
		status         int
		stdout, stderr string // parts of them
	}{
		{"is no plugin", []string{hello}, 1, "FAILED   it can be loaded", ""},
		{"is not there", []string{filepath.Join(dir, "none")}, 1, "           advice: Check the path.\n", ""},
		{"settings do not fit", []string{linkedinFile, "--settings", misfit}, 0, "See the settings with: linkstep describe linkedin --plugin " + linkedinFile + "\n", ""},
		{"settings are not there", []string{hello, "--settings", filepath.Join(dir, "none")}, 3, "", "no such file"},
		{"a token for nobody", []string{hello, "--access-token-stdin"}, 2, "", "add --settings FILE"},
		{"JUnit goes nowhere", []string{hello, "--junit", filepath.Join(dir, "no", "where.xml")}, 3, "", "cannot be written"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := conformed(t, false, tt.args...)
			if status != tt.status || !strings.Contains(stdout, tt.stdout) || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("linkstep conform %q: status %d, want %d\nstandard output (want %q):\n%s\nstandard error (want %q):\n%s",
					tt.args, status, tt.status, tt.stdout, stdout, tt.stderr, stderr)
			}
		})
	}
}

// What was found until Ctrl-C is the reason why somebody waited so long.
func TestConformInterrupted(t *testing.T) {
	t.Parallel()
	for _, form := range []struct {
		name string
		args []string
		want string // in the standard output
	}{
		{"text", nil, "passed   it can be loaded\n"},
		{"json", []string{"--json", "--log-level", "debug"}, `"name": "it can be loaded"`},
	} {
		t.Run(form.name, func(t *testing.T) {
			t.Parallel()
			junit := filepath.Join(t.TempDir(), "conform.xml")
			cmd := exec.Command("linkstep", append([]string{"conform", pluginFile(t), "--junit", junit}, form.args...)...)
			cmd.WaitDelay = 10 * time.Second
			var out, errs lockedBuffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = cmd.Process.Kill() }()
			loaded := "describe: "
			if len(form.args) > 0 {
				loaded = "level=" // a line of the log: for a program there are none of people
			}
			within(t, 20*time.Second, "the plugin is loaded", func() bool { return strings.Contains(errs.String(), loaded) })
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			_ = cmd.Wait()
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it ended %s after Ctrl-C", took)
			}
			if status := cmd.ProcessState.ExitCode(); status != exitStatus[plugin.Canceled] {
				t.Errorf("exit status %d, want %d", status, exitStatus[plugin.Canceled])
			}
			if !strings.Contains(out.String(), form.want) || !strings.Contains(out.String(), "the run was ended ") {
				t.Errorf("standard output does not hold %q and what was not run:\n%s\nstandard error:\n%s", form.want, &out, &errs)
			}
			if len(form.args) > 0 {
				var doc struct {
					Error  plugin.Error
					Output conform.Report
				}
				if err := json.Unmarshal([]byte(out.String()), &doc); err != nil || doc.Error.Kind != plugin.Canceled || len(doc.Output.Groups) == 0 {
					t.Errorf("standard output is not one document with error and report: %v", err)
				}
			}
			text, err := os.ReadFile(junit)
			if err != nil || !strings.Contains(string(text), `<testcase name="it can be loaded"`) {
				t.Errorf("the JUnit file: %v\n%s", err, text)
			}
		})
	}
}
