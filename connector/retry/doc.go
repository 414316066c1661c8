// Package retry repeats HTTP requests to LinkedIn that deserve another
// attempt, and no others. Which ones do is one table, in rules.go; how long to
// wait is github.com/sethvargo/go-retry's exponential backoff, capped and with
// full jitter.
//
// The usual call:
//
//	rt = retry.Transport(rt, &retry.Options{Notify: tell}) // outside quota: each attempt counts
//	resp, err := client.Do(req)
//	var wait *retry.WaitError
//	if errors.As(err, &wait) { ... } // come back at wait.RetryAt
//
// A [Budget] and a [Breaker], shared by all calls of a connection, keep a
// LinkedIn in trouble from being hammered.
//
// A write that may have happened is not repeated, nor is a daily 429, and
// nothing sleeps past the context's deadline. The package does not time out an
// attempt (http.Transport does), count a quota, or look into successful
// replies.
package retry
