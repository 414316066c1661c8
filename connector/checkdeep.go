package connector

import (
	"context"
	"errors"
	"net/http"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// deep asks LinkedIn whether the token and the API version live. What it
// refused before may be allowed by now, so that is forgotten.
func (k *checkup) deep(ctx context.Context) error {
	if err := k.conn.access.forget(ctx); err != nil {
		return err
	}
	if k.token == nil {
		return nil
	}
	tokens := &watchedToken{fixedToken: fixedToken{k.token}}
	rt := k.transport(tokens)
	_, err := k.s.send(ctx, rt, &restli.Call{Method: restli.Get, Path: "/rest/me", Version: k.conn.settings.APIVersion})
	e := classify(err, k.situation(ctx))
	switch {
	case e == nil, e.HTTPStatus == 401, e.HTTPStatus == 403:
		k.res.API.State = plugin.APIActive
	case e.Kind == plugin.VersionRetired:
		k.res.API.State = plugin.APIRetired
	default:
		k.remark(plugin.Failure, "", "the API version could not be checked: "+e.Message, e.Hint)
	}
	endpoint, err := k.s.profileEndpoint(k.token.Scopes, wanted(nil, nil))
	if err != nil && !tokens.revoked {
		return nil // login says what is missing
	}
	if err == nil {
		var body []byte
		if body, err = k.s.send(ctx, rt, &restli.Call{Method: restli.Get, Path: endpoint}); err == nil {
			k.name(endpoint, body)
			return nil
		}
		e = classify(err, k.situation(ctx))
	}
	return k.refused(ctx, e, tokens.revoked)
}

// situation is that of a question asked just now: its reply has set the clock.
func (k *checkup) situation(ctx context.Context) *situation {
	sit := k.s.situation(ctx, &question{target: targetProfile}, "")
	sit.know(k.token)
	return sit
}

// refused follows the refusal of the account. A token that a step would renew
// is no failure, and is left to the step.
func (k *checkup) refused(ctx context.Context, e *plugin.Error, revoked bool) error {
	dead := e.Kind == plugin.Reauthorize
	switch {
	case dead && !k.conn.clock.now().Before(k.token.Expiry): // login says whether that needs anybody
	case dead && k.whyNot() == "":
		k.remark(plugin.Info, "", "LinkedIn does not accept the access token any more; the next step renews it", "")
	case dead && revoked && k.token.RefreshToken == "":
		return k.end(ctx)
	default:
		k.remark(plugin.Failure, "", "the account cannot be read: "+e.Message, e.Hint)
	}
	return nil
}

// end follows a revocation as a step does: the source puts it into the store,
// and the session deletes what is kept of the account. Where somebody has
// logged in again meanwhile, there is another token, and nothing has ended.
func (k *checkup) end(ctx context.Context) error {
	source := k.s.source
	tok, err := source.Token(ctx)
	if err == nil && tok.AccessToken == k.token.AccessToken {
		source.Invalidate(tok.AccessToken, true)
		tok, err = source.Token(ctx)
	}
	var over *oauth.ReauthorizeError
	if errors.As(err, &over) {
		k.token, k.none, k.res.Account = nil, over, plugin.Account{}
		return nil
	}
	if err != nil {
		return classify(err, &situation{connection: k.conn.name, ended: ctx.Err()})
	}
	k.token = tok
	return nil
}

// transport signs with the token as it is, and tries once.
func (k *checkup) transport(tokens oauth.TokenSource) http.RoundTripper {
	c := k.conn
	var rt http.RoundTripper = &wire{base: c.owner.base, host: c.api, clock: c.clock, timeout: c.settings.timeout()}
	rt = quota.Transport(rt, k.s.ledger, nil)
	return oauth.Transport(rt, tokens, c.api, &oauth.TransportOptions{Now: c.clock.now})
}

// watchedToken is a fixedToken that keeps whether LinkedIn called it revoked,
// which it may say of a new one without meaning it.
type watchedToken struct {
	fixedToken
	revoked bool
}

// Invalidate implements [oauth.TokenSource].
func (w *watchedToken) Invalidate(_ string, revoked bool) { w.revoked = w.revoked || revoked }

// name tells who is logged in.
func (k *checkup) name(endpoint string, body []byte) {
	if endpoint == endpointUserinfo {
		if p, err := decodeUserinfo(body); err == nil {
			k.res.Account = plugin.Account{ID: p.ID, URN: p.URN, Name: p.Name, Application: k.conn.application(k.s.account)}
		}
		return
	}
	if e, err := decodeEntity(body); err == nil {
		m := e.member()
		k.res.Account = plugin.Account{ID: m.ID, URN: m.URN, Name: m.Name, Application: k.conn.application(k.s.account)}
	}
}
