package oauth

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
)

// Codes of a refused token, in serviceErrorCode of a 401. 65600 (invalid) and
// 65602 (expired) need no names: they are treated as any other.
// Captured replies, 2026-11-24.
const (
	revokedToken = 65601 // also said of a token that LinkedIn does not know yet
	emptyToken   = 65604 // the request had none: not the token's fault
)

// longestBody is what is read of a reply that is looked into, in bytes.
const longestBody = 64 << 10

// serviceErrorCode reads LinkedIn's code from a refusal, 0 when it has none,
// and puts the body back.
func serviceErrorCode(resp *http.Response) int {
	head, _ := io.ReadAll(io.LimitReader(resp.Body, longestBody)) // the next read meets its error again
	resp.Body = &body{Reader: io.MultiReader(bytes.NewReader(head), resp.Body), Closer: resp.Body}

	var refusal struct {
		Code int `json:"serviceErrorCode"`
	}
	if json.Unmarshal(head, &refusal) != nil {
		return 0
	}
	return refusal.Code
}

// body is a reply's body whose head was read already.
type body struct {
	io.Reader
	io.Closer
}
