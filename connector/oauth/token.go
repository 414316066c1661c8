package oauth

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Token is an access token and what is known about it. It is not changed once
// made. It prints and marshals without its secrets; only [Token.Encode] writes
// them.
type Token struct {
	AccessToken  string
	RefreshToken string // empty for most applications: LinkedIn gives it to approved partners only
	IDToken      string // see [Config.VerifyIDToken]; never stored, as it describes the member; empty unless openid was granted

	IssuedAt      time.Time // when the answer came; zero for a token brought along
	Expiry        time.Time // never zero, see Assumed
	RefreshExpiry time.Time // zero when not known
	// Assumed says that nobody told the expiry: it is [AssumedLife] after the
	// token was first seen.
	Assumed bool
	// Scopes were granted. They are empty when the answer names none.
	Scopes []string

	// Ended and EndedAt say why and when LinkedIn has ended the login. Nothing
	// else is set then: it is what stays in the store of a login that was.
	Ended   Reason
	EndedAt time.Time
}

// AssumedLife is how long an access token is taken to live when LinkedIn does
// not say: 60 days.
// learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens, 2026-11-24.
const AssumedLife = 60 * 24 * time.Hour

const redacted = "REDACTED"

// tokenJSON is a Token at rest. Names may be added and are never reused.
type tokenJSON struct {
	AccessToken   string    `json:"access_token"`
	RefreshToken  string    `json:"refresh_token,omitempty"`
	IDToken       string    `json:"-"`
	IssuedAt      time.Time `json:"issued_at,omitzero"`
	Expiry        time.Time `json:"expiry,omitzero"`
	RefreshExpiry time.Time `json:"refresh_expiry,omitzero"`
	Assumed       bool      `json:"assumed,omitempty"`
	Scopes        []string  `json:"scopes,omitempty"`
	Ended         Reason    `json:"ended,omitempty"`
	EndedAt       time.Time `json:"ended_at,omitzero"`
}

// Encode writes the token with its secrets, to be stored encrypted.
func (t *Token) Encode() ([]byte, error) { return json.Marshal(tokenJSON(*t)) }

// DecodeToken reads what [Token.Encode] wrote.
func DecodeToken(data []byte) (*Token, error) {
	var j tokenJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	if j.Ended == "" && (j.AccessToken == "" || j.Expiry.IsZero()) {
		return nil, fmt.Errorf("token: access_token or expiry is missing")
	}
	t := Token(j)
	t.Ended = storedReason(t.Ended)
	return &t, nil
}

// String tells when the token expires and whether it can be refreshed.
func (t Token) String() string {
	if t.Ended != "" {
		return fmt.Sprintf("oauth.Token{ended %s: %s}", t.EndedAt.UTC().Format(time.RFC3339), t.Ended)
	}
	refresh := "no refresh token"
	if t.RefreshToken != "" {
		refresh = "refresh token " + redacted
	}
	return fmt.Sprintf("oauth.Token{%s, %s, expires %s}", redacted, refresh, t.Expiry.UTC().Format(time.RFC3339))
}

// GoString is String.
func (t Token) GoString() string { return t.String() }

// Format prints String for every verb: %d would show the secrets otherwise.
func (t Token) Format(f fmt.State, _ rune) { io.WriteString(f, t.String()) }

// LogValue is String.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalJSON writes "REDACTED", so that no document takes the secrets along.
func (t Token) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }
