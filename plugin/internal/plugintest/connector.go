package plugintest

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// Name is what the connector calls itself unless told otherwise.
const Name = "tester"

// Options change how a [Connector] behaves.
type Options struct {
	Name         string       // empty: [Name]
	Version      string       // empty: 1.2.3
	Protocol     int          // zero: [plugin.Protocol]
	Without      string       // an action that it does not have; empty: it has all
	Log          *slog.Logger // nil: none
	HangDescribe bool         // Describe waits for its context's end
	HangConnect  bool         // Connect waits for its context's end
	HangClose    bool         // Close never returns
	SlowClose    time.Duration
}

// Connector does what its input says, see [Connector.Invoke]. It is safe for
// concurrent use.
type Connector struct {
	name  string
	log   *slog.Logger
	opts  Options
	store plugin.Store
	over  chan struct{} // closed by Close

	mu          sync.Mutex // guards the fields below
	connections map[string]plugin.Connection
	connects    int
	disconnects int
	closes      int
}

var _ plugin.Connector = (*Connector)(nil)

// New returns a connector.
func New(opts *Options) *Connector {
	c := &Connector{over: make(chan struct{}), connections: make(map[string]plugin.Connection)}
	if opts != nil {
		c.opts = *opts
	}
	c.name, c.log = c.opts.Name, c.opts.Log
	if c.name == "" {
		c.name = Name
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Closes returns how often Close was called.
func (c *Connector) Closes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closes
}

// Connects returns how often Connect was called.
func (c *Connector) Connects() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.connects
}

// Disconnects returns how often Disconnect was called.
func (c *Connector) Disconnects() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.disconnects
}

// Describe implements [plugin.Connector].
func (c *Connector) Describe(ctx context.Context, _ *plugin.DescribeRequest) (*plugin.Description, error) {
	if c.opts.HangDescribe {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return &plugin.Description{
		Name: c.name, DisplayName: "Tester", Version: cmp.Or(c.opts.Version, "1.2.3"), Protocol: cmp.Or(c.opts.Protocol, plugin.Protocol), Summary: "Does what a test asks.",
		Capabilities: []string{plugin.CapabilityOptions, plugin.CapabilityUsage},
		Auth:         &plugin.Auth{Type: "oauth2", AuthorizationURL: "https://example.test/a", TokenURL: "https://example.test/t"},
		ConfigSchema: json.RawMessage(configSchema),
		Actions:      slices.DeleteFunc(actionSpecs(), func(a plugin.ActionSpec) bool { return a.Name == c.opts.Without }),
	}, nil
}

// Open implements [plugin.Connector].
func (c *Connector) Open(_ context.Context, req *plugin.OpenRequest) (*plugin.OpenResponse, error) {
	c.store = req.Store
	return &plugin.OpenResponse{}, nil
}

// Connect refuses a connection whose setting "refuse" is true.
func (c *Connector) Connect(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
	if c.opts.HangConnect {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	var settings struct {
		Refuse bool `json:"refuse"`
	}
	if len(req.Connection.Settings) > 0 {
		if err := json.Unmarshal(req.Connection.Settings, &settings); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connects++
	if settings.Refuse {
		return nil, &plugin.Error{
			Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone, Pointer: "/refuse",
			Message: "the settings are refused", Hint: "Do not refuse.",
		}
	}
	c.connections[req.Connection.ID] = req.Connection
	return &plugin.ConnectResponse{}, nil
}

// Disconnect implements [plugin.Connector].
func (c *Connector) Disconnect(_ context.Context, req *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.disconnects++
	delete(c.connections, req.Connection)
	return &plugin.DisconnectResponse{}, nil
}

// connection returns a connection that was given before.
func (c *Connector) connection(id string) (plugin.Connection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	conn, ok := c.connections[id]
	if !ok {
		return conn, &plugin.Error{Kind: plugin.Internal, Source: plugin.SourceHost, Message: "no such connection: " + id}
	}
	return conn, nil
}

// AnotherAccount is the token of an account that takes a place only where it
// may replace another.
const AnotherAccount = "the token of another account"

// Authorize begins with a session, and stores what it gets as the token.
func (c *Connector) Authorize(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	if _, err := c.connection(req.Connection); err != nil {
		return nil, err
	}
	token := ""
	switch {
	case req.Begin != nil:
		return &plugin.AuthorizeResponse{URL: "https://example.test/a?state=s", RedirectURL: "http://localhost/cb", Session: plugin.NewSecret("session-of-the-login")}, nil
	case req.Complete != nil:
		token = req.Complete.Answer.Reveal()
	case req.Token != nil:
		token = req.Token.AccessToken.Reveal()
	}
	if token == AnotherAccount && !req.Replace {
		return nil, &plugin.Error{Kind: plugin.Conflict, Source: plugin.SourceUser, Effect: plugin.EffectNone, Message: "that is another account", Hint: "Replace it."}
	}
	_, err := c.store.Swap(ctx, &plugin.SwapRequest{Key: plugin.ConnectionPrefix(c.name, req.Connection) + "token", Value: []byte(token)})
	if err != nil {
		return nil, err
	}
	return &plugin.AuthorizeResponse{Done: true, Account: plugin.Account{ID: "1", URN: "urn:test:person:1", Name: "Ada"}, Granted: []string{"profile"}}, nil
}

// Check answers without any list.
func (c *Connector) Check(ctx context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	conn, err := c.connection(req.Connection)
	if err != nil {
		return nil, err
	}
	present := req.Deep
	if c.store != nil && !present {
		got, err := c.store.Get(ctx, &plugin.GetRequest{Key: plugin.ConnectionPrefix(c.name, conn.ID) + "token"})
		if err != nil {
			return nil, err
		}
		present = got.Revision != 0
	}
	return &plugin.CheckResponse{Account: plugin.Account{Name: conn.Name}, Token: plugin.TokenStatus{Present: present}}, nil
}

// Options answers with one choice, or none for the query "none".
func (c *Connector) Options(_ context.Context, req *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
	if req.Query == "none" {
		return &plugin.OptionsResponse{}, nil
	}
	value, err := json.Marshal(req.Connection + req.Action + req.Pointer + req.Cursor)
	if err != nil {
		return nil, err
	}
	return &plugin.OptionsResponse{Options: []plugin.Option{{Value: value, Label: req.Query}}, NextCursor: "more"}, nil
}

// Usage implements [plugin.Connector].
func (c *Connector) Usage(_ context.Context, req *plugin.UsageRequest) (*plugin.UsageResponse, error) {
	if _, err := c.connection(req.Connection); err != nil {
		return nil, err
	}
	limit := int64(100)
	return &plugin.UsageResponse{Buckets: []plugin.UsageBucket{{
		Endpoint: "GET /x", Scope: plugin.ScopeMember, Limit: &limit, Used: 1,
		ResetsAt: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), Source: plugin.LimitLearned,
		LearnedOn: "2026-11-20", Refusing: true,
	}}}, nil
}

// Close cancels what waits.
func (c *Connector) Close(ctx context.Context, _ *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	c.mu.Lock()
	c.closes++
	if c.closes == 1 {
		close(c.over)
	}
	c.mu.Unlock()
	if c.opts.HangClose {
		select {}
	}
	c.log.Info("closing")
	select {
	case <-time.After(c.opts.SlowClose):
	case <-ctx.Done():
	}
	return &plugin.CloseResponse{}, ctx.Err()
}
