// Package restli speaks the client side of Rest.li 2.0, the protocol of LinkedIn's API: it writes values, keys and queries,
// builds requests, and reads collections, batches, created ids and error bodies. It sends nothing itself.
//
// The usual call:
//
//	req, err := restli.NewRequest(ctx, "https://api.linkedin.com", &restli.Call{
//		Method: restli.Get, Path: "/v2/people", Key: restli.Key("id", restli.String("AbC-1"))})
//	resp, err := client.Do(req)                                // 2xx: decode the body
//	failure := restli.ReadErrorResponse(resp)                  // anything else
//	page, err := restli.DecodeCollection(body)                 // a finder's reply
//
// A [Value] is a [String], a [List] or an [Object]. [Encode] and [Decode] are the form of URLs, [EncodeReduced] and
// [DecodeReduced] the form of headers and JSON keys; [DecodeKey] reads what LinkedIn really sends. [Query] holds the
// parameters in order and writes them as the protocol wants them: url.Values does not, since it escapes the parentheses and
// writes a space as a plus. [NewRequest] sends a query that is too long for a URL in the body instead ([MaxQuery]).
// [Pager] decides after each page whether there is another, and [Batch] tells the fate of each key.
//
// It does not sign requests, retry, count or cache, follows no link by itself, and does not judge errors: an
// [ErrorResponse] says what LinkedIn said, what to do about it is the caller's business. Nothing here is written for
// protocol 1.0, but ids in its form are recognised when they come back. No error text repeats the input that caused it,
// because keywords and ids may be personal data; LinkedIn's own message in an ErrorResponse is the exception.
//
// Functions and plain types are safe for concurrent use as long as nobody changes what was passed in; a Pager belongs to one
// goroutine.
package restli
