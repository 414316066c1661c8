package restli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Headers that LinkedIn asks for, in the form that net/http keeps: another one would be made into it for each request.
const (
	headerProtocol = "X-Restli-Protocol-Version"
	headerMethod   = "X-Restli-Method"
	headerOverride = "X-Http-Method-Override"
	headerVersion  = "Linkedin-Version"
)

// Call is one call of a Rest.li resource. Its fields become the URL, the headers and the body as the [Method] says.
type Call struct {
	Method  Method  // required
	Path    string  // required: from the first slash to the resource, as it stands in the URL: /v2/people
	Key     Value   // key of the entity, appended to Path; nil for none. A URN is a String, a person Key("id", ..)
	Keys    []Value // keys of a batch call; required there, empty elsewhere
	Name    string  // name of the finder, batch finder or action; required there, empty elsewhere
	Query   Query   // further parameters; those that the method writes itself (q, bq, action, ids) are refused
	Version string  // YYYYMM or YYYYMM.RR, required under /rest and sent only there; ignored elsewhere
	Body    any     // JSON to send: []byte and json.RawMessage as they are, anything else marshalled; nil for none
}

// CallError says which field of a [Call], or the base URL, cannot be sent. It is a mistake of the caller, found before anything
// was sent.
type CallError struct {
	Field  string // name of the field, or "BaseURL"
	Reason string
}

// Error names the field and the reason.
func (e *CallError) Error() string { return fmt.Sprintf("restli: call: %s %s", e.Field, e.Reason) }

// NewRequest returns the request for a call. The base URL may have a path of its own, as behind a proxy. A query that is too
// long for the URL is sent in the body of a POST ([MaxQuery]). The request is not signed.
//
// A call that cannot be sent is a [*CallError].
func NewRequest(ctx context.Context, baseURL string, c *Call) (*http.Request, error) {
	s, ok := shapes[c.Method]
	if !ok {
		return nil, &CallError{Field: "Method", Reason: "is unknown"}
	}
	base, err := parseBase(baseURL)
	if err != nil {
		return nil, err
	}
	path, err := callPath(c, s)
	if err != nil {
		return nil, err
	}
	query, err := callQuery(c, s)
	if err != nil {
		return nil, err
	}
	body, err := callBody(c, s)
	if err != nil {
		return nil, err
	}
	m := &message{method: s.http, url: base + path, query: query.Encode(), body: body, header: http.Header{}}
	if m.body != nil {
		m.header.Set("Content-Type", contentJSON)
	}
	if err := m.fit(); err != nil {
		return nil, err
	}
	m.header.Set(headerProtocol, "2.0.0")
	m.header.Set(headerMethod, string(c.Method))
	if strings.HasPrefix(path, "/rest/") || strings.HasSuffix(base, "/rest") {
		if !isVersion(c.Version) {
			return nil, &CallError{Field: "Version", Reason: "must be YYYYMM or YYYYMM.RR under /rest"}
		}
		m.header.Set(headerVersion, c.Version)
	}
	return m.request(ctx)
}

// message is a request under construction: tunnelling moves the query from the URL into the body.
type message struct {
	method string
	url    string // without query
	query  string
	body   []byte // nil for none
	header http.Header
}

func (m *message) target() string {
	if m.query == "" {
		return m.url
	}
	return m.url + "?" + m.query
}

func (m *message) request(ctx context.Context) (*http.Request, error) {
	var body io.Reader // a nil one is sent with Content-Length 0 on POST, which LinkedIn demands
	if m.body != nil {
		body = bytes.NewReader(m.body)
	}
	req, err := http.NewRequestWithContext(ctx, m.method, m.target(), body)
	if err != nil {
		return nil, &CallError{Field: "Path", Reason: "does not make a URL"}
	}
	req.Header = m.header
	return req, nil
}

// callQuery puts what the method itself writes before the parameters of the call.
func callQuery(c *Call, s shape) (Query, error) {
	if (s.name == "") != (c.Name == "") {
		return nil, &CallError{Field: "Name", Reason: "is for finders and actions, which need it"}
	}
	if s.keys != (len(c.Keys) > 0) {
		return nil, &CallError{Field: "Keys", Reason: "are for batches by key, which need them"}
	}
	var query Query
	if s.name != "" {
		query.Add(s.name, String(c.Name))
	}
	if s.keys {
		query.Add("ids", List(c.Keys))
	}
	for _, param := range query {
		if _, twice := c.Query.Get(param.Name); twice {
			return nil, &CallError{Field: "Query", Reason: "has " + param.Name + ", which the method writes"}
		}
	}
	return append(query, c.Query...), nil
}

func callBody(c *Call, s shape) ([]byte, error) {
	if c.Body == nil {
		if s.body == required {
			return nil, &CallError{Field: "Body", Reason: "is needed by " + string(c.Method)}
		}
		return nil, nil
	}
	if s.body == never {
		return nil, &CallError{Field: "Body", Reason: "is not taken by " + string(c.Method)}
	}
	var raw []byte
	switch body := c.Body.(type) {
	case []byte:
		raw = body
	case json.RawMessage:
		raw = body
	default:
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return nil, &CallError{Field: "Body", Reason: "cannot be marshalled"}
		}
	}
	if !json.Valid(raw) {
		return nil, &CallError{Field: "Body", Reason: "is not JSON"}
	}
	return bytes.Clone(raw), nil
}

// isVersion reports whether text is YYYYMM or YYYYMM.RR.
func isVersion(text string) bool {
	month, revision, dotted := strings.Cut(text, ".")
	return len(month) == 6 && isDigits(month) && (!dotted || len(revision) == 2 && isDigits(revision))
}

func isDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }
