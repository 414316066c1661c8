package sandbox

import "time"

// sunsets are the versions of /rest and the days on which they end. Those of 2025 count for a clock
// that is set back.
// Source: learn.microsoft.com/linkedin/marketing/versioning as read on 2026-09-19. There is no 202512.
var sunsets = map[string]string{
	"202510": "2026-10-15",
	"202511": "2026-11-16",
	"202601": "2027-01-15",
	"202602": "2027-02-15",
	"202603": "2027-03-16",
	"202604": "2027-04-15",
	"202605": "2027-05-15",
	"202606": "2027-06-15",
	"202607": "2027-07-15",
	"202608": "2027-08-17",
	"202609": "2027-09-15",
}

// versionActive reports whether a version is served on the day of now. It ends with the beginning of
// its sunset day, UTC.
func versionActive(version string, now time.Time) bool {
	sunset, err := time.Parse(time.DateOnly, sunsets[version])
	return err == nil && now.Before(sunset)
}
