package connector

import (
	"context"
	"slices"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// welcome begins a new session after a login. The token is stored already:
// that the account could not be found is a remark, not an error.
func (c *connected) welcome(ctx context.Context, n *newcomer) (*plugin.AuthorizeResponse, error) {
	tok, name := n.token, ""
	if n.who != nil {
		name = n.who.Name
	}
	res := &plugin.AuthorizeResponse{
		Done: true, Granted: slices.Clone(tok.Scopes), Missing: missingScopes(c.settings.scopeList(), tok.Scopes), ExpiresAt: tok.Expiry,
		Account: c.account(n.account, name), Diagnostics: n.remarks,
	}
	if n.failed != nil {
		res.Diagnostics = append(res.Diagnostics, plugin.Diagnostic{
			Severity: plugin.Warning, Message: "who has logged in is not known: " + n.failed.Message, Hint: n.failed.Hint,
		})
	}
	if err := c.owner.state.putJSON(ctx, c.key("account"), n.account); err != nil {
		return nil, err
	}
	c.renew(n.account)
	if !n.account.Own {
		res.Diagnostics = append(res.Diagnostics, c.grantRemarks(n, res.Missing)...)
	}
	return res, nil
}

// whoami asks LinkedIn for the account of a token, which need not be stored.
func (c *connected) whoami(ctx context.Context, tok *oauth.Token, account *accountRecord) (*Profile, *plugin.Error) {
	s := c.newSession(account)
	defer s.source.Close()
	s.tokens.TokenSource = fixedToken{tok}
	f := wanted([]string{"id", "name"}, nil)
	endpoint, err := s.profileEndpoint(tok.Scopes, f)
	if err != nil {
		return nil, plugin.AsError(err)
	}
	profile, err := s.profileOnce(ctx, endpoint, f)
	if plugin.KindOf(err) == plugin.Forbidden && len(tok.Scopes) == 0 && endpoint == endpointUserinfo {
		profile, err = s.profileOnce(ctx, endpointMe, f)
	}
	if err != nil {
		return nil, plugin.AsError(err)
	}
	return profile, nil
}

// profileOnce is profileFrom without memory.
func (s *session) profileOnce(ctx context.Context, endpoint string, f fields) (*Profile, error) {
	ask := s.askUserinfo
	if endpoint == endpointMe {
		ask = func(ctx context.Context) (p *Profile, _ time.Duration, err error) { return s.askMe(ctx, f) }
	}
	p, _, err := ask(ctx)
	return p, err
}

// grantRemarks says what a login lacks, and which of its limits mean nothing.
func (c *connected) grantRemarks(n *newcomer, missing []string) []plugin.Diagnostic {
	var remarks []plugin.Diagnostic
	for _, scope := range missing {
		remarks = append(remarks, plugin.Diagnostic{
			Severity: plugin.Warning, Pointer: "/scopes", Message: "the scope " + scope + " was asked for and not granted",
			Hint: "Add the product that grants it to the application in the LinkedIn developer portal, then log in again.",
		})
	}
	if n.token.RefreshToken == "" {
		remarks = append(remarks, plugin.Diagnostic{
			Severity: plugin.Info, Message: "this login cannot be renewed by itself: " + noRefreshToken(n.account),
			Hint: "Log in again before " + n.token.Expiry.UTC().Format("2006-01-02") + ".",
		})
	}
	return append(remarks, c.settings.limitRemarks()...)
}

// fixedToken signs with one token and never renews it.
type fixedToken struct{ token *oauth.Token }

var _ oauth.TokenSource = fixedToken{}

// Token implements [oauth.TokenSource].
func (f fixedToken) Token(context.Context) (*oauth.Token, error) { return f.token, nil }

// Invalidate implements [oauth.TokenSource].
func (f fixedToken) Invalidate(string, bool) {}
