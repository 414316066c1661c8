package restli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
)

// MaxQuery is the longest query that goes into the URL, in characters after encoding. LinkedIn answers 414 above 4 KB, and its
// own clients tunnel above 4000. learn.microsoft.com/linkedin/shared/api-guide/concepts/query-tunneling, 2026-11-24.
const MaxQuery = 4000

// Other limits of the same page; what passes them is answered with 414. The limit of 28 KB for request line, headers and
// cookies is not checked, because the headers are not complete yet.
const (
	maxURL     = 8 << 10 // whole URL
	maxSegment = 4 << 10 // one path segment
)

const (
	contentJSON = "application/json"
	contentForm = "application/x-www-form-urlencoded"
)

// fit tunnels the query when it is too long for the URL, and refuses what is too long even then.
func (m *message) fit() error {
	if m.query != "" && (len(m.query) > MaxQuery || len(m.target()) > maxURL) {
		if err := m.tunnel(); err != nil {
			return err
		}
	}
	if len(m.target()) > maxURL {
		return &CallError{Field: "Path", Reason: fmt.Sprintf("makes a URL of more than %d characters", maxURL)}
	}
	return nil
}

// tunnel moves the query into the body: alone as a form, or before the JSON as the first of two parts. The query is Rest.li
// encoding already and is copied as it is.
func (m *message) tunnel() error {
	m.header.Set(headerOverride, m.method)
	m.method = http.MethodPost
	query := m.query
	m.query = ""
	if m.body == nil {
		m.header.Set("Content-Type", contentForm)
		m.body = []byte(query)
		return nil
	}
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	if err := w.SetBoundary(boundary(query, m.body)); err != nil {
		return err
	}
	for _, part := range []struct{ contentType, text string }{{contentForm, query}, {contentJSON, string(m.body)}} {
		pw, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {part.contentType}})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(pw, part.text); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	m.body = buf.Bytes()
	m.header.Set("Content-Type", "multipart/mixed; boundary="+w.Boundary())
	return nil
}

// boundary derives the boundary from the parts, so that the same call gives the same bytes, and makes sure that neither holds it.
func boundary(query string, body []byte) string {
	sum := sha256.Sum256(append([]byte(query), body...))
	for {
		b := "restli-" + hex.EncodeToString(sum[:12])
		if !strings.Contains(query, b) && !bytes.Contains(body, []byte(b)) {
			return b
		}
		sum = sha256.Sum256(sum[:])
	}
}
