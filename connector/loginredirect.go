package connector

import (
	"context"
	"net"
	"net/url"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// anyPort in the redirect URL of a native application stands for a free port,
// another one each time.
const anyPort = "0"

// redirect returns where the answer of a login goes that begins now. The host
// listens there next. Should another program have taken the free port by then,
// the person pastes the answer.
func (c *connected) redirect(ctx context.Context) (string, error) {
	u, err := url.Parse(c.settings.RedirectURL)
	if err != nil || u.Port() != anyPort {
		return c.settings.RedirectURL, err
	}
	var l net.ListenConfig
	free, err := l.Listen(ctx, "tcp", u.Host)
	if err != nil {
		return "", &plugin.Error{
			Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone, Pointer: "/redirect_url", Err: err,
			Message: "no port of " + u.Hostname() + " is free for the answer of the login: " + err.Error(),
			Hint:    "Set redirect_url to an address of this machine with a port that you know to be free.",
		}
	}
	u.Host = free.Addr().String()
	return u.String(), free.Close()
}

// redirected is the application with the redirect URL of one login.
func (c *connected) redirected(to string) *oauth.Config {
	config := *c.oauth
	config.RedirectURL = to
	return &config
}
