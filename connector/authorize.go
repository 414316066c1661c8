package connector

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// Authorize implements [plugin.Connector].
func (c *Connector) Authorize(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	ctx, running, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer running.end()
	conn, err := c.known(req.Connection)
	if err != nil {
		return nil, err
	}
	var res *plugin.AuthorizeResponse
	switch {
	case req.Begin != nil && req.Complete == nil && req.Token == nil:
		res, err = conn.beginLogin(ctx, req.Replace)
	case req.Complete != nil && req.Begin == nil && req.Token == nil:
		res, err = conn.completeLogin(ctx, req.Complete, req.Replace)
	case req.Token != nil && req.Begin == nil && req.Complete == nil:
		res, err = conn.bringToken(ctx, req.Token, req.Replace)
	default:
		e := defect("exactly one of begin, complete and token must be set")
		e.Source, e.Message = plugin.SourceHost, "the host asked for no step of a login, or for several"
		return nil, e
	}
	if err != nil {
		return nil, classify(err, &situation{target: targetLogin, connection: conn.name, now: conn.clock.now(), ahead: conn.clock.ahead(), ended: ctx.Err()})
	}
	return res, nil
}

// loginSession is what has to be known when the member comes back.
type loginSession struct {
	State    string `json:"state"`
	Redirect string `json:"redirect"`           // as it was in the address
	Verifier string `json:"verifier,omitempty"` // of a native application
}

// beginLogin makes the address that a person opens, and sends nothing. An
// application that logs in for itself asks nobody, and is done.
func (c *connected) beginLogin(ctx context.Context, replace bool) (*plugin.AuthorizeResponse, error) {
	if err := c.loginSettings(); err != nil {
		return nil, err
	}
	if c.settings.Flow == flowOwn {
		return c.ownLogin(ctx, replace)
	}
	redirect, err := c.redirect(ctx)
	if err != nil {
		return nil, err
	}
	session := loginSession{State: rand.Text(), Redirect: redirect}
	if c.settings.Flow == flowNative {
		session.Verifier = oauth.NewVerifier()
	}
	doc, err := json.Marshal(session)
	if err != nil {
		return nil, err
	}
	return &plugin.AuthorizeResponse{
		URL:         c.redirected(redirect).AuthorizationURL(session.State, session.Verifier),
		RedirectURL: redirect,
		Session:     plugin.NewSecret(string(doc)),
	}, nil
}

// loginSettings reports what a login needs and the settings lack.
func (c *connected) loginSettings() error {
	var missing []plugin.Violation
	if c.settings.ClientID == "" {
		missing = append(missing, plugin.Violation{Pointer: "/client_id", Message: "the client id is missing"})
	}
	if c.settings.ClientSecret.IsZero() && c.settings.Flow != flowNative {
		missing = append(missing, plugin.Violation{Pointer: "/client_secret", Message: "the client secret is missing"})
	}
	if len(c.settings.scopeList()) == 0 && c.settings.Flow != flowOwn {
		missing = append(missing, plugin.Violation{Pointer: "/scopes", Message: "at least one scope is needed"})
	}
	if len(missing) == 0 {
		return nil
	}
	return &plugin.Error{
		Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone,
		Message: "the login cannot begin: " + missing[0].Message, Pointer: missing[0].Pointer, Violations: missing,
		Hint: "Set client_id, give the secret with --client-secret-stdin, and name the scopes. The Auth tab of your application in the LinkedIn developer portal has the first two.",
	}
}

// ownLogin gets a token of the application itself.
func (c *connected) ownLogin(ctx context.Context, replace bool) (*plugin.AuthorizeResponse, error) {
	tok, err := c.oauth.ClientCredentials(ctx)
	if err != nil {
		return nil, err
	}
	return c.admit(ctx, &newcomer{token: tok, account: &accountRecord{ClientID: c.settings.ClientID, Own: true}}, replace)
}

// completeLogin exchanges what the browser brought back for a token. The code
// in it works once, so the exchange is tried once.
func (c *connected) completeLogin(ctx context.Context, in *plugin.AuthorizeComplete, replace bool) (*plugin.AuthorizeResponse, error) {
	if err := c.loginSettings(); err != nil {
		return nil, err
	}
	code, session, err := codeOf(in)
	if err != nil {
		return nil, err
	}
	tok, err := c.redirected(session.Redirect).Exchange(ctx, code, session.Verifier)
	if err != nil {
		return nil, err
	}
	return c.finishLogin(ctx, &newcomer{token: tok, account: &accountRecord{ClientID: c.settings.ClientID}}, replace)
}

// finishLogin finds out whose a token is that LinkedIn has just given, and
// stores it. It must not be lost, whatever the caller does.
func (c *connected) finishLogin(ctx context.Context, n *newcomer, replace bool) (*plugin.AuthorizeResponse, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*c.settings.timeout())
	defer cancel()
	if err := c.identify(ctx, n); err != nil {
		return nil, err
	}
	n.who, n.failed = c.whoami(ctx, n.token, n.account)
	return c.admit(ctx, n, replace)
}

// identify reads the member's id from the id_token, where there is one that
// holds. One that does not ends the login: nothing that came with it is used.
//
// Where LinkedIn's keys cannot be had after two tries, the id_token counts for
// nothing and the login goes on: the access token came from LinkedIn all the
// same, and the API tells whose it is. Ending the login would spend the code.
func (c *connected) identify(ctx context.Context, n *newcomer) error {
	if n.token.IDToken == "" {
		return nil
	}
	id, err := c.oauth.VerifyIDToken(ctx, n.token.IDToken)
	var unread *oauth.Error
	if errors.As(err, &unread) {
		n.remarks = append(n.remarks, plugin.Diagnostic{
			Severity: plugin.Warning, Message: "the id_token was not used: LinkedIn's signing keys cannot be read: " + unread.Error(),
			Hint: "There is nothing to do unless it happens again. A proxy must let " + pathKeys + " through.",
		})
		return nil
	}
	if err != nil {
		return err
	}
	n.account.ID, _ = personID(id)
	return nil
}
