package connector

import (
	"context"
	"fmt"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// newcomer is a login that has succeeded at LinkedIn and is not stored yet.
type newcomer struct {
	token   *oauth.Token
	account *accountRecord
	who     *Profile      // what LinkedIn told of the member; nil: nothing
	failed  *plugin.Error // why not; nil: it told, or was not asked
	remarks []plugin.Diagnostic
}

// admit stores a login in the place of the one before, if it is of the same
// account or may take another's place. Else the one before stays as it is.
func (c *connected) admit(ctx context.Context, n *newcomer, replace bool) (*plugin.AuthorizeResponse, error) {
	if n.who != nil {
		if n.account.ID != "" && n.account.ID != n.who.ID {
			return nil, badIdentity("the id_token is about another member than the API tells of")
		}
		n.account.ID, n.account.Endpoint = n.who.ID, n.who.Endpoint
	}
	before, err := c.readAccount(ctx)
	if err != nil {
		return nil, err
	}
	if !replace {
		if err := c.sameAccount(before, n); err != nil {
			return nil, err
		}
	}
	if err := c.tokens.replace(ctx, n.token); err != nil {
		return nil, err
	}
	return c.welcome(ctx, n)
}

// sameAccount compares a login with the account that the connection has. Ids
// say something within one application only: another one knows the same member
// by another id.
func (c *connected) sameAccount(before *accountRecord, n *newcomer) error {
	now := n.account
	switch {
	case *before == accountRecord{}:
		return nil
	case before.ClientID != "" && now.ClientID != "" && before.ClientID != now.ClientID:
		return c.otherAccount(fmt.Sprintf(
			"the connection was made with the application %s, and members have other ids in the application %s, so it cannot be seen whether this is the same account",
			before.ClientID, now.ClientID))
	case before.Own && now.Own:
		return nil
	case before.Own:
		return c.otherAccount("the connection belongs to the application itself, and this login is a member's")
	case now.Own:
		return c.otherAccount("the connection belongs to a member, and this login is the application's own")
	case before.member() == "":
		return nil // it never was known whose it is
	case now.ID == "" && n.failed != nil && n.failed.Kind != plugin.Forbidden:
		return n.failed
	case now.ID == "":
		return c.otherAccount("LinkedIn does not say who has logged in, so it cannot be seen whether this is the account of the connection")
	case before.member() != now.member():
		return c.otherAccount("another member has logged in than the one that the connection belongs to")
	}
	return nil
}

// otherAccount refuses a login that only a person may let in.
func (c *connected) otherAccount(why string) error {
	return &plugin.Error{
		Kind: plugin.Conflict, Source: plugin.SourceUser, Effect: plugin.EffectNone,
		Message: why + "; the login before stays",
		Hint:    "Log in as the account that the connection has, or give the connection to the other one: " + (&situation{connection: c.name}).connectCommand() + " --replace",
	}
}

// member tells members of one application apart, also after the id was
// forgotten; empty: not known.
func (a *accountRecord) member() string {
	if a.Ended {
		return a.Was
	}
	return a.bucket()
}
