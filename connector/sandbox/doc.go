// Package sandbox is a LinkedIn on a loopback port. LinkedIn has no test host and no test keys, so
// tests, demonstrations and integration teams talk to this one, offline.
//
//	srv, err := sandbox.Start(nil)
//	if err != nil {
//		return err
//	}
//	defer srv.Close()
//	settings := srv.Settings() // api_url, auth_url, client_id, client_secret, redirect_url, scopes
//
// It has state (tokens, quotas, a clock that can be moved) and behaves as LinkedIn is documented to,
// or was seen to; what nobody outside LinkedIn knows is a switch in [Quirks]. It does not expect
// calls in an order, holds no real data and never leaves the machine.
//
// # Signing in
//
// OAuth (/oauth/...) and the API (/v2/..., /rest/...) are on one port. A person decides on the
// consent page. A program consents by one POST to the authorize URL with the form field
// decision=allow (or cancel, cancel_login) and, if it wants another member than the first,
// member=<index>; the code is in the Location header of the answer. [ShippedClients] differ in their
// products, which decide what a client may ask for and call. Ids of members differ, too, from client
// to client: see [Server.PersonID].
//
// # Making it fail
//
// [Server.FailNext] and [Server.Fail] make the next calls fail: with a status, an answer of
// [Fixtures] by name, a body of one's own, a delay, a reset, half a body. [Server.SetLimit] and
// [Server.SetBurst] are LinkedIn's throttles. [Server.SetClock] and [Server.Advance] move the clock
// on which tokens expire, days end and versions retire. [Server.Requests] is what was received.
//
// # Without Go
//
// Other programs do the same with JSON under /_sandbox/:
//
//	GET    state, settings?client=, members?client=&start=&count=, fixtures, tokens
//	GET    clock             PUT {"now":"2027-01-15T00:00:00Z"} or {"advance_seconds":3600}
//	GET    faults            POST {"fixture":"err_429_app_day","times":2}; DELETE
//	GET    limits            PUT {"endpoint":"people","application":100,"member":10}
//	GET    usage             DELETE starts the day anew
//	GET    quirks            PUT {"fresh_token_seconds":5} replaces all of them
//	GET    requests?limit=   DELETE
//	PUT    burst             {"calls_per_second":5}
//	PUT    latency           {"median_ms":50,"p99_ms":400}
//	POST   tokens/expire, tokens/revoke, tokens/revoke_access   {"members":[0]}, or nothing for all
//
// Whatever changes something needs the header Content-Type: application/json. A page for people is
// at /.
package sandbox
