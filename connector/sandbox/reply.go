package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// reply is an answer before it is written.
type reply struct {
	status int
	header http.Header // besides those that every answer has; may be nil
	body   []byte
	failed bool // body is an error of the API, which a header announces
}

// jsonReply is an answer with a JSON body.
func jsonReply(status int, body any) reply {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // our own maps and structs, which always encode
	return reply{
		status: status,
		header: http.Header{"Content-Type": {"application/json"}},
		body:   bytes.TrimSpace(b.Bytes()),
	}
}

// htmlReply is an answer with a page.
func htmlReply(status int, page []byte) reply {
	return reply{
		status: status,
		header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		body:   page,
	}
}

// redirect is an answer that sends the browser elsewhere. It may carry a code,
// which must not get into the browser's cache.
func redirect(to string) reply {
	return reply{status: http.StatusFound, header: http.Header{"Location": {to}, "Cache-Control": {"no-store"}}}
}

// apiError is the error body of today's gateway: shape B of the reference.
type apiError struct {
	Status           int    `json:"status"`
	ServiceErrorCode int    `json:"serviceErrorCode,omitempty"`
	Code             string `json:"code,omitempty"`
	Message          string `json:"message"`
}

func (e apiError) reply() reply {
	r := jsonReply(e.Status, e)
	r.failed = true
	return r
}

// oauthError is the error body of the OAuth endpoints.
type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func oauthReply(status int, code, description string) reply {
	return jsonReply(status, oauthError{Error: code, Description: description})
}
