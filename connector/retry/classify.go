package retry

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// longestBody is what is read of an error's body, in bytes.
const longestBody = 64 << 10

// classify reports whether a 429's body speaks of the day's limit, which only
// its message tells:
//
//	Resource level throttle APPLICATION DAY limit for calls to this resource is reached.
func classify(body []byte) (daily bool) {
	var refusal struct {
		Message string `json:"message"`
	}
	return json.Unmarshal(body, &refusal) == nil && slices.Contains(strings.Fields(refusal.Message), "DAY")
}

// peek reads the head of an error's body and puts it back.
func peek(resp *http.Response) []byte {
	if resp.StatusCode < 400 {
		return nil
	}
	head, _ := io.ReadAll(io.LimitReader(resp.Body, longestBody)) // the next read meets its error again
	resp.Body = &body{Reader: io.MultiReader(bytes.NewReader(head), resp.Body), Closer: resp.Body}
	return head
}

// body is a reply's body whose head was read already.
type body struct {
	io.Reader
	io.Closer
}

// discard ends a reply so that its connection can be used again.
func discard(resp *http.Response) {
	io.CopyN(io.Discard, resp.Body, 2*longestBody)
	resp.Body.Close()
}

// retryAfter is the wait that a reply asks for, 0 or less when it asks for none.
// LinkedIn has not been seen to send one. A date is taken by the reply's own
// clock.
func retryAfter(resp *http.Response) time.Duration {
	v := resp.Header.Get("Retry-After")
	if n, err := strconv.ParseInt(v, 10, 32); err == nil {
		return time.Duration(n) * time.Second
	}
	until, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return until.Sub(now)
}
