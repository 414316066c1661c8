package oauth

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Config is one application at LinkedIn and where to find LinkedIn. It is not
// changed after first use, and is then safe for concurrent use. It prints
// without its secret.
type Config struct {
	ClientID     string
	ClientSecret string // sent in the form body, printed as REDACTED
	AuthorizeURL string // opened in the member's browser
	TokenURL     string // exchange, refresh and client credentials
	// IntrospectURL is needed by [Config.Introspect] only.
	IntrospectURL string
	// RedirectURL is sent byte for byte in the authorization and in the
	// exchange, and must be registered for the application.
	RedirectURL string
	// Scopes are asked for in AuthorizationURL. What was granted is in
	// [Token.Scopes], and may be less.
	Scopes []string

	// HTTPClient sends the calls to the token endpoint. Its CheckRedirect is
	// not used: no redirect is followed. nil: http.DefaultTransport with 30 s
	// for each call.
	HTTPClient *http.Client
	// Now is the clock that token lives are counted by. nil: time.Now.
	Now func() time.Time
}

// AuthorizationURL is the page that asks the member for consent. The state
// must be unguessable and used once, such as rand.Text of crypto/rand gives.
func (c *Config) AuthorizationURL(state string) string { return "" }

// Exchange gives a code for a token. It is tried once: a code works once, so
// after any error the member must log in again. Errors are of type [*Error].
func (c *Config) Exchange(ctx context.Context, code string) (*Token, error) {
	return nil, errors.ErrUnsupported
}

// Refresh gets a new access token for the refresh token of old, in one try.
// Scopes and refresh token stay as they were where the answer names none. A
// refresh never extends the life of the refresh token. Errors are of type
// [*ReauthorizeError] when old has no refresh token, else of type [*Error].
func (c *Config) Refresh(ctx context.Context, old *Token) (*Token, error) {
	return nil, errors.ErrUnsupported
}

// ClientCredentials gets an access token of the application itself, without a
// member and without a refresh token. Errors are of type [*Error].
func (c *Config) ClientCredentials(ctx context.Context) (*Token, error) {
	return nil, errors.ErrUnsupported
}

// Introspect asks LinkedIn about an access token of this application. A token
// that is expired, revoked or another application's is no error: Active is
// false. Errors are of type [*Error].
func (c *Config) Introspect(ctx context.Context, accessToken string) (*Introspection, error) {
	return nil, errors.ErrUnsupported
}

// Introspection is what LinkedIn says about a token. It never names the member.
type Introspection struct {
	Active       bool
	Status       string    // "active", "expired", "revoked"; empty when not told
	Scopes       []string  // of a member's token only
	ClientID     string    // empty when not told
	AuthType     string    // "2L", "3L", "Enterprise_User"; empty when not told
	CreatedAt    time.Time // zero when not told, as the two below
	AuthorizedAt time.Time
	ExpiresAt    time.Time
}
