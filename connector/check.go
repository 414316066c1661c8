package connector

import (
	"context"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// Check implements [plugin.Connector]. A deep check calls LinkedIn, with the
// token as it is: none is renewed.
func (c *Connector) Check(ctx context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	ctx, running, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer running.end()
	conn, err := c.known(req.Connection)
	if err != nil {
		return nil, err
	}
	s, done, err := conn.use()
	if err != nil {
		return nil, err
	}
	defer done()
	tok, none, err := conn.tokens.login(ctx)
	if err != nil {
		return nil, classify(err, &situation{connection: conn.name, ended: ctx.Err()})
	}
	k := &checkup{s: s, conn: conn, token: tok, none: none, res: &plugin.CheckResponse{
		Account:       conn.account(s.account, ""),
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
	token *oauth.Token            // nil: there is no login
	none  *oauth.ReauthorizeError // why there is none
	over  bool                    // the login has ended
	res   *plugin.CheckResponse
}

func (k *checkup) remark(severity plugin.Severity, pointer, message, hint string) {
	k.res.Diagnostics = append(k.res.Diagnostics, plugin.Diagnostic{Severity: severity, Pointer: pointer, Message: message, Hint: hint})
}

// login tells the state of the tokens and of what was granted.
func (k *checkup) login() {
	again := (&situation{connection: k.conn.name}).connectCommand()
	if k.token == nil {
		e := (&situation{connection: k.conn.name}).loginEnded(k.none)
		k.res.Token.WhyNot = k.none.Reason.String()
		k.remark(plugin.Failure, "", e.Message, e.Hint)
		return
	}
	now := k.conn.clock.now()
	st := &k.res.Token
	st.Present, st.Assumed = true, k.token.Assumed
	st.ExpiresAt, st.DaysLeft = k.until(k.token.Expiry, now)
	if !k.token.RefreshExpiry.IsZero() {
		st.RefreshExpiresAt, st.RefreshDaysLeft = k.until(k.token.RefreshExpiry, now)
	}
	st.WhyNot = k.whyNot()
	st.Refreshable = st.WhyNot == ""
	k.res.ScopesGranted = append(k.res.ScopesGranted, k.token.Scopes...)
	missing := missingScopes(k.conn.settings.scopeList(), k.token.Scopes)
	k.res.ScopesMissing = append(k.res.ScopesMissing, missing...)
	ends := k.s.loginEnds(k.token)
	left := ends.Sub(now)
	days := daysLeft(left)
	switch k.over = !ends.IsZero() && days == 0; {
	case k.over:
		k.remark(plugin.Failure, "", "the login has ended", "Log in again: "+again)
	case !ends.IsZero() && days <= endWarning:
		k.remark(plugin.Warning, "", "the login ends "+leftWords(left), "Log in again before: "+again)
	}
	for _, scope := range missing {
		k.remark(plugin.Warning, "/scopes", "the scope "+scope+" was asked for and not granted",
			"Add the product that grants it to the application in the LinkedIn developer portal, then log in again.")
	}
}

// whyNot says why the token cannot be renewed without a person; empty: it can.
func (k *checkup) whyNot() string {
	switch {
	case k.s.account.Own: // it is asked for anew whenever it ends, for ever
		return ""
	case k.token.RefreshToken == "":
		return noRefreshToken(k.s.account)
	case !k.token.RefreshExpiry.IsZero() && daysLeft(k.token.RefreshExpiry.Sub(k.conn.clock.now())) == 0:
		return oauth.ReasonRefreshExpired.String()
	}
	return ""
}

// noRefreshToken says why a login has none.
func noRefreshToken(a *accountRecord) string {
	if a.Brought {
		return "no refresh token that can be used here was brought along"
	}
	return "LinkedIn gave no refresh token: it gives them to approved partners only"
}

// until is a moment and the days until then, as data.
func (k *checkup) until(end, now time.Time) (*time.Time, *int) {
	at, days := end.UTC(), daysLeft(end.Sub(now))
	return &at, &days
}

// version warns of the end of the API version.
func (k *checkup) version() {
	hint := "Set a newer one: " + (&situation{connection: k.conn.name}).connectCommand() + " --set api_version=YYYYMM"
	left, known := untilSunset(k.res.API.Version, k.conn.clock.now())
	days := daysLeft(left)
	switch {
	case k.res.API.State == plugin.APIRetired:
		k.remark(plugin.Failure, "/api_version", "LinkedIn does not serve API version "+k.res.API.Version+" any more", hint)
	case known && days == 0:
		k.remark(plugin.Warning, "/api_version", "API version "+k.res.API.Version+" has passed its last day", hint)
	case known && days <= sunsetWarning:
		k.remark(plugin.Warning, "/api_version", "LinkedIn retires API version "+k.res.API.Version+" "+leftWords(left), hint)
	}
}
