package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// connecting is one run of linkstep connect.
type connecting struct {
	*app
	*connectFlags
	connector string
	given     func(flag string) bool // on the command line

	old *host.Connection // nil: there is none of that name yet
}

// run logs in and saves the connection. Before the login has succeeded nothing
// is saved; what a failed first login has left behind is deleted.
func (c *connecting) run(ctx context.Context, h *host.Host) error {
	ctx, cancel := context.WithTimeout(ctx, c.loginTimeout)
	defer cancel()
	conn, err := c.begin(ctx, h)
	if err != nil {
		return err
	}
	p, err := c.load(ctx, h, c.connector)
	if err != nil {
		return err
	}
	if p.Description().Auth == nil {
		return &plugin.Error{
			Kind: plugin.InvalidInput, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
			Message: c.connector + " needs no connection", Hint: "Run its actions as they are; see: linkstep actions " + c.connector,
		}
	}
	if conn.Settings, conn.Secrets, err = c.settings(ctx, p); err != nil {
		return err
	}
	res, err := c.loginAndSave(ctx, h, p, conn)
	if err != nil {
		return err
	}
	// The login stands, whatever else fails.
	res.Diagnostics = append(res.Diagnostics, twinsOf(ctx, h, p, conn, res.Granted)...)
	assumed := false
	if check, err := p.Check(ctx, conn, &plugin.CheckRequest{}); err == nil {
		assumed = check.Token.Assumed
	}
	return c.reportConnected(conn, res, assumed, c.old != nil)
}

// loginAndSave logs in and saves the connection, or deletes what a first login
// left behind.
func (c *connecting) loginAndSave(ctx context.Context, h *host.Host, p *host.Plugin, conn *host.Connection) (*plugin.AuthorizeResponse, error) {
	res, err := c.login(ctx, p, conn, c.connectFlags)
	if err == nil {
		conn.Account = kept(res.Account, c.keepsProfile())
		err = h.Connections().Save(ctx, conn)
	}
	if err != nil && c.old == nil {
		_, _ = h.Connections().Delete(context.WithoutCancel(ctx), conn)
	}
	return res, err
}

// begin returns the connection to log in to: the one of that name, which keeps
// its id, or a new one.
func (c *connecting) begin(ctx context.Context, h *host.Host) (*host.Connection, error) {
	name := c.name
	if name == "" {
		name = c.connector
	}
	if err := host.CheckConnectionName(name); err != nil {
		return nil, err
	}
	old, err := h.Connections().Get(ctx, name)
	switch {
	case plugin.KindOf(err) == plugin.UnknownName:
		conn := host.NewConnection(c.connector, name)
		conn.Dev = c.dev
		return conn, nil
	case err != nil:
		return nil, err
	case old.Connector != c.connector:
		return nil, host.ConnectionExists(name)
	}
	c.old = old
	conn := *old
	if c.given("dev") {
		conn.Dev = c.dev
	}
	return &conn, nil
}

// settings gathers the settings: those that the connection has, then the file,
// the flags and standard input, each over those before. They are checked all at
// once.
func (c *connecting) settings(ctx context.Context, p *host.Plugin) (json.RawMessage, map[string]plugin.Secret, error) {
	var schema configSchema
	if err := json.Unmarshal(p.Description().ConfigSchema, &schema); err != nil {
		return nil, nil, fmt.Errorf("the connector's config schema: %w", err)
	}
	s := settings{}
	if c.old != nil {
		if err := s.take(c.old); err != nil {
			return nil, nil, err
		}
	}
	if c.connectFlags.settings != "" {
		if err := s.read(ctx, c.connectFlags.settings); err != nil {
			return nil, nil, err
		}
	}
	if err := s.set(c.set, schema); err != nil {
		return nil, nil, err
	}
	if c.secretStdin.set {
		secret, err := c.readSecret(ctx, "client secret")
		if err != nil {
			return nil, nil, err
		}
		s["client_secret"] = secret.Reveal()
	}
	whole, err := json.Marshal(s)
	if err != nil {
		return nil, nil, err
	}
	if err := p.ValidateSettings(whole); err != nil {
		return nil, nil, err
	}
	return s.split(schema)
}

// keepsProfile says whether the account's name is kept: as was asked for, now
// or when the connection was made.
func (c *connecting) keepsProfile() bool {
	if c.old == nil || c.given("keep-profile") {
		return c.keepProfile
	}
	return c.old.Account.Name != ""
}

// kept is what is kept of an account: its name only where that is wanted.
func kept(a plugin.Account, profile bool) plugin.Account {
	if !profile {
		a.Name = ""
	}
	return a
}

// twinsOf warns of other connections of the same account and application that
// work with other scopes: a vendor ends the tokens of one when the other's are
// consented to.
func twinsOf(ctx context.Context, h *host.Host, p *host.Plugin, conn *host.Connection, granted []string) (warnings []plugin.Diagnostic) {
	if conn.Account.ID == "" {
		return nil
	}
	all, err := allConnections(ctx, h)
	if err != nil {
		return []plugin.Diagnostic{{
			Severity: plugin.Warning,
			Message:  "whether this login has ended the tokens of another connection cannot be told: " + err.Error(),
		}}
	}
	for _, other := range all {
		if other.ID == conn.ID || other.Connector != conn.Connector || other.Account.ID != conn.Account.ID || other.Account.Application != conn.Account.Application {
			continue
		}
		check, err := p.Check(ctx, other, &plugin.CheckRequest{})
		if err != nil || (&checkView{check}).needsPerson() || !differ(check.ScopesGranted, granted) {
			continue // it has nothing to lose, or does not lose it
		}
		warnings = append(warnings, plugin.Diagnostic{
			Severity: plugin.Warning,
			Message:  fmt.Sprintf("the connection %s has the same account and application and other scopes; this login may have ended its tokens", other.Name),
			Hint:     fmt.Sprintf("See whether it still works: linkstep check %s --deep. One connection with all scopes serves both.", other.Name),
		})
	}
	return warnings
}

// differ reports whether two sets of scopes are known and not the same.
func differ(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 && !slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}
