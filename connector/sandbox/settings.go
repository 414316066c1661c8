package sandbox

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Settings is what a connector needs to know to reach a sandbox as one of its clients.
type Settings struct {
	APIURL       string `json:"api_url"`
	AuthURL      string `json:"auth_url"`
	Flow         string `json:"flow,omitempty"` // empty: authorization_code
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret,omitempty"` // empty for a native client
	RedirectURL  string `json:"redirect_url,omitempty"`
	Scopes       string `json:"scopes,omitempty"` // separated by spaces
}

// Settings returns the settings of the default client, with the scopes of signing in.
func (s *Server) Settings() Settings {
	settings, _ := s.SettingsFor(PartnerClient)
	return settings
}

// SettingsFor returns the settings of any client, with every scope that it may ask for. The default
// client and others with the product sign-in keep to openid, profile and email.
func (s *Server) SettingsFor(clientID string) (Settings, error) {
	c := s.client(clientID)
	if c == nil {
		return Settings{}, fmt.Errorf("sandbox: no client has the id %q", clientID)
	}
	settings := Settings{
		APIURL:       s.URL(),
		AuthURL:      s.URL(),
		ClientID:     c.ID,
		ClientSecret: c.Secret,
	}
	switch {
	case c.has(NativePKCE):
		settings.Flow, settings.RedirectURL = "native_pkce", nativeRedirect(c)
	case len(c.RedirectURLs) > 0:
		settings.RedirectURL = c.RedirectURLs[0]
	}
	if c.has(ClientCredentials) {
		settings.Flow = "client_credentials"
	}
	var scopes []string
	for _, p := range c.Products {
		scopes = append(scopes, productScopes[p]...)
		if p == SignIn {
			scopes = productScopes[SignIn]
			break
		}
	}
	settings.Scopes = strings.Join(scopes, " ")
	return settings, nil
}

// nativeRedirect returns the first redirect URL of a native client that names the loopback interface
// by an address, as it must. Where no port is registered it is 0, for any free one.
func nativeRedirect(c *Client) string {
	for _, registered := range c.RedirectURLs {
		u, err := url.Parse(registered)
		if err != nil || net.ParseIP(u.Hostname()) == nil || !isLoopback(u.Hostname()) {
			continue
		}
		if u.Port() == "" {
			u.Host = net.JoinHostPort(u.Hostname(), "0")
		}
		return u.String()
	}
	return ""
}
