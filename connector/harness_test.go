package connector_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/store"
)

// bench is a connector in this process, reached as an engine reaches it, and a
// LinkedIn to talk to.
type bench struct {
	t      testing.TB
	srv    *sandbox.Server
	client string // id of the application at LinkedIn
	store  *store.Store
	host   *host.Host
	plugin *host.Plugin
	conn   *host.Connection
	log    *logBuffer
}

// newBench starts a sandbox and a connector with a connection to it that nobody has logged in to.
// Each setting overrides that of the sandbox's client.
func newBench(t testing.TB, client string, settings map[string]any) *bench {
	t.Helper()
	srv, err := sandbox.Start(&sandbox.Options{Members: 1000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	s, err := store.Memory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	b := &bench{t: t, srv: srv, client: client, store: s, log: &logBuffer{}}
	b.open()
	b.conn = b.connection("me", settings)
	return b
}

// open makes a new host and connector on the same store, as after a restart.
func (b *bench) open() {
	b.t.Helper()
	b.host = host.New(&host.Options{Store: b.store})
	log := slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p, err := b.host.Load(b.t.Context(), host.Direct(connector.New(&connector.Options{Logger: log})))
	if err != nil {
		b.t.Fatal(err)
	}
	b.plugin = p
	h := b.host
	b.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.Close(ctx); err != nil {
			b.t.Errorf("Close: %v", err)
		}
	})
}

// connection makes a connection to the sandbox.
func (b *bench) connection(name string, settings map[string]any) *host.Connection {
	b.t.Helper()
	client, err := b.srv.SettingsFor(b.client)
	if err != nil {
		b.t.Fatal(err)
	}
	all := map[string]any{
		"api_url": client.APIURL, "auth_url": client.AuthURL, "client_id": client.ClientID,
		"redirect_url": client.RedirectURL, "scopes": client.Scopes, "max_retries": 0,
	}
	for name, value := range settings {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	doc, err := json.Marshal(all)
	if err != nil {
		b.t.Fatal(err)
	}
	conn := host.NewConnection("linkedin", name)
	conn.Dev, conn.Settings = true, doc
	conn.Secrets = map[string]plugin.Secret{"client_secret": plugin.NewSecret(client.ClientSecret)}
	return conn
}

// login starts a bench with a connection that a member has logged in to.
func login(t testing.TB, client string, settings map[string]any) *bench {
	t.Helper()
	b := newBench(t, client, settings)
	b.logIn(0)
	b.srv.ResetRequests()
	return b
}

// logIn consents as the member at that index.
func (b *bench) logIn(member int) *plugin.AuthorizeResponse {
	b.t.Helper()
	begun := b.authorize(&plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	answer := b.consent(begun.URL, url.Values{"decision": {"allow"}, "member": {strconv.Itoa(member)}})
	return b.authorize(&plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{
		Session: begun.Session, Answer: plugin.NewSecret(answer),
	}})
}

func (b *bench) authorize(req *plugin.AuthorizeRequest) *plugin.AuthorizeResponse {
	b.t.Helper()
	res, err := b.plugin.Authorize(b.t.Context(), b.conn, req)
	if err != nil {
		b.t.Fatalf("Authorize: %v", detailed(err))
	}
	return res
}

// consent decides on the sandbox's page and returns where the browser is sent.
func (b *bench) consent(address string, form url.Values) string {
	b.t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer browser.CloseIdleConnections()
	resp, err := browser.PostForm(address, form)
	if err != nil {
		b.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.Header.Get("Location")
}

// invoke runs an action that must succeed, and decodes its output.
func (b *bench) invoke(action, input string, output any) *plugin.Result {
	b.t.Helper()
	res, err := b.try(action, input)
	if err != nil {
		b.t.Fatalf("%s(%s): %v", action, input, detailed(err))
	}
	if output != nil {
		if err := json.Unmarshal(res.Output, output); err != nil {
			b.t.Fatalf("%s(%s): output %s: %v", action, input, res.Output, err)
		}
	}
	return res
}

func (b *bench) try(action, input string) (*plugin.Result, error) {
	return b.plugin.Invoke(b.t.Context(), b.conn, &plugin.InvokeRequest{Action: action, Input: []byte(input)}, nil)
}

// refused runs an action that must fail.
func (b *bench) refused(action, input string) *plugin.Error {
	b.t.Helper()
	res, err := b.try(action, input)
	if err == nil {
		b.t.Fatalf("%s(%s) = %s, want an error", action, input, res.Output)
	}
	return plugin.AsError(err)
}

// paths are the API calls that the sandbox got, as "GET /v2/me?projection=..".
func (b *bench) paths() []string {
	var all []string
	for _, r := range b.srv.Requests() {
		if strings.HasPrefix(r.Path, "/v2/") || strings.HasPrefix(r.Path, "/rest/") {
			line := r.Method + " " + r.Path
			if r.Query != "" {
				line += "?" + r.Query
			}
			all = append(all, line)
		}
	}
	return all
}

// wantPaths compares the API calls since the last reset.
func (b *bench) wantPaths(want ...string) {
	b.t.Helper()
	if diff := cmp.Diff(want, b.paths()); diff != "" {
		b.t.Errorf("calls at LinkedIn (-want +got):\n%s", diff)
	}
}

// detailed shows an error with what is not in its text.
func detailed(err error) string {
	e, _ := json.Marshal(plugin.AsError(err))
	return string(e)
}

// logBuffer is what the connector logged. It is safe for concurrent use.
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
