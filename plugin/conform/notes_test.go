package conform_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// notes is a connector that does everything right: a vendor of notes that
// lives in memory, with a login, pages, choices and budgets. It is safe for
// concurrent use.
type notes struct {
	log   *slog.Logger
	store plugin.Store // nil: there is none

	life context.Context // ends with Close
	end  context.CancelFunc
	busy sync.WaitGroup

	mu          sync.Mutex // guards the fields below
	connections map[string]*account
	calls       int64          // of the vendor, today
	written     map[string]int // ids of new notes, by key
}

// account is a connection as the process knows it.
type account struct {
	settings settings
	token    string // empty: not logged in
}

type settings struct {
	ClientID string `json:"client_id"`
	LoginURL string `json:"login_url"`
	PageSize int    `json:"page_size"`
}

var _ plugin.Connector = (*notes)(nil)

func newNotes(log *slog.Logger) *notes {
	n := &notes{log: log, connections: make(map[string]*account), written: make(map[string]int)}
	n.life, n.end = context.WithCancel(context.Background())
	return n
}

func failed(kind plugin.Kind, source plugin.Source, message, hint string) *plugin.Error {
	return &plugin.Error{Kind: kind, Source: source, Effect: plugin.EffectNone, Message: message, Hint: hint}
}

func (n *notes) Open(_ context.Context, req *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	n.store = req.Store
	return &plugin.OpenResponse{}, nil
}

func (n *notes) Close(context.Context, *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	n.end()
	n.busy.Wait()
	return &plugin.CloseResponse{}, nil
}

func (n *notes) Connect(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
	s := settings{LoginURL: loginURL, PageSize: 10}
	if err := json.Unmarshal(req.Connection.Settings, &s); err != nil {
		return nil, failed(plugin.InvalidConfig, plugin.SourceUser, "the settings cannot be read", "Give one JSON object.")
	}
	var violations []plugin.Violation
	if len(s.ClientID) > 40 {
		violations = append(violations, plugin.Violation{Pointer: "/client_id", Message: "at most 40 characters"})
	}
	if s.PageSize < 1 || s.PageSize > 50 {
		violations = append(violations, plugin.Violation{Pointer: "/page_size", Message: "from 1 to 50"})
	}
	if len(violations) > 0 {
		e := failed(plugin.InvalidConfig, plugin.SourceUser, "the settings do not fit", "Correct them.")
		e.Pointer, e.Violations = violations[0].Pointer, violations
		return nil, e
	}
	token, err := n.load(ctx, req.Connection.ID)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if old := n.connections[req.Connection.ID]; old != nil && token == "" {
		token = old.token
	}
	n.connections[req.Connection.ID] = &account{s, token}
	return &plugin.ConnectResponse{}, nil
}

func (n *notes) Disconnect(_ context.Context, req *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.connections, req.Connection)
	return &plugin.DisconnectResponse{}, nil
}

// account returns a copy of a connection.
func (n *notes) account(id string) (*account, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.connections[id]
	if a == nil {
		return nil, failed(plugin.UnknownName, plugin.SourceHost, "there is no such connection", "Connect it first.")
	}
	out := *a
	return &out, nil
}

func tokenKey(id string) string { return plugin.ConnectionPrefix("notes", id) + "token" }

func (n *notes) load(ctx context.Context, id string) (string, error) {
	if n.store == nil {
		return "", nil
	}
	got, err := n.store.Get(ctx, &plugin.GetRequest{Key: tokenKey(id)})
	if err != nil {
		return "", err
	}
	return string(got.Value), nil
}

// save keeps a token, in the store first.
func (n *notes) save(ctx context.Context, id, token string) error {
	if n.store != nil {
		old, err := n.store.Get(ctx, &plugin.GetRequest{Key: tokenKey(id)})
		if err != nil {
			return err
		}
		if _, err := n.store.Swap(ctx, &plugin.SwapRequest{Key: tokenKey(id), Value: []byte(token), Revision: old.Revision}); err != nil {
			return err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.connections[id].token = token
	return nil
}

const (
	loginURL    = "https://notes.example/login"
	redirectURL = "http://localhost:8918/callback"
	pageCode    = "a-code-from-the-page" // all that the vendor takes
)

func (n *notes) Authorize(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	a, err := n.account(req.Connection)
	if err != nil {
		return nil, err
	}
	var token string
	switch {
	case req.Begin != nil:
		state := rand.Text()
		q := url.Values{"response_type": {"code"}, "state": {state}, "redirect_uri": {redirectURL}, "client_id": {a.settings.ClientID}}
		return &plugin.AuthorizeResponse{URL: a.settings.LoginURL + "?" + q.Encode(), RedirectURL: redirectURL, Session: plugin.NewSecret(state)}, nil
	case req.Token != nil:
		token = req.Token.AccessToken.Reveal()
	default:
		u, err := url.Parse(req.Complete.Answer.Reveal())
		switch {
		case err != nil, u.Query().Get("state") != req.Complete.Session.Reveal():
			return nil, failed(plugin.InvalidInput, plugin.SourceUser, "this is the answer of another login", "Begin the login again.")
		case u.Query().Has("error"):
			return nil, failed(plugin.Reauthorize, plugin.SourceUser, "the login was denied", "Begin it again and consent.")
		case u.Query().Get("code") != pageCode:
			return nil, failed(plugin.Reauthorize, plugin.SourceUpstream, "the vendor does not know the code", "Begin the login again.")
		}
		token = "token-for-" + u.Query().Get("code")
	}
	if strings.HasPrefix(token, "conform-") {
		return nil, failed(plugin.Reauthorize, plugin.SourceUpstream, "the vendor does not know the token", "Make a new one.")
	}
	if err := n.save(ctx, req.Connection, token); err != nil {
		return nil, err
	}
	n.log.Info("logged in", "connection", req.Connection)
	return &plugin.AuthorizeResponse{Done: true, Account: plugin.Account{ID: "ada"}, Granted: []string{"notes"}}, nil
}

func (n *notes) Check(_ context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	a, err := n.account(req.Connection)
	if err != nil {
		return nil, err
	}
	res := &plugin.CheckResponse{Token: plugin.TokenStatus{Present: a.token != ""}, API: plugin.APIStatus{State: plugin.APIUnchecked}}
	for _, spec := range notesDescription().Actions {
		status := plugin.ActionStatus{Action: spec.Name, Status: plugin.Usable}
		if a.token == "" {
			status.Status, status.Reason = plugin.Unusable, "nobody has logged in"
		}
		res.Actions = append(res.Actions, status)
	}
	return res, nil
}

func (n *notes) Options(_ context.Context, req *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
	if _, err := n.account(req.Connection); err != nil {
		return nil, err
	}
	if req.Action != "get_note" || req.Pointer != "/id" {
		return nil, failed(plugin.InvalidInput, plugin.SourceUser, "the field has no choices", "Type a value.")
	}
	return &plugin.OptionsResponse{Options: []plugin.Option{{Value: json.RawMessage("1"), Label: "Note 1"}}}, nil
}

const dailyLimit = 1000

func (n *notes) Usage(context.Context, *plugin.UsageRequest) (*plugin.UsageResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	limit, remaining := int64(dailyLimit), max(0, dailyLimit-n.calls)
	return &plugin.UsageResponse{Buckets: []plugin.UsageBucket{{
		Endpoint: "GET /notes", Scope: plugin.ScopeMember, Limit: &limit, Used: n.calls, Remaining: &remaining,
		ResetsAt: time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour), Source: plugin.LimitDefault,
	}}}, nil
}

// Invoke runs an action of an account that is logged in.
func (n *notes) Invoke(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	n.busy.Add(1)
	defer n.busy.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(n.life, cancel)()
	if !slices.ContainsFunc(notesDescription().Actions, func(a plugin.ActionSpec) bool { return a.Name == req.Action }) {
		return nil, failed(plugin.UnknownName, plugin.SourceCaller, "there is no such action", "See the description.")
	}
	a, err := n.account(req.Connection)
	if err != nil {
		return nil, err
	}
	if a.token == "" {
		return nil, failed(plugin.Reauthorize, plugin.SourceUser, "nobody has logged in to the connection", "Log in.")
	}
	switch req.Action {
	case "list_notes":
		return n.list(ctx, req.Input, emit)
	case "get_note":
		return n.get(ctx, req.Input)
	}
	return n.write(ctx, req.IdempotencyKey)
}

// vendor is a call of the vendor, which takes a while.
func (n *notes) vendor(ctx context.Context) error {
	n.mu.Lock()
	n.calls++
	n.mu.Unlock()
	select {
	case <-time.After(20 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (n *notes) get(ctx context.Context, in json.RawMessage) (*plugin.Result, error) {
	var input struct{ ID int64 }
	if err := json.Unmarshal(in, &input); err != nil {
		return nil, err
	}
	if err := n.vendor(ctx); err != nil {
		return nil, err
	}
	return &plugin.Result{Output: json.RawMessage(fmt.Sprintf(`{"id":%d,"title":"Note %d"}`, input.ID, input.ID)), Meta: plugin.Meta{UpstreamCalls: 1}}, nil
}

// write adds a note for each new key, the id of which it gives again.
func (n *notes) write(ctx context.Context, key string) (*plugin.Result, error) {
	n.mu.Lock()
	id := n.written[key]
	if id == 0 {
		id = noteCount + 1 + len(n.written)
		n.written[key] = id
	}
	n.mu.Unlock()
	if err := n.vendor(ctx); err != nil {
		return nil, err
	}
	return &plugin.Result{Output: json.RawMessage(fmt.Sprintf(`{"id":%d,"title":"New"}`, id)), Meta: plugin.Meta{UpstreamCalls: 1}}, nil
}

// noteCount is how many notes there are.
const noteCount = 7

func (n *notes) list(ctx context.Context, in json.RawMessage, emit func(*plugin.Event) error) (*plugin.Result, error) {
	input := struct {
		PageSize int    `json:"page_size"`
		MaxItems int    `json:"max_items"`
		Cursor   string `json:"cursor"`
	}{PageSize: 2}
	if err := json.Unmarshal(in, &input); err != nil {
		return nil, err
	}
	next, err := start(input.Cursor)
	if err != nil {
		return nil, err
	}
	if input.MaxItems == 0 {
		input.MaxItems = input.PageSize
	}
	notice := plugin.Event{Type: plugin.EventNotice, Code: "beta", Message: "lists are new"}
	if err := emit(&notice); err != nil {
		return nil, err
	}
	meta := plugin.Meta{Notices: []plugin.Event{notice}}
	for left := input.MaxItems; left > 0 && next <= noteCount; {
		if err := n.vendor(ctx); err != nil {
			return nil, err
		}
		meta.UpstreamCalls++
		page := &plugin.Event{Type: plugin.EventPage}
		for ; len(page.Items) < min(input.PageSize, left) && next <= noteCount; next++ {
			page.Items = append(page.Items, json.RawMessage(fmt.Sprintf(`{"id":%d}`, next)))
		}
		left -= len(page.Items)
		page.Cursor = cursor(next)
		if err := emit(page); err != nil {
			return nil, err
		}
	}
	return &plugin.Result{Output: json.RawMessage(fmt.Sprintf(`{"next_cursor":%q}`, cursor(next))), Meta: meta}, nil
}

// cursor says where the next page begins. The number stands in it three times,
// so that damage shows.
func cursor(next int) string {
	if next > noteCount {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat(strconv.Itoa(next)+".", 3)))
}

func start(c string) (int, error) {
	if c == "" {
		return 1, nil
	}
	for next := 1; next <= noteCount; next++ {
		if cursor(next) == c {
			return next, nil
		}
	}
	e := failed(plugin.InvalidInput, plugin.SourceUser, "the cursor is of another search", "Begin without one.")
	e.Pointer = "/cursor"
	return 0, e
}
