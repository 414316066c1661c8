package host

import (
	"fmt"
	"slices"

	"github.com/linkstep/linkstep/plugin"
)

// suits refuses what is no connection of this connector, nil included, before
// the connector is asked: one that needs no connection need not have the
// methods for any.
func (p *Plugin) suits(conn *Connection) error {
	desc := p.Description()
	switch {
	case desc.Auth == nil:
		return misuse(desc.Name+" needs no connection", "Run its actions without one: there is nothing to log in to, to check or to count.")
	case conn == nil:
		return misuse(desc.Name+" needs a connection", "Name one with --connection, or make one with: linkstep connect "+desc.Name)
	case conn.Connector != desc.Name:
		return misuse(fmt.Sprintf("the connection %q is one of the connector %q, and this one is %q", conn.Name, conn.Connector, desc.Name),
			"Name a connection of this connector, or another connector.")
	}
	return nil
}

// has refuses a part of the contract that the connector says it does not have.
func (p *Plugin) has(capability string) error {
	if slices.Contains(p.Description().Capabilities, capability) {
		return nil
	}
	return misuse(fmt.Sprintf("%s does not have %s", p.name(), capability), "Ask only for what stands under capabilities in its description.")
}

// misuse is the error for a call that the caller should not have made.
func misuse(message, hint string) *plugin.Error {
	return &plugin.Error{Kind: plugin.InvalidInput, Source: plugin.SourceCaller, Effect: plugin.EffectNone, Message: message, Hint: hint}
}

// orZero makes a nil request the zero one.
func orZero[T any](req *T) *T {
	if req == nil {
		return new(T)
	}
	return req
}
