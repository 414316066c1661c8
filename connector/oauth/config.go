package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Config is one application at LinkedIn and where to find LinkedIn. It is not
// changed after first use, and is then safe for concurrent use. It prints
// without its secret.
type Config struct {
	ClientID     string
	ClientSecret string // sent in the form body, printed as REDACTED; empty for a native application
	AuthorizeURL string // opened in the member's browser
	TokenURL     string // exchange, refresh and client credentials
	// IntrospectURL is needed by [Config.Introspect] only.
	IntrospectURL string
	// KeysURL and Issuers are needed by [Config.VerifyIDToken] only: where the
	// keys are that sign id_tokens, and who may have issued one.
	KeysURL string
	Issuers []string
	// RedirectURL is sent byte for byte in the authorization and in the
	// exchange, and must be registered for the application.
	RedirectURL string
	// Scopes are asked for in AuthorizationURL. What was granted is in
	// [Token.Scopes], and may be less.
	Scopes []string

	// HTTPClient sends the calls to the token endpoint. Its CheckRedirect and
	// Jar are not used: no redirect is followed, no cookie kept. A Timeout of 0
	// is 30 s. nil: http.DefaultTransport.
	HTTPClient *http.Client
	// Now is the clock that token lives are counted by. nil: time.Now.
	Now func() time.Time
}

// AuthorizationURL is the page that asks the member for consent. The state
// must be unguessable and used once, such as rand.Text of crypto/rand gives.
//
// The verifier is that of PKCE, from [NewVerifier]. LinkedIn wants it on the
// page for native applications, and takes none on any other: empty there.
// learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow-native, 2026-11-24.
func (c *Config) AuthorizationURL(state, verifier string) string {
	var opts []oauth2.AuthCodeOption
	if verifier != "" {
		opts = append(opts, oauth2.S256ChallengeOption(verifier))
	}
	// A literal plus is escaped by now, so each one left is a space; LinkedIn
	// documents %20.
	return strings.ReplaceAll(c.wire().AuthCodeURL(state, opts...), "+", "%20")
}

// NewVerifier makes a secret for one login, of which the authorization shows
// the hash and the exchange the secret itself.
func NewVerifier() string { return oauth2.GenerateVerifier() }

// Exchange gives a code for a token, with the verifier that the authorization
// was made with. It is tried once: a code works once, so after any error the
// member must log in again. Errors are of type [*Error].
func (c *Config) Exchange(ctx context.Context, code, verifier string) (*Token, error) {
	return c.token(ctx, "exchange", nil, code, func(ctx context.Context) (*oauth2.Token, error) {
		var opts []oauth2.AuthCodeOption
		if verifier != "" {
			opts = append(opts, oauth2.VerifierOption(verifier))
		}
		return c.wire().Exchange(ctx, code, opts...)
	})
}

// Refresh gets a new access token for the refresh token of old, in one try.
// Scopes and refresh token stay as they were where the answer names none. A
// refresh never extends the life of the refresh token. Errors are of type
// [*ReauthorizeError] when old has no refresh token, else of type [*Error].
func (c *Config) Refresh(ctx context.Context, old *Token) (*Token, error) {
	if old.RefreshToken == "" {
		return nil, &ReauthorizeError{Reason: ReasonExpired, Expiry: old.Expiry}
	}
	return c.token(ctx, "refresh", old, old.RefreshToken, func(ctx context.Context) (*oauth2.Token, error) {
		// A source that knows no access token asks for one, exactly once.
		return c.wire().TokenSource(ctx, &oauth2.Token{RefreshToken: old.RefreshToken}).Token()
	})
}

// ClientCredentials gets an access token of the application itself, without a
// member and without a refresh token. Errors are of type [*Error].
func (c *Config) ClientCredentials(ctx context.Context) (*Token, error) {
	return c.token(ctx, "client credentials", nil, "", func(ctx context.Context) (*oauth2.Token, error) {
		wire := clientcredentials.Config{
			ClientID:     c.ClientID,
			ClientSecret: c.ClientSecret,
			TokenURL:     c.TokenURL,
			AuthStyle:    oauth2.AuthStyleInParams,
		}
		return wire.Token(ctx)
	})
}

// String names the application without its secret.
func (c Config) String() string {
	return fmt.Sprintf("oauth.Config{%s, secret REDACTED, %s}", c.ClientID, c.TokenURL)
}

// GoString is String.
func (c Config) GoString() string { return c.String() }

// Format prints String for every verb: %d would show the secret otherwise.
func (c Config) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue is String.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes "REDACTED", so that no document takes the secret along.
func (c Config) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// wire is the Config as x/oauth2 knows it. The style is set because finding it
// out by trying would spend the code.
func (c *Config) wire() *oauth2.Config {
	return &oauth2.Config{
		ClientID:     c.ClientID,
		ClientSecret: c.ClientSecret,
		RedirectURL:  c.RedirectURL,
		Scopes:       c.Scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL:   c.AuthorizeURL,
			TokenURL:  c.TokenURL,
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

func (c *Config) now() time.Time {
	if c.Now == nil {
		return time.Now().Round(0)
	}
	return c.Now().Round(0) // without the monotonic reading: it is stored and compared with the wall
}
