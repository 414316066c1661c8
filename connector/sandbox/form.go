package sandbox

import (
	"crypto/subtle"
	"fmt"
	"mime"
	"net/http"
	"net/url"
)

// readForm reads a form body. Any other body counts as empty, which then lacks its parameters.
func readForm(r *http.Request) (url.Values, *reply) {
	if r.Method != http.MethodPost {
		answer := oauthReply(http.StatusMethodNotAllowed, "invalid_request", "Only POST is supported")
		return nil, &answer
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" {
		return url.Values{}, nil
	}
	if err := r.ParseForm(); err != nil {
		answer := oauthReply(http.StatusBadRequest, "invalid_request", "The form cannot be read")
		return nil, &answer
	}
	return r.PostForm, nil
}

// missing refuses a form that lacks one of the parameters.
func missing(form url.Values, names ...string) *reply {
	for _, name := range names {
		if form.Get(name) == "" {
			answer := oauthReply(http.StatusBadRequest, "invalid_request", fmt.Sprintf("A required parameter %q is missing", name))
			return &answer
		}
	}
	return nil
}

// authenticate finds the client by the credentials in the body. A header with basic authentication
// is not looked at, which is why clients that prefer it fail here.
func (s *Server) authenticate(r *http.Request, form url.Values, wrongSecret string) (*Client, *reply) {
	if _, _, basic := r.BasicAuth(); basic && form.Get("client_secret") == "" {
		answer := oauthReply(http.StatusUnauthorized, wrongSecret, clientWrong)
		return nil, &answer
	}
	if refusal := missing(form, "client_id"); refusal != nil {
		return nil, refusal
	}
	c := s.client(form.Get("client_id"))
	if c == nil {
		answer := oauthReply(http.StatusBadRequest, "invalid_client_id", fmt.Sprintf("The passed in client_id is invalid %q", form.Get("client_id")))
		return nil, &answer
	}
	if c.Secret == "" {
		return c, nil
	}
	if refusal := missing(form, "client_secret"); refusal != nil {
		return nil, refusal
	}
	if subtle.ConstantTimeCompare([]byte(c.Secret), []byte(form.Get("client_secret"))) == 0 {
		answer := oauthReply(http.StatusUnauthorized, wrongSecret, clientWrong)
		return nil, &answer
	}
	return c, nil
}
