package connector

import (
	"context"
	"errors"
	"fmt"

	"github.com/linkstep/linkstep/plugin"
)

// errClosed is why calls end when the connector is closed.
var errClosed = errors.New("the connector is closed")

func closedError() *plugin.Error {
	return &plugin.Error{
		Kind: plugin.Canceled, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: errClosed,
		Message: "the connector is closed", Hint: "Load it anew.",
	}
}

// Connect implements [plugin.Connector].
func (c *Connector) Connect(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
	ctx, running, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer running.end()
	in := &req.Connection
	if in.ID == "" {
		return nil, &plugin.Error{
			Kind: plugin.InvalidConfig, Source: plugin.SourceHost, Effect: plugin.EffectNone,
			Message: "a connection needs an id", Hint: "This is a defect of the host. Report it.",
		}
	}
	settings, err := readSettings(in)
	if err != nil {
		return nil, err
	}
	print := fingerprintOf(in)
	if old := c.connection(in.ID); old == nil || old.print != print {
		if err := c.replace(ctx, in, settings, print); err != nil {
			return nil, err
		}
	}
	return &plugin.ConnectResponse{Diagnostics: c.remarks(settings)}, nil
}

// replace puts a new connection in the place of an old one, whose calls in
// flight end undisturbed.
func (c *Connector) replace(ctx context.Context, in *plugin.Connection, settings *Settings, print fingerprint) error {
	conn, err := c.newConnected(ctx, in, settings, print)
	if err != nil {
		return err
	}
	c.mu.Lock()
	old := c.connections[in.ID]
	if c.closed || old != nil && old.print == print { // another caller was faster
		c.mu.Unlock()
		conn.retire()
		return nil
	}
	c.connections[in.ID] = conn
	c.mu.Unlock()
	if old != nil {
		old.retire()
	}
	return nil
}

// Disconnect implements [plugin.Connector].
func (c *Connector) Disconnect(ctx context.Context, req *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
	ctx, running, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer running.end()
	c.mu.Lock()
	conn := c.connections[req.Connection]
	delete(c.connections, req.Connection)
	c.mu.Unlock()
	if conn != nil {
		conn.retire()
	}
	if c.state.store != nil { // what is stored is the host's to delete
		return &plugin.DisconnectResponse{}, nil
	}
	if err := c.state.drop(ctx, plugin.ConnectionPrefix(connectorName, req.Connection)); err != nil {
		return nil, err
	}
	return &plugin.DisconnectResponse{}, nil
}

// retireAll takes all connections away.
func (c *Connector) retireAll() {
	c.mu.Lock()
	all := c.connections
	c.connections = make(map[string]*connected)
	c.mu.Unlock()
	for _, conn := range all {
		conn.retire()
	}
}

// connection returns a connection, nil when there is none of that id.
func (c *Connector) connection(id string) *connected {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.connections[id]
}

// known is connection with an error for an id that nobody connected.
func (c *Connector) known(id string) (*connected, error) {
	if conn := c.connection(id); conn != nil {
		return conn, nil
	}
	return nil, &plugin.Error{
		Kind: plugin.UnknownName, Source: plugin.SourceHost, Effect: plugin.EffectNone,
		Message: fmt.Sprintf("there is no connection %q in this process", id),
		Hint:    "Connect it first.",
	}
}

// remarks says what is remarkable about a connection that was taken.
func (c *Connector) remarks(s *Settings) []plugin.Diagnostic {
	var remarks []plugin.Diagnostic
	if c.state.store == nil {
		remarks = append(remarks, plugin.Diagnostic{
			Severity: plugin.Warning,
			Message:  "the host lends no store: the login and the day's counts end with this process",
			Hint:     "Give the host a store.",
		})
	}
	if s.ClientID == "" {
		remarks = append(remarks, plugin.Diagnostic{
			Severity: plugin.Info, Pointer: "/client_id",
			Message: "without a client_id only an access token from elsewhere can log in, and it cannot be refreshed",
			Hint:    "Set client_id and client_secret from the Auth tab of your application in the LinkedIn developer portal.",
		})
	}
	return append(remarks, s.limitRemarks()...)
}
