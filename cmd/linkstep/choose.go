package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// allConnections returns all connections, by name.
func allConnections(ctx context.Context, h *host.Host) ([]*host.Connection, error) {
	names, err := h.Connections().Names(ctx)
	if err != nil {
		return nil, err
	}
	var conns []*host.Connection
	for _, name := range names {
		conn, err := h.Connections().Get(ctx, name)
		if plugin.KindOf(err) == plugin.UnknownName {
			continue // disconnected meanwhile
		}
		if err != nil {
			return nil, err
		}
		conns = append(conns, conn)
	}
	return conns, nil
}

// named returns the connection of that name, which a person gave.
func named(ctx context.Context, h *host.Host, name string) (*host.Connection, error) {
	if host.CheckConnectionName(name) == nil {
		return h.Connections().Get(ctx, name)
	}
	if len(name) > namedMax {
		name = name[:namedMax] + "..."
	}
	return nil, &plugin.Error{
		Kind: plugin.UnknownName, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
		Message: fmt.Sprintf("there is no connection %q", name),
		Hint:    "A name has up to 64 letters, digits, dots, dashes and underscores. See: linkstep connections",
	}
}

// namedMax is the most bytes that are shown of what cannot be a name.
const namedMax = 64

// chosen returns the connection of that name. Without a name it is the only
// one there is, of that connector unless connector is empty.
func chosen(ctx context.Context, h *host.Host, name, connector string) (*host.Connection, error) {
	if name != "" {
		conn, err := named(ctx, h, name)
		if err == nil && connector != "" && conn.Connector != connector {
			return nil, usagef("the connection %s is one of %s, not of %s", name, conn.Connector, connector)
		}
		return conn, err
	}
	all, err := allConnections(ctx, h)
	if err != nil {
		return nil, err
	}
	var names []string
	var conn *host.Connection
	for _, c := range all {
		if connector == "" || c.Connector == connector {
			conn, names = c, append(names, c.Name)
		}
	}
	switch len(names) {
	case 0:
		if connector == "" {
			connector = linkedin
		}
		return nil, &plugin.Error{
			Kind: plugin.UnknownName, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
			Message: "there is no connection yet", Hint: "Make one with: linkstep connect " + connector,
		}
	case 1:
		return conn, nil
	}
	return nil, &plugin.Error{
		Kind: plugin.UnknownName, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
		Message: "there are several connections", Hint: "Name one of: " + strings.Join(names, ", "),
	}
}
