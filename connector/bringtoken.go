package connector

import (
	"context"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// bringToken takes a token that was made elsewhere. It is tried before it
// replaces one that may be good.
func (c *connected) bringToken(ctx context.Context, in *plugin.AuthorizeToken) (*plugin.AuthorizeResponse, error) {
	if in.AccessToken.IsZero() {
		return nil, badAnswer("the access token is empty")
	}
	tok := &oauth.Token{AccessToken: in.AccessToken.Reveal(), RefreshToken: in.RefreshToken.Reveal(), Assumed: true}
	account := &accountRecord{Brought: true}
	if err := c.introspect(ctx, tok, account); err != nil {
		return nil, err
	}
	if tok.Expiry.IsZero() {
		tok.Expiry = c.clock.now().Add(oauth.AssumedLife)
	}
	who, failed := c.whoami(ctx, tok, account)
	if failed != nil && failed.Kind != plugin.Forbidden {
		return nil, failed
	}
	if err := c.tokens.replace(ctx, tok); err != nil {
		return nil, err
	}
	return c.welcome(ctx, tok, account, who, failed)
}

// introspect asks LinkedIn about a brought token, where the application may.
// Only the application that owns a token is told about it.
func (c *connected) introspect(ctx context.Context, tok *oauth.Token, account *accountRecord) error {
	if c.settings.ClientID == "" || c.settings.ClientSecret.IsZero() {
		return nil
	}
	told, err := c.oauth.Introspect(ctx, tok.AccessToken)
	if err != nil {
		e := classify(err, &situation{target: targetLogin, connection: c.name, now: c.clock.now(), ended: ctx.Err()})
		if e.HTTPStatus == 400 { // a token that LinkedIn does not even recognise
			e = (&situation{connection: c.name}).loginAgain("LinkedIn does not know the access token")
		}
		return e
	}
	if !told.Active {
		if told.Status == "" {
			return nil // another application's: nothing is told
		}
		return (&situation{connection: c.name}).loginAgain("the access token is " + told.Status)
	}
	account.Brought = false
	tok.Scopes = told.Scopes
	tok.IssuedAt = told.CreatedAt
	if !told.ExpiresAt.IsZero() {
		tok.Expiry, tok.Assumed = told.ExpiresAt, false
	}
	return nil
}
