package quota

import "net/http"

// TransportOptions configures [Transport].
type TransportOptions struct {
	// Endpoint names the endpoint of a request. nil: [Endpoint].
	Endpoint func(*http.Request) string
}

// Transport reserves every request before it is sent. A doomed one fails with
// [*ExhaustedError] and is not sent. What failed before its headers were
// written, as httptrace tells, is given back. A daily 429 closes its bucket
// until 00:00 UTC and teaches the limit; the reply is returned as it came.
func Transport(base http.RoundTripper, ledger *Ledger, opts *TransportOptions) http.RoundTripper {
	return base
}

// Endpoint is the default name: method and path with ids written {id}, and the
// finder or action if there is one.
//
//	GET /v2/userinfo
//	GET /v2/people/{id}
//	GET /v2/people                          (batch)
//	GET /v2/search/people?q=People
func Endpoint(req *http.Request) string { return "" }
