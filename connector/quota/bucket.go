package quota

import "net/url"

// parked is added to a bucket's counter when LinkedIn has refused for the day,
// so that one counter says both, to every process, and forgets both at
// midnight. No day has so many calls.
const parked int64 = 1 << 40

const (
	// limitSuffix makes the key of a bucket's learned limit. It is a counter
	// whose count is the limit and whose window is the day it was learned.
	limitSuffix = "#limit"
	// firstDay is before every window, so that reading with it resets nothing.
	firstDay = "0001-01-01"
)

// bucket is what one limit counts.
type bucket struct {
	scope    Scope
	endpoint string
	key      string // of its counter
}

// names are the beginnings of an account's keys.
type names struct{ application, member string }

func namesOf(a Account) names {
	client := url.PathEscape(a.ClientID)
	return names{
		application: "application/" + client + "/",
		member:      "member/" + client + "/" + url.PathEscape(a.Member) + "/",
	}
}

// buckets are those that one attempt counts in. All endpoints together are
// counted whether or not a limit asks for it: a limit that is set later, or by
// another connection of the same application, holds for these calls, too.
func (l *Ledger) buckets(endpoint string) []bucket {
	buckets := make([]bucket, 0, 4)
	for _, e := range []string{endpoint, AllEndpoints} {
		for _, b := range []bucket{
			{Application, e, l.names.application + e},
			{Member, e, l.names.member + e},
		} {
			if b.scope == Member && l.account.Member == "" {
				continue
			}
			buckets = append(buckets, b)
		}
	}
	return buckets
}

// limitID is what a limit is for.
type limitID struct {
	scope    Scope
	endpoint string
}

// split tells a counter's calls from LinkedIn's refusal.
func split(count int64) (used int64, refused bool) {
	return count % parked, count >= parked
}
