package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// clockLeeway is how far the clocks of who signed an id_token and of who
	// reads it may differ.
	clockLeeway = 5 * time.Minute
	// longestIDToken is what is read of one, in bytes; they have some 1,000.
	longestIDToken = 32 << 10
)

// IDTokenError says that an id_token is not what it says, or not for us.
type IDTokenError struct {
	Reason string
	Err    error // the cause; nil when the reason says it all
}

// Error gives reason and cause, neither of which quotes the token.
func (e *IDTokenError) Error() string {
	if e.Err == nil {
		return "id_token: " + e.Reason
	}
	return "id_token: " + e.Reason + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *IDTokenError) Unwrap() error { return e.Err }

// idClaims are the claims that are looked at. What describes the member is not
// read.
type idClaims struct {
	jwt.RegisteredClaims
	AuthorizedParty string `json:"azp"`
	Nonce           string `json:"nonce"`
}

// VerifyIDToken checks the signature and the claims of an id_token with
// LinkedIn's keys as they are now, and returns whom it is about: the member's
// id for this application. The member zip that LinkedIn puts into the header is
// not looked at.
//
// Errors are of type [*IDTokenError] for a token that must not be believed, and
// of type [*Error] when the keys cannot be had: then nothing is known of it.
func (c *Config) VerifyIDToken(ctx context.Context, idToken string) (subject string, err error) {
	if len(idToken) > longestIDToken {
		return "", &IDTokenError{Reason: "it is too long"}
	}
	var claims idClaims
	var unread *Error
	_, err = jwt.ParseWithClaims(idToken, &claims,
		func(t *jwt.Token) (any, error) {
			kid, _ := t.Header["kid"].(string)
			key, err := c.signingKey(ctx, kid)
			errors.As(err, &unread)
			return key, err
		},
		jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithAudience(c.ClientID),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(clockLeeway), jwt.WithTimeFunc(c.now))
	switch {
	case unread != nil:
		return "", unread
	case err != nil:
		return "", &IDTokenError{Reason: "it does not hold", Err: err}
	case !slices.Contains(c.Issuers, claims.Issuer):
		return "", &IDTokenError{Reason: fmt.Sprintf("%.100q has issued it", claims.Issuer)}
	case claims.AuthorizedParty != "" && claims.AuthorizedParty != c.ClientID:
		return "", &IDTokenError{Reason: "it was made for another application"}
	case claims.Nonce != "":
		// A nonce repeats that of the request. Ours has none, as LinkedIn does
		// not document one, so this token answers another request.
		return "", &IDTokenError{Reason: "it has a nonce that nobody sent"}
	case claims.Subject == "":
		return "", &IDTokenError{Reason: "it is about nobody"}
	}
	return claims.Subject, nil
}
