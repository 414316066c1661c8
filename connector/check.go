package connector

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// loginWarning is how long before the end of a login a check begins to warn.
const loginWarning = 10 * 24 * time.Hour

// Check implements [plugin.Connector]. A deep check calls LinkedIn, with the
// token as it is: none is renewed.
func (c *Connector) Check(ctx context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	ctx, end, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	conn, err := c.known(req.Connection)
	if err != nil {
		return nil, err
	}
	s, done, err := conn.use()
	if err != nil {
		return nil, err
	}
	defer done()
	tok, _, err := conn.tokens.Load(ctx)
	if err != nil {
		return nil, classify(&oauth.StoreError{Op: "load", Err: err}, &situation{connection: conn.name, ended: ctx.Err()})
	}
	k := &checkup{s: s, conn: conn, token: tok, res: &plugin.CheckResponse{
		Account:       s.account.account(""),
		ScopesGranted: []string{}, ScopesMissing: []string{}, Diagnostics: c.remarks(conn.settings),
		API: plugin.APIStatus{Version: conn.settings.APIVersion, Sunset: sunsetOf(conn.settings.APIVersion), State: plugin.APIUnchecked},
	}}
	if conn.fellBack.Load() {
		k.res.API.State = plugin.APIRetired
	}
	if req.Deep {
		if err := k.deep(ctx); err != nil {
			return nil, err
		}
	}
	k.login()
	k.version()
	if err := k.actions(ctx); err != nil {
		return nil, err
	}
	return k.res, nil
}

// checkup is one check on its way.
type checkup struct {
	s     *session
	conn  *connected
	token *oauth.Token // nil: nobody has logged in
	res   *plugin.CheckResponse
}

func (k *checkup) remark(severity plugin.Severity, pointer, message, hint string) {
	k.res.Diagnostics = append(k.res.Diagnostics, plugin.Diagnostic{Severity: severity, Pointer: pointer, Message: message, Hint: hint})
}

// deep asks LinkedIn whether the token and the API version live. What it
// refused before may be allowed by now, so that is forgotten.
func (k *checkup) deep(ctx context.Context) error {
	if err := k.conn.access.forget(ctx); err != nil {
		return err
	}
	if k.token == nil {
		return nil
	}
	rt := k.transport()
	sit := k.s.situation(ctx, &question{target: targetProfile}, "")
	_, err := k.s.send(ctx, rt, &restli.Call{Method: restli.Get, Path: "/rest/me", Version: k.conn.settings.APIVersion})
	e := classify(err, sit)
	switch {
	case e == nil, e.HTTPStatus == 401, e.HTTPStatus == 403:
		k.res.API.State = plugin.APIActive
	case e.Kind == plugin.VersionRetired:
		k.res.API.State = plugin.APIRetired
	default:
		k.remark(plugin.Failure, "", "the API version could not be checked: "+e.Message, e.Hint)
	}
	endpoint, err := k.s.profileEndpoint(k.token.Scopes, wanted(nil, nil))
	if err != nil {
		return nil // login says what is missing
	}
	body, err := k.s.send(ctx, rt, &restli.Call{Method: restli.Get, Path: endpoint})
	if err != nil {
		e := classify(err, sit)
		k.remark(plugin.Failure, "", "the account cannot be read: "+e.Message, e.Hint)
		return nil
	}
	k.name(endpoint, body)
	return nil
}

// transport signs with the token as it is, and tries once.
func (k *checkup) transport() http.RoundTripper {
	c := k.conn
	var rt http.RoundTripper = &wire{base: c.owner.base, host: c.api, clock: c.clock, timeout: c.settings.timeout()}
	rt = oauth.Transport(rt, fixedToken{k.token}, c.api, &oauth.TransportOptions{Now: c.clock.now})
	return quota.Transport(rt, k.s.ledger, nil)
}

// name tells who is logged in.
func (k *checkup) name(endpoint string, body []byte) {
	if endpoint == endpointUserinfo {
		if p, err := decodeUserinfo(body); err == nil {
			k.res.Account = plugin.Account{ID: p.ID, URN: p.URN, Name: p.Name}
		}
		return
	}
	if e, err := decodeEntity(body); err == nil {
		m := e.member()
		k.res.Account = plugin.Account{ID: m.ID, URN: m.URN, Name: m.Name}
	}
}

// login tells the state of the tokens and of what was granted.
func (k *checkup) login() {
	again := (&situation{connection: k.conn.name}).connectCommand()
	if k.token == nil {
		k.res.Token.WhyNot = string(oauth.ReasonNoToken)
		k.remark(plugin.Failure, "", "nobody has logged in to this connection yet", "Log in: "+again)
		return
	}
	now, expiry := k.conn.clock.now(), k.token.Expiry.UTC()
	st := &k.res.Token
	st.Present, st.ExpiresAt, st.Assumed = true, &expiry, k.token.Assumed
	last := expiry
	switch {
	case k.token.RefreshToken == "":
		st.WhyNot = "LinkedIn gave no refresh token: it gives them to approved partners only"
	case !k.token.RefreshExpiry.IsZero() && !now.Before(k.token.RefreshExpiry):
		st.WhyNot = string(oauth.ReasonRefreshExpired)
	default:
		st.Refreshable, last = true, k.token.RefreshExpiry
	}
	if !k.token.RefreshExpiry.IsZero() {
		end := k.token.RefreshExpiry.UTC()
		st.RefreshExpiresAt = &end
	}
	k.res.ScopesGranted = append(k.res.ScopesGranted, k.token.Scopes...)
	missing := missingScopes(k.conn.settings.scopeList(), k.token.Scopes)
	k.res.ScopesMissing = append(k.res.ScopesMissing, missing...)
	switch left := last.Sub(now); {
	case last.IsZero():
	case left <= 0:
		k.remark(plugin.Failure, "", "the login has ended", "Log in again: "+again)
	case left < loginWarning:
		k.remark(plugin.Warning, "", fmt.Sprintf("the login ends in %d days", int(left.Hours()/24)), "Log in again before: "+again)
	}
	for _, scope := range missing {
		k.remark(plugin.Warning, "/scopes", "the scope "+scope+" was asked for and not granted",
			"Add the product that grants it to the application in the LinkedIn developer portal, then log in again.")
	}
}

// version warns of the end of the API version.
func (k *checkup) version() {
	hint := "Set a newer one: " + (&situation{connection: k.conn.name}).connectCommand() + " --set api_version=YYYYMM"
	left, known := untilSunset(k.res.API.Version, k.conn.clock.now())
	switch {
	case k.res.API.State == plugin.APIRetired:
		k.remark(plugin.Failure, "/api_version", "LinkedIn does not serve API version "+k.res.API.Version+" any more", hint)
	case known && left <= 0:
		k.remark(plugin.Warning, "/api_version", "API version "+k.res.API.Version+" has passed its last day", hint)
	case known && left < sunsetWarning:
		k.remark(plugin.Warning, "/api_version", fmt.Sprintf("LinkedIn retires API version %s in %d days", k.res.API.Version, int(left.Hours()/24)), hint)
	}
}

// actions tells of each action whether it can be used.
func (k *checkup) actions(ctx context.Context) error {
	now := k.conn.clock.now()
	for i := range k.conn.owner.actions {
		spec := &k.conn.owner.actions[i].spec
		st := plugin.ActionStatus{Action: spec.Name, Status: plugin.Usable}
		on, scopes := k.needs(spec)
		switch {
		case k.token == nil:
			st.Status, st.Reason = plugin.Unusable, "nobody has logged in"
		case k.s.scoped(on, k.token.Scopes, scopes) != nil:
			e := (&situation{target: on, connection: k.conn.name}).noAccess()
			st.Status, st.Reason, st.Hint = plugin.Unusable, e.Message, e.Hint
		case spec.Access == plugin.AccessPartner:
			if err := k.partner(ctx, spec, on, &st, now); err != nil {
				return err
			}
		}
		k.res.Actions = append(k.res.Actions, st)
	}
	return nil
}

// needs is what an action asks for, and the scopes of which it needs one set.
func (k *checkup) needs(spec *plugin.ActionSpec) (target, [][]string) {
	switch spec.Name {
	case searchPeopleName:
		way := strategyOf(k.conn.settings.Search.Strategy)
		return way.target, way.scopes
	case "list_connections":
		return targetConnections, spec.Scopes
	case "count_connections":
		return targetCount, spec.Scopes
	case "get_profile":
		return targetProfile, spec.Scopes
	}
	return targetPeople, spec.Scopes
}

// partner tells of an action that only approved applications may use: what
// came of it when it was tried is all that can be known.
func (k *checkup) partner(ctx context.Context, spec *plugin.ActionSpec, on target, st *plugin.ActionStatus, now time.Time) error {
	t, tried, err := k.conn.access.last(ctx, k.s.trialOf(spec.Name), now)
	if err != nil {
		return err
	}
	if !tried {
		st.Status, st.Reason = plugin.Untried, "LinkedIn allows it to approved applications only; it was not tried in the last day"
		return nil
	}
	at := t.At.UTC()
	st.Since = &at
	if t.OK {
		return nil
	}
	e := (&situation{target: on, connection: k.conn.name}).noAccess()
	st.Status, st.Reason, st.Hint = plugin.Unusable, e.Message, e.Hint
	return nil
}
