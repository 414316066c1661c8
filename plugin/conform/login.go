package conform

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// logsIn logs the connection of the settings in. From then on actions can be
// called.
func logsIn(ctx context.Context, s *subject) error {
	switch {
	case s.desc.Auth == nil:
		return notRun("the connector needs no connection")
	case s.conn == nil:
		return s.login
	case s.fits(s.conn.Settings, s.conn.Secrets) != nil:
		return s.login
	}
	res, err := s.logIn(ctx, s.conn)
	if err != nil {
		s.login = notRun("the connection could not be logged in")
		return err
	}
	s.login = nil
	var wrong findings
	if !res.Done {
		wrong.add("the login ended without an error and is not done")
	}
	if res.Account.ID == "" {
		wrong.add("the login does not tell whose account it is")
	}
	for _, scope := range res.Missing {
		for _, granted := range res.Granted {
			if scope == granted {
				wrong.add("the scope %q is granted and missing", scope)
			}
		}
	}
	return wrong.fault("A login that is done has Done, an Account.ID, and tells granted scopes from missing ones.")
}

// logIn takes the token given, or consents at a login page on this machine.
func (s *subject) logIn(ctx context.Context, conn *host.Connection) (*plugin.AuthorizeResponse, error) {
	const advice = "This is the login that the settings describe: see the message, and try it with linkstep connect."
	if !s.opts.Token.IsZero() {
		s.seen.secret("the access token", s.opts.Token.Reveal())
		res, err := s.authorize(ctx, conn, &plugin.AuthorizeRequest{Token: &plugin.AuthorizeToken{AccessToken: s.opts.Token}})
		if err != nil {
			return nil, s.unexpected(err, advice)
		}
		return res, nil
	}
	begun, err := s.authorize(ctx, conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	if err != nil {
		return nil, s.unexpected(err, advice)
	}
	answer, err := s.consented(ctx, begun)
	if err != nil {
		return nil, err
	}
	res, err := s.authorize(ctx, conn, &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{
		Session: begun.Session, Answer: plugin.NewSecret(answer),
	}})
	if err != nil {
		return nil, s.unexpected(err, advice)
	}
	return res, nil
}

// consented consents to a login where its page is on this machine, and returns
// the answer.
func (s *subject) consented(ctx context.Context, begun *plugin.AuthorizeResponse) (string, error) {
	page, err := url.Parse(begun.URL)
	if err != nil || !isLoopback(page.Hostname()) {
		return "", notRun("its login page is not on this machine: give an access token, or the settings of a sandbox")
	}
	answer, err := within(ctx, s, "the login page", s.opts.Timeout, func(ctx context.Context) (string, error) { return consent(ctx, begun.URL) })
	if err != nil {
		return "", err
	}
	if u, err := url.Parse(answer); err == nil {
		s.seen.secret("the code of a login", u.Query().Get("code"))
	}
	return answer, nil
}

// consent allows the application at the login page of a sandbox and returns
// the address that it redirects to.
func consent(ctx context.Context, page string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, page, strings.NewReader("decision=allow"))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	// A transport of its own: the idle connections of the default one, which are
	// closed here, may be on their way into another request.
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return "", notRun("the login page does not answer: %v", err)
	}
	defer resp.Body.Close()
	location := resp.Header.Get("Location")
	if location == "" {
		return "", notRun("the login page did not accept the application (status %d): check the settings", resp.StatusCode)
	}
	return location, nil
}

// isLoopback reports whether a host name can only mean this machine.
func isLoopback(name string) bool {
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}

func checksAfterLogin(ctx context.Context, s *subject) error {
	if s.login != nil || s.conn == nil {
		return s.noLogin()
	}
	res, err := s.check(ctx, s.conn)
	if err != nil {
		return s.unexpected(err, "Check tells the state of a connection; it is no error.")
	}
	if !res.Token.Present {
		return faultf("Set Token.Present while there is a token.", "the connection was just logged in, and the check says that there is no token")
	}
	return s.checkIsWhole(res)
}

// noLogin says why there is no connection that is logged in.
func (s *subject) noLogin() error {
	if s.login != nil {
		return s.login
	}
	return notRun("the connector needs no connection")
}

// connectsAgain gives the connector the same connection under another name,
// as the host gives it only what has changed.
func connectsAgain(ctx context.Context, s *subject) error {
	if s.login != nil || s.conn == nil || s.desc.Auth == nil {
		return s.noLogin()
	}
	renamed := *s.conn
	renamed.Name = "renamed"
	res, err := s.check(ctx, &renamed)
	if err != nil {
		return s.unexpected(err, "Connect with a connection that is there already replaces it, and is no error.")
	}
	if !res.Token.Present {
		return faultf("Keep the token by the connection's id, in the store where there is one, else in memory until Disconnect.",
			"the same connection was given again, and its login is lost")
	}
	return nil
}
