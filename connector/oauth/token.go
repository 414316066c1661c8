package oauth

import (
	"errors"
	"time"
)

// Token is an access token and what is known about it. It is not changed once
// made. It prints and marshals without its secrets; only [Token.Encode] writes
// them.
type Token struct {
	AccessToken  string
	RefreshToken string // empty for most applications: LinkedIn gives it to approved partners only
	IDToken      string // unverified; empty unless openid was granted

	IssuedAt      time.Time // when the answer came; zero for a token brought along
	Expiry        time.Time // never zero, see Assumed
	RefreshExpiry time.Time // zero when not known
	// Assumed says that nobody told the expiry: it is [AssumedLife] after the
	// token was first seen.
	Assumed bool
	// Scopes were granted. They are empty when the answer names none.
	Scopes []string
}

// AssumedLife is how long an access token is taken to live when LinkedIn does
// not say: 60 days.
// learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens, 2026-11-24.
const AssumedLife = 60 * 24 * time.Hour

// Encode writes the token with its secrets, to be stored encrypted.
func (t *Token) Encode() ([]byte, error) { return nil, errors.ErrUnsupported }

// DecodeToken reads what [Token.Encode] wrote.
func DecodeToken(data []byte) (*Token, error) { return nil, errors.ErrUnsupported }
