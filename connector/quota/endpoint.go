package quota

import (
	"cmp"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// methodOverride is the header with the method of a tunnelled request, in the
// form that net/http keeps: another one is made into it at each look.
const methodOverride = "X-Http-Method-Override"

// longestEndpoint bounds a name, in bytes: names become keys of counters.
const longestEndpoint = 200

// Endpoint is the default name: method and path with ids written {id}, and the
// finder or action if there is one. In a path names and ids take turns after
// /v2 or /rest. A tunnelled request has the name of the one inside, if GetBody
// is set.
//
//	GET /v2/userinfo
//	GET /v2/people/{id}
//	GET /v2/people                          (batch)
//	GET /v2/search/people?q=People
func Endpoint(req *http.Request) string {
	segments := strings.Split(strings.Trim(req.URL.EscapedPath(), "/"), "/")
	var b strings.Builder
	b.WriteString(cmp.Or(req.Header.Get(methodOverride), req.Method, http.MethodGet))
	b.WriteByte(' ')
	name := true // what comes next is a name
	for i, s := range segments {
		b.WriteByte('/')
		switch {
		case i == 0 && (s == "v2" || s == "rest"):
			b.WriteString(s)
		case name:
			b.WriteString(s)
			name = s == "search" // has no ids: a kind follows
		default:
			b.WriteString("{id}")
			name = true
		}
	}
	query := queryOf(req)
	for _, key := range []string{"q", "action"} {
		if v := query.Get(key); isWord(v) {
			b.WriteString("?" + key + "=" + v)
		}
	}
	s := b.String()
	return s[:min(len(s), longestEndpoint)]
}

// queryOf is a request's query, which a tunnelled one has in its body.
func queryOf(req *http.Request) url.Values {
	if req.Header.Get(methodOverride) == "" || req.GetBody == nil {
		return req.URL.Query()
	}
	body, err := req.GetBody()
	if err != nil {
		return nil
	}
	defer body.Close()
	raw, err := io.ReadAll(io.LimitReader(body, longestBody))
	if err != nil {
		return nil
	}
	query, _ := url.ParseQuery(string(raw)) // what can be read of it: another kind of body has no such keys
	return query
}

// isWord reports whether s is the name of a finder or an action.
func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}
