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
// OAuth (/oauth/...) and the API (/v2/..., /rest/...) are on one port. A program consents without a
// browser by one POST to the authorize URL with the form field decision=allow (or cancel,
// cancel_login) and, if it wants another member than the first, member=<index>; the code is in the
// Location header of the answer.
//
// The sandbox has state (tokens, quotas, a clock that can be moved) and behaves as LinkedIn is
// documented to, or was seen to; what nobody outside LinkedIn knows is a switch in [Quirks]. It can
// be told to fail with [Server.Fail] and it keeps the requests that it received for assertions. It
// does not expect calls in an order, holds no real data and never leaves the machine.
package sandbox
