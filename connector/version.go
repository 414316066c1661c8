package connector

import (
	"context"
	"fmt"
	"time"

	"github.com/linkstep/linkstep/connector/restli"
)

// Version is the connector's own version.
const Version = "0.1.0"

// defaultAPIVersion is the version of /rest that is asked for unless a
// connection says otherwise.
// learn.microsoft.com/linkedin/marketing/versioning as read on 2026-09-19.
const defaultAPIVersion = "202609"

// sunsetOf returns the day YYYY-MM-DD on which LinkedIn retires a version,
// empty when it is not known. There is no 202512.
// learn.microsoft.com/linkedin/marketing/versioning as read on 2026-09-19.
func sunsetOf(version string) string {
	switch version {
	case "202510":
		return "2026-10-15"
	case "202511":
		return "2026-11-16"
	case "202601":
		return "2027-01-15"
	case "202602":
		return "2027-02-15"
	case "202603":
		return "2027-03-16"
	case "202604":
		return "2027-04-15"
	case "202605":
		return "2027-05-15"
	case "202606":
		return "2027-06-15"
	case "202607":
		return "2027-07-15"
	case "202608":
		return "2027-08-17"
	case "202609":
		return "2027-09-15"
	}
	return ""
}

// sunsetWarning is how many days before a sunset a check begins to warn.
const sunsetWarning = 60

// untilSunset is the time that is left of a version; known is false when
// nobody has told its end.
func untilSunset(version string, now time.Time) (left time.Duration, known bool) {
	day, err := time.Parse(time.DateOnly, sunsetOf(version))
	if err != nil {
		return 0, false
	}
	return day.Sub(now), true
}

// versioned is a call in the version that the connection has come to use.
func (s *session) versioned(call restli.Call) restli.Call {
	if call.Version != "" {
		call.Version = s.version()
	}
	return call
}

// version is the version of the API that the connection has come to use.
func (s *session) version() string {
	if s.conn.fellBack.Load() {
		return defaultAPIVersion
	}
	return s.conn.settings.APIVersion
}

// fallBack makes the connection use the default version from now on, because
// LinkedIn has retired the configured one while the process runs. It says so
// once.
func (s *session) fallBack(ctx context.Context, retired string) {
	if !s.conn.fellBack.CompareAndSwap(false, true) {
		return
	}
	hint := (&situation{connection: s.conn.name, version: retired}).versionRetired().Hint
	message := fmt.Sprintf("LinkedIn does not serve API version %s any more; version %s is used instead. %s", retired, defaultAPIVersion, hint)
	tell(ctx, func(m *meter) { m.notice("version_retired", message) })
}
