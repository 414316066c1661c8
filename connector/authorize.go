package connector

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// Authorize implements [plugin.Connector].
func (c *Connector) Authorize(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	ctx, end, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	conn, err := c.known(req.Connection)
	if err != nil {
		return nil, err
	}
	var res *plugin.AuthorizeResponse
	switch {
	case req.Begin != nil && req.Complete == nil && req.Token == nil:
		res, err = conn.beginLogin()
	case req.Complete != nil && req.Begin == nil && req.Token == nil:
		res, err = conn.completeLogin(ctx, req.Complete)
	case req.Token != nil && req.Begin == nil && req.Complete == nil:
		res, err = conn.bringToken(ctx, req.Token)
	default:
		e := defect("exactly one of begin, complete and token must be set")
		e.Source, e.Message = plugin.SourceHost, "the host asked for no step of a login, or for several"
		return nil, e
	}
	if err != nil {
		return nil, classify(err, &situation{target: targetLogin, connection: conn.name, now: conn.clock.now(), ended: ctx.Err()})
	}
	return res, nil
}

// loginSession is what has to be known when the member comes back.
type loginSession struct {
	State string `json:"state"`
}

// beginLogin makes the address that a person opens. Nothing is sent.
func (c *connected) beginLogin() (*plugin.AuthorizeResponse, error) {
	if err := c.loginSettings(); err != nil {
		return nil, err
	}
	state := rand.Text()
	session, err := json.Marshal(loginSession{State: state})
	if err != nil {
		return nil, err
	}
	return &plugin.AuthorizeResponse{
		URL:         c.oauth.AuthorizationURL(state),
		RedirectURL: c.settings.RedirectURL,
		Session:     plugin.NewSecret(string(session)),
	}, nil
}

// loginSettings reports what a login needs and the settings lack.
func (c *connected) loginSettings() error {
	var missing []plugin.Violation
	if c.settings.ClientID == "" {
		missing = append(missing, plugin.Violation{Pointer: "/client_id", Message: "the client id is missing"})
	}
	if c.settings.ClientSecret.IsZero() {
		missing = append(missing, plugin.Violation{Pointer: "/client_secret", Message: "the client secret is missing"})
	}
	if len(c.settings.scopeList()) == 0 {
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

// completeLogin exchanges what the browser brought back for a token. The code
// in it works once, so the exchange is tried once.
func (c *connected) completeLogin(ctx context.Context, in *plugin.AuthorizeComplete) (*plugin.AuthorizeResponse, error) {
	if err := c.loginSettings(); err != nil {
		return nil, err
	}
	code, err := codeOf(in)
	if err != nil {
		return nil, err
	}
	tok, err := c.oauth.Exchange(ctx, code)
	if err != nil {
		return nil, err
	}
	// From here on the login must not be lost, whatever the caller does.
	ctx = context.WithoutCancel(ctx)
	ctx, cancel := context.WithTimeout(ctx, 2*c.settings.timeout())
	defer cancel()
	if err := c.tokens.replace(ctx, tok); err != nil {
		return nil, err
	}
	account := &accountRecord{ID: subject(tok.IDToken)}
	who, failed := c.whoami(ctx, tok, account)
	return c.welcome(ctx, tok, account, who, failed)
}

// subject reads the member's id from an id_token, so that the very first call
// counts in the member's budgets; empty when there is none. The token came from
// LinkedIn itself, so its signature adds nothing to what is done with the id.
func subject(idToken string) string {
	parts := strings.Split(idToken, ".")
	if len(parts) != 3 {
		return ""
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var c struct {
		Sub string `json:"sub"`
	}
	if json.Unmarshal(claims, &c) != nil {
		return ""
	}
	id, _ := personID(c.Sub)
	return id
}

// codeOf finds the code in the answer: the whole redirect address, of which
// the state is checked, or the bare code.
func codeOf(in *plugin.AuthorizeComplete) (string, error) {
	answer := strings.TrimSpace(in.Answer.Reveal())
	if answer == "" {
		return "", badAnswer("the answer is empty")
	}
	if !strings.Contains(answer, "code=") && !strings.Contains(answer, "error=") && !strings.Contains(answer, "/") {
		return answer, nil
	}
	var session loginSession
	if json.Unmarshal([]byte(in.Session.Reveal()), &session) != nil || session.State == "" {
		return "", badAnswer("the login that this answers is not known")
	}
	redirect, err := oauth.ParseRedirect(answer)
	if err != nil {
		return "", badAnswer(err.Error())
	}
	return redirect.CodeFor(session.State)
}

func badAnswer(why string) error {
	return &plugin.Error{
		Kind: plugin.InvalidInput, Source: plugin.SourceUser, Effect: plugin.EffectNone, Pointer: "/answer", Err: errors.New(why),
		Message: "the answer of the login cannot be used: " + why,
		Hint:    "Copy the whole address of the page to which LinkedIn has sent the browser, also if that page did not load.",
	}
}
