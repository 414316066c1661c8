package quota

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

// longestBody is what is read of a body that is looked into, in bytes.
const longestBody = 64 << 10

// classify tells a daily 429 from a burst, and whose limit it was, by the only
// thing that says so: the message. It puts the body back.
//
//	Resource level throttle APPLICATION DAY limit for calls to this resource is reached.
//	Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls to this resource is reached.
//
// A day's limit that names no scope counts for the member: closing too little
// costs one more 429, closing too much refuses those who could go on.
func classify(resp *http.Response) (scope Scope, daily bool) {
	head, _ := io.ReadAll(io.LimitReader(resp.Body, longestBody)) // the next read meets its error again
	resp.Body = &body{Reader: io.MultiReader(bytes.NewReader(head), resp.Body), Closer: resp.Body}

	var refusal struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(head, &refusal) != nil {
		return "", false
	}
	words := strings.Fields(refusal.Message)
	if !slices.Contains(words, "DAY") {
		return "", false
	}
	if slices.Contains(words, "APPLICATION") {
		return Application, true
	}
	return Member, true
}

// body is a reply's body whose head was read already.
type body struct {
	io.Reader
	io.Closer
}
