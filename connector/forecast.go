package connector

import (
	"fmt"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
)

// endWarning is how many days before the end of a login, or of the version of
// the API, every result says so.
const endWarning = 10

// daysLeft counts the days of what is left by the API's clock, one that has
// begun as a whole one: 0 means that it is over. Less than the clock may be
// wrong by is nothing.
func daysLeft(left time.Duration) int {
	const day = 24 * time.Hour
	if left <= clockNoise {
		return 0
	}
	return int((left - clockNoise + day - 1) / day)
}

// leftWords are what is left, for a sentence: the last two days in hours, the
// last two hours in minutes, none of which has to begin to count.
func leftWords(left time.Duration) string {
	switch {
	case left < time.Minute:
		return "within a minute"
	case left < 2*time.Hour:
		return fmt.Sprintf("in %d min", left/time.Minute)
	case left < 48*time.Hour:
		return fmt.Sprintf("in %d hours", left/time.Hour)
	}
	return fmt.Sprintf("in %d days", daysLeft(left))
}

// loginEnds is the last moment at which a login is good without a person's
// help: the end of the refresh token, where there is one. Zero: nobody knows,
// or it has no end, as with an application's own token, which is asked for
// anew.
func (s *session) loginEnds(tok *oauth.Token) time.Time {
	switch {
	case s.account.Own:
		return time.Time{}
	case tok.RefreshToken != "" && (tok.RefreshExpiry.IsZero() || tok.RefreshExpiry.After(tok.Expiry)):
		return tok.RefreshExpiry
	}
	return tok.Expiry
}

// tellEnds says in a result that the login or the version of the API ends
// soon. It costs no call of the store: it goes by the token that the step was
// given.
func (s *session) tellEnds(m *meter) {
	now, sit := s.conn.clock.now(), &situation{connection: s.conn.name}
	if tok := s.tokens.last.Load(); tok != nil {
		left := s.loginEnds(tok).Sub(now)
		if days := daysLeft(left); days > 0 && days <= endWarning {
			m.notice("login_ends", fmt.Sprintf("the login ends %s; log in again before: %s", leftWords(left), sit.connectCommand()))
		}
	}
	version := s.version()
	left, known := untilSunset(version, now)
	if days := daysLeft(left); known && days > 0 && days <= endWarning {
		m.notice("version_ends", fmt.Sprintf("LinkedIn retires API version %s %s; set a newer one before: %s --set api_version=YYYYMM", version, leftWords(left), sit.connectCommand()))
	}
}
