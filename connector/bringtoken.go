package connector

import (
	"context"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// bringToken takes a token that was made elsewhere. It is tried before it
// replaces one that may be good.
func (c *connected) bringToken(ctx context.Context, in *plugin.AuthorizeToken, replace bool) (*plugin.AuthorizeResponse, error) {
	if in.AccessToken.IsZero() {
		e := badAnswer("the access token is empty")
		e.Pointer, e.Hint = "/access_token", "Copy the whole access token from the token generator of the LinkedIn developer portal."
		return nil, e
	}
	tok := &oauth.Token{AccessToken: in.AccessToken.Reveal(), RefreshToken: in.RefreshToken.Reveal(), Assumed: true}
	n := &newcomer{token: tok, account: &accountRecord{Brought: true}}
	expired, err := c.introspect(ctx, n)
	if err != nil {
		return nil, err
	}
	if expired {
		return c.renewBrought(ctx, n, replace)
	}
	if n.account.ClientID == "" && tok.RefreshToken != "" {
		tok.RefreshToken = ""
		n.remarks = append(n.remarks, plugin.Diagnostic{
			Severity: plugin.Warning, Pointer: "/refresh_token", Message: "the refresh token is not kept: it works only with the id and secret of the application that it was made for",
			Hint: "Set client_id and give the client secret of that application, then bring both tokens again.",
		})
	}
	if tok.Expiry.IsZero() {
		tok.Expiry = c.clock.now().Add(oauth.AssumedLife)
	}
	n.who, n.failed = c.whoami(ctx, tok, n.account)
	switch {
	case n.failed == nil, n.failed.Kind == plugin.Forbidden:
		return c.admit(ctx, n, replace)
	case n.failed.Kind == plugin.Reauthorize:
		return nil, c.badToken("LinkedIn does not accept it", n.failed)
	}
	return nil, n.failed
}

// renewBrought renews an access token that had expired when it was brought. The
// refresh token may be spent by that, so that from here on this is a login like
// any other: the caller's end does not end it, and it stands without a name.
func (c *connected) renewBrought(ctx context.Context, n *newcomer, replace bool) (*plugin.AuthorizeResponse, error) {
	fresh, err := c.oauth.Refresh(context.WithoutCancel(ctx), n.token)
	if err != nil {
		e := classify(err, &situation{target: targetLogin, connection: c.name, now: c.clock.now(), ahead: c.clock.ahead(), ended: ctx.Err()})
		if e.Kind == plugin.Reauthorize {
			e = c.badToken("it is expired, and LinkedIn does not accept the refresh token either", e)
		}
		return nil, e
	}
	n.token = fresh
	return c.finishLogin(ctx, n, replace)
}

// badToken refuses a token that was brought along. Nothing has ended: it never
// was of use here.
func (c *connected) badToken(why string, cause *plugin.Error) *plugin.Error {
	e := &plugin.Error{
		Kind: plugin.Reauthorize, Source: plugin.SourceUser, Pointer: "/access_token", Effect: plugin.EffectNone,
		Message: "the access token that was brought along cannot be used: " + why,
		Hint:    "Make a new one, copy it whole, and try again: " + (&situation{connection: c.name}).connectCommand() + " --access-token-stdin",
	}
	if cause != nil {
		e.HTTPStatus, e.VendorCode, e.RequestID, e.Detail, e.Err = cause.HTTPStatus, cause.VendorCode, cause.RequestID, cause.Detail, cause
	}
	return e
}

// introspect asks LinkedIn about a brought token, where the application may.
// Only the application that owns a token is told about it. It reports whether
// the access token has expired, if there is a refresh token; else that is an
// error.
func (c *connected) introspect(ctx context.Context, n *newcomer) (expired bool, err error) {
	if c.settings.ClientID == "" || c.settings.ClientSecret.IsZero() {
		return false, nil
	}
	tok := n.token
	told, err := c.oauth.Introspect(ctx, tok.AccessToken)
	if err != nil {
		e := classify(err, &situation{target: targetLogin, connection: c.name, now: c.clock.now(), ahead: c.clock.ahead(), ended: ctx.Err()})
		if e.HTTPStatus == 400 { // a token that LinkedIn does not even recognise
			e = c.badToken("LinkedIn does not know it", e)
		}
		return false, e
	}
	expired = told.Status == "expired" && tok.RefreshToken != ""
	switch {
	case told.Active || expired:
	case told.Status == "": // another application's: nothing is told
		n.remarks = append(n.remarks, plugin.Diagnostic{
			Severity: plugin.Warning, Pointer: "/client_id",
			Message: "LinkedIn does not know the access token as one of the application " + c.settings.ClientID + ": it was made for another",
			Hint:    "It is used all the same, but when it ends is not told and it cannot be renewed. Set client_id and the client secret of the application that it was made for, then bring it again.",
		})
		return false, nil
	default:
		return false, c.badToken("it is "+told.Status, nil)
	}
	n.account.ClientID = c.settings.ClientID
	tok.Scopes = told.Scopes
	tok.IssuedAt = told.CreatedAt
	if !told.ExpiresAt.IsZero() {
		tok.Expiry, tok.Assumed = told.ExpiresAt, false
	}
	return expired, nil
}
