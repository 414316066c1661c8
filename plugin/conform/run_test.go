package conform_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/linkstep/linkstep/plugin/conform"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// TestMain lets the test binary play a plugin when it is started under the
// name of one.
func TestMain(m *testing.M) {
	name, isPlugin := strings.CutPrefix(filepath.Base(os.Args[0]), "notes-")
	if !isPlugin {
		flag.Parse()
		_ = flag.Set("test.parallel", "8") // runs wait more than they compute
		goleak.VerifyTestMain(m)
	}
	for _, b := range append(allBroken(), natural()...) {
		if strings.ReplaceAll(b.name, " ", "-") == name {
			b.main()
			return
		}
	}
	serveNotes()
}

// binary returns a file that runs as the plugin of that name.
func binary(t *testing.T, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "lc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "notes-"+name)
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// loginPage is a login page on this machine where everybody consents.
func loginPage(t *testing.T) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		w.Header().Set("Location", q.Get("redirect_uri")+"?"+url.Values{"code": {pageCode}, "state": {q.Get("state")}}.Encode())
		w.WriteHeader(http.StatusFound)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// everything are options that let every case run.
func everything(t *testing.T) *conform.Options {
	t.Helper()
	return &conform.Options{
		Settings: []byte(fmt.Sprintf(`{"client_id": "abc", "client_secret": "a secret of the client", "login_url": %q}`, loginPage(t))),
		Dev:      true, AllowWrites: true, Store: new(plugintest.Store),
	}
}

// logged returns a logger into the log that the options tell of.
func logged(opts *conform.Options) *slog.Logger {
	log := &logBuffer{}
	opts.Log = log
	return slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// logBuffer is what was logged. It is safe for concurrent use.
type logBuffer struct {
	mu   sync.Mutex // guards text
	text strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// try runs the kit and logs the whole report.
func try(t *testing.T, src host.Source, opts *conform.Options) *conform.Report {
	t.Helper()
	report, err := conform.Run(context.Background(), src, opts)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	var text bytes.Buffer
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	t.Log(text.String())
	return report
}

// withStatus returns the names of the cases with a status.
func withStatus(report *conform.Report, status conform.Status) []string {
	var names []string
	for _, g := range report.Groups {
		for _, c := range g.Cases {
			if c.Status == status {
				names = append(names, g.Name+": "+c.Name)
			}
		}
	}
	return names
}

// needCatching are the cases that have to catch a call while it runs: on a busy
// machine none may be caught. That they see a fault is shown by the broken
// connectors.
var needCatching = []string{
	"cancel and deadline: a canceled call ends as canceled",
	"cancel and deadline: a call ends at its deadline",
	"crash and hang: a canceled action stops in the process",
}

func TestGoodConnectorPasses(t *testing.T) {
	t.Parallel()
	inThisProcess := []string{
		"describe: it describes itself in the same way each time",
		"crash and hang: the process lives through the run",
		"crash and hang: it works again after it was killed",
		"crash and hang: a canceled action stops in the process",
		"crash and hang: it prints nothing but the handshake",
		"crash and hang: it ends when its host is gone",
		"crash and hang: it ends when it is told to",
		"crash and hang: run by hand, it says what it is",
		"budgets: it does nothing while nobody asks",
		"budgets: it keeps to little memory",
	}
	for _, tt := range []struct {
		name   string
		src    func(t *testing.T, log *slog.Logger) host.Source
		notRun []string // what does not show this way
	}{
		{
			"direct", func(_ *testing.T, log *slog.Logger) host.Source { return host.Direct(newNotes(log)) },
			slices.Insert(slices.Insert(slices.Clone(inThisProcess), 8, "errors: an error of a read says of nothing that it was applied"),
				1, "wire: an action that there is not is refused", "wire: a connection that there is not is refused"),
		},
		{"in-process", func(_ *testing.T, log *slog.Logger) host.Source { return host.InProcess(newNotes(log)) }, inThisProcess},
		{"file", func(t *testing.T, _ *slog.Logger) host.Source { return host.File(binary(t, "good")) }, []string{"secrets: no secret shows in the log"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			opts := everything(t)
			report := try(t, tt.src(t, logged(opts)), opts)
			if failed := withStatus(report, conform.Failed); report.Failed() || len(failed) > 0 {
				t.Errorf("failed: %q", failed)
			}
			notRun := slices.DeleteFunc(withStatus(report, conform.NotRun), func(name string) bool {
				return slices.Contains(needCatching, name) && !slices.Contains(tt.notRun, name)
			})
			if diff := cmp.Diff(tt.notRun, notRun); diff != "" {
				t.Errorf("not run (-want +got):\n%s", diff)
			}
		})
	}
}
