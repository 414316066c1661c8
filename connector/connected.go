package connector

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/connector/retry"
	"github.com/linkstep/linkstep/plugin"
)

// connected is a connection that the process has. Its session is replaced when
// somebody logs in, the rest stays.
type connected struct {
	owner    *Connector
	id       string
	name     string // what people call it; for hints
	print    fingerprint
	settings *Settings
	api      *url.URL
	clock    *clock
	tokens   *tokenStore
	oauth    *oauth.Config
	access   *access
	retries  *retry.Budget // of all logins, so that a new one does not begin anew
	breaker  *retry.Breaker
	fellBack atomic.Bool // the configured API version is retired, the default is used

	mu      sync.Mutex // guards the fields below
	retired bool
	session *session
}

// How often a connection tries again, over all its calls: 30 times in a burst,
// and then once in 2 s.
const (
	mostRetries = 30
	retryEvery  = 2 * time.Second
)

// Paths on the host of the login.
// learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow, 2026-11-24.
const (
	pathAuthorize  = "/oauth/v2/authorization"
	pathNative     = "/oauth/native-pkce/authorization"
	pathToken      = "/oauth/v2/accessToken"
	pathIntrospect = "/oauth/v2/introspectToken"
	pathKeys       = "/oauth/openid/jwks"
)

// fingerprint tells a changed connection from the same.
type fingerprint [sha256.Size]byte

func fingerprintOf(c *plugin.Connection) fingerprint {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %t %q", c.ID, c.Name, c.Dev, c.Settings)
	for _, name := range slices.Sorted(maps.Keys(c.Secrets)) {
		fmt.Fprintf(h, " %q %q", name, c.Secrets[name].Reveal())
	}
	return fingerprint(h.Sum(nil))
}

// newConnected builds a connection. Nothing is sent.
func (c *Connector) newConnected(ctx context.Context, in *plugin.Connection, settings *Settings, print fingerprint) (*connected, error) {
	conn := &connected{owner: c, id: in.ID, name: in.Name, print: print, settings: settings, api: base(settings.APIURL)}
	conn.retries, conn.breaker = retry.NewBudget(mostRetries, retryEvery), retry.NewBreaker(nil)
	var err error
	if conn.clock, err = c.clockOf(ctx, conn.api.Host); err != nil {
		return nil, err
	}
	conn.tokens = newTokenStore(c.state, conn.key("token"))
	conn.oauth = conn.oauthConfig()
	account, err := conn.readAccount(ctx)
	if err != nil {
		return nil, err
	}
	conn.access = &access{state: c.state, application: conn.application(account)}
	conn.session = conn.newSession(account)
	return conn, nil
}

// key names a value of the connection in the state.
func (c *connected) key(name string) string {
	return plugin.ConnectionPrefix(connectorName, c.id) + name
}

// oauthConfig is the connection's application as package oauth wants it.
func (c *connected) oauthConfig() *oauth.Config {
	auth := base(c.settings.AuthURL)
	config := &oauth.Config{
		ClientID:      c.settings.ClientID,
		ClientSecret:  c.settings.ClientSecret.Reveal(),
		AuthorizeURL:  auth.JoinPath(pathAuthorize).String(),
		TokenURL:      auth.JoinPath(pathToken).String(),
		IntrospectURL: auth.JoinPath(pathIntrospect).String(),
		KeysURL:       auth.JoinPath(pathKeys).String(),
		Issuers:       issuers(auth),
		RedirectURL:   c.settings.RedirectURL,
		Scopes:        c.settings.scopeList(),
		HTTPClient: &http.Client{Transport: &wire{
			base: c.owner.base, host: auth, clock: c.clock, timeout: c.settings.timeout(),
		}},
		Now: c.clock.now,
	}
	if c.settings.Flow == flowNative {
		config.AuthorizeURL, config.ClientSecret = auth.JoinPath(pathNative).String(), ""
	}
	return config
}

// issuers are who may have issued an id_token: LinkedIn's documentation names
// its host, its tokens the host and a path. A sandbox issues in its own name, a
// proxy passes on LinkedIn's; neither is asked without Dev, and the keys are
// the host's own in any case.
// linkedin.com/oauth/.well-known/openid-configuration, 2026-08-13.
func issuers(auth *url.URL) []string {
	vendor := "https://" + authHost
	all := []string{vendor, vendor + "/oauth"}
	if own := auth.String(); own != vendor {
		all = append(all, own, own+"/oauth")
	}
	return all
}

// use returns the session as it is now, and what to call when done with it.
func (c *connected) use() (*session, func(), error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.retired {
		return nil, nil, &plugin.Error{
			Kind: plugin.Canceled, Source: plugin.SourceHost, Effect: plugin.EffectNone,
			Message: "the connection was taken away", Hint: "Connect it again.",
		}
	}
	s := c.session
	s.calls.Add(1)
	return s, s.calls.Done, nil
}

// renew replaces the session after a login.
func (c *connected) renew(account *accountRecord) {
	c.mu.Lock()
	old := c.session
	if !c.retired {
		c.session = c.newSession(account)
		c.access.reset(c.application(account))
	}
	c.mu.Unlock()
	c.drain(old)
}

// retire ends the connection. Calls in flight end undisturbed; what the
// process remembers of the account is gone at once.
func (c *connected) retire() {
	c.mu.Lock()
	already := c.retired
	c.retired = true
	s := c.session
	c.mu.Unlock()
	if !already {
		c.drain(s)
	}
}

// drain closes a session that nobody will use any more, after those who do.
func (c *connected) drain(s *session) {
	c.owner.answers.Purge(s.memory)
	c.owner.busy.Go(func() {
		s.calls.Wait()
		s.source.Close()
		c.owner.answers.Purge(s.memory)
	})
}

// clockOf returns the clock of an API host, which all its connections share.
func (c *Connector) clockOf(ctx context.Context, host string) (*clock, error) {
	c.mu.Lock()
	known := c.clocks[host]
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	fresh, err := newClock(ctx, c.state, c.log, host)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.clocks[host]; known != nil { // another caller was faster
		return known, nil
	}
	c.clocks[host] = fresh
	return fresh, nil
}
