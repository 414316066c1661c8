package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// shownRequests is how many requests the page at / shows.
const shownRequests = 50

// statusPage shows a person what is going on.
func (s *Server) statusPage() reply {
	members, _ := (&adminCall{server: s, query: url.Values{"client": {s.clients[0].ID}}}).members() // never fails without numbers
	requests := s.log.last(shownRequests)
	for i := range requests {
		requests[i].Query = hideQuery(requests[i])
	}
	slices.Reverse(requests)
	return page(http.StatusOK, "status.html", struct {
		URL           string
		Now           time.Time
		Clients       []*Client
		DefaultClient string
		Members       any
		MemberCount   int
		Tokens        []Token
		Usage         []Usage
		Requests      []Request
	}{s.URL(), s.Now(), s.clients, s.clients[0].Name, members, s.crowd.Len(), s.Tokens(), s.Usage(), requests})
}

// hideQuery keeps from the page what would fill it, and what a client should not have put in a query.
func hideQuery(r Request) string {
	const most = 300
	for _, secret := range []string{"secret=", "token=", "code="} {
		if strings.Contains(r.Query, secret) {
			return "(hidden)"
		}
	}
	if len(r.Query) > most {
		return r.Query[:most] + "…"
	}
	return r.Query
}
