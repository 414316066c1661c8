package sandbox

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"sync"

	"github.com/linkstep/linkstep/connector/sandbox/internal/people"
)

// offeredMembers is how many members the consent page lets a person choose from.
const offeredMembers = 12

//go:embed *.html
var pageFiles embed.FS

// pages are the templates, read at first use: most processes never show one.
var pages = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(pageFiles, "*.html"))
})

// scopeLine is a scope as the consent page lists it.
type scopeLine struct {
	Name  string
	Words string
}

// consentPage asks the member: who wants what, and as whom. It needs no script.
func consentPage(s *Server, auth *authorization) reply {
	data := struct {
		Client   string
		Scopes   []scopeLine
		Members  []*people.Member
		Redirect string
	}{Client: auth.client.Name, Redirect: auth.redirect}
	for _, scope := range auth.scopes {
		data.Scopes = append(data.Scopes, scopeLine{Name: scope, Words: scopeWords[scope]})
	}
	for i := range min(offeredMembers, s.crowd.Len()) {
		data.Members = append(data.Members, s.crowd.Member(i))
	}
	return page(http.StatusOK, "consent.html", data)
}

// authorizeError shows a problem that must not be sent to the redirect address.
func (s *Server) authorizeError(status int, problem string) reply {
	return page(status, "problem.html", problem)
}

// page renders a template. Nothing on a page may load or run anything.
func page(status int, name string, data any) reply {
	var b bytes.Buffer
	if err := pages().ExecuteTemplate(&b, name, data); err != nil {
		return htmlReply(http.StatusInternalServerError, []byte(template.HTMLEscapeString(err.Error())))
	}
	r := htmlReply(status, b.Bytes())
	r.header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	r.header.Set("Cache-Control", "no-store")
	return r
}
