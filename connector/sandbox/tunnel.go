package sandbox

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
)

// maxBody is the most that is read of a request's body.
const maxBody = 1 << 20

// openTunnel unpacks a query that was sent as the body of a POST, because it is too long for a URL.
// A POST must say its length in any case.
func (c *call) openTunnel() *apiError {
	if c.http.Method == http.MethodPost && c.http.ContentLength < 0 {
		return &lengthNeeded
	}
	override := c.http.Header.Get("X-HTTP-Method-Override")
	if override == "" || c.http.Method != http.MethodPost {
		return nil
	}
	query, ok := tunnelled(c.http)
	if !ok {
		return &badTunnel
	}
	c.method = override
	if c.query != "" && query != "" {
		query = c.query + "&" + query
	}
	c.query = query
	c.log.Query, c.log.Tunnelled = query, true
	return nil
}

// tunnelled reads the query: the whole body of a form, or the first part of a multipart body.
func tunnelled(r *http.Request) (string, bool) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body := io.LimitReader(r.Body, maxBody)
	switch kind {
	case "application/x-www-form-urlencoded":
		query, err := io.ReadAll(body)
		return string(query), err == nil
	case "multipart/mixed":
		part, err := multipart.NewReader(body, params["boundary"]).NextPart()
		if err != nil || part.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			return "", false
		}
		query, err := io.ReadAll(part)
		return string(query), err == nil
	}
	return "", false
}
