package oauth

import "time"

// expiryMargin is how long before its expiry a token is no longer given out,
// for the time that a request takes and for clocks that differ; a short life
// has a tenth of itself.
const expiryMargin = 10 * time.Second

// lifeOf is a token's whole life. One that was brought along is taken for one
// of the usual life.
func lifeOf(tok *Token) time.Duration {
	if tok.IssuedAt.IsZero() {
		return AssumedLife
	}
	return tok.Expiry.Sub(tok.IssuedAt)
}

// usable reports whether a token can sign a request. Called with mu held.
func (s *Source) usable(tok *Token, now time.Time) bool {
	if tok == nil || tok.AccessToken == "" || tok.AccessToken == s.refused {
		return false
	}
	return now.Before(tok.Expiry.Add(-min(expiryMargin, lifeOf(tok)/10)))
}

// wanted reports whether a usable token should be renewed now. Called with mu
// held.
func (s *Source) wanted(tok *Token, now time.Time) bool {
	if now.Before(s.due) || s.hopeless(tok, now) != "" {
		return false
	}
	// Near the end of the refresh token the access token is cut to its end, and
	// no refresh makes that later.
	capped := !tok.RefreshExpiry.IsZero() && tok.Expiry.After(tok.RefreshExpiry.Add(-time.Minute))
	return !capped || s.opts.ClientCredentials
}

// hopeless says why a token cannot be renewed; empty when it can. Called with
// mu held.
func (s *Source) hopeless(tok *Token, now time.Time) Reason {
	switch {
	case s.opts.ClientCredentials:
		return ""
	case tok == nil:
		return ReasonNoToken
	case tok.Ended != "":
		return tok.Ended
	case tok.RefreshToken == "" && (tok.AccessToken != s.refused || !now.Before(tok.Expiry)):
		return ReasonExpired
	case tok.RefreshToken == "" && s.revoked:
		return ReasonRevoked
	case tok.RefreshToken == "":
		return ReasonRefused
	case tok.RefreshToken == s.dead:
		return ReasonGrantDead
	case !tok.RefreshExpiry.IsZero() && !now.Before(tok.RefreshExpiry):
		return ReasonRefreshExpired
	}
	return ""
}
