package sandbox

import (
	"fmt"
	"strconv"
	"time"
)

// state is everything at a glance.
func (a *adminCall) state() (any, error) {
	s := a.server
	clients := make([]Client, len(s.clients))
	for i, c := range s.clients {
		clients[i] = *c
	}
	limits, _ := a.limits() // never fails
	faults, _ := a.faults() // never fails
	return struct {
		URL     string    `json:"url"`
		Now     time.Time `json:"now"`
		Members int       `json:"members"`
		Clients []Client  `json:"clients"`
		Tokens  []Token   `json:"tokens"`
		Quirks  Quirks    `json:"quirks"`
		Limits  any       `json:"limits"`
		Usage   []Usage   `json:"usage"`
		Faults  any       `json:"faults"`
	}{s.URL(), s.Now(), s.crowd.Len(), clients, orEmpty(s.Tokens()), s.Quirks(), limits, orEmpty(s.Usage()), faults}, nil
}

// settings answers the settings of the client that the query names, or of the default one.
func (a *adminCall) settings() (any, error) {
	client := a.query.Get("client")
	if client == "" {
		return a.server.Settings(), nil
	}
	return a.server.SettingsFor(client)
}

// memberBody is a member as the admin API shows one.
type memberBody struct {
	Index        int    `json:"index"`
	ID           string `json:"id"` // as the client sees it
	Name         string `json:"name"`
	Headline     string `json:"headline,omitempty"`
	Private      bool   `json:"private,omitempty"`
	Organization string `json:"organization"` // the page that the member administers
}

// defaultMembers is how many members are listed unless the query says otherwise.
const defaultMembers = 20

// members lists members and their ids for a client: client, start and count in the query.
func (a *adminCall) members() (any, error) {
	client := a.query.Get("client")
	if client == "" {
		client = PartnerClient
	}
	if a.server.client(client) == nil {
		return nil, fmt.Errorf("no client has the id %q", client)
	}
	start, err := a.number("start", 0)
	if err != nil {
		return nil, err
	}
	count, err := a.number("count", defaultMembers)
	if err != nil {
		return nil, err
	}
	all := []memberBody{}
	for i := start; i < min(start+count, a.server.crowd.Len()); i++ {
		m := a.server.crowd.Member(i)
		all = append(all, memberBody{Index: i, ID: a.server.PersonID(client, i), Name: m.FullName(), Headline: m.Headline,
			Private: m.Private, Organization: a.server.Organization(i)})
	}
	return all, nil
}

// requests answers the last requests: limit in the query, 100 without it.
func (a *adminCall) requests() (any, error) {
	limit, err := a.number("limit", 100)
	if err != nil {
		return nil, err
	}
	return orEmpty(a.server.log.last(limit)), nil
}

// number reads a parameter that is a whole number, bounded so that sums of two fit.
func (a *adminCall) number(name string, absent int) (int, error) {
	text := a.query.Get(name)
	if text == "" {
		return absent, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is not a whole number", name, text)
	}
	return int(n), nil
}

// membersBody names the members whose tokens are meant; none means all.
type membersBody struct {
	Members []int `json:"members"`
}

func (a *adminCall) tokensOf(act func(...int)) (any, error) {
	var body membersBody
	if len(a.body) > 0 {
		if err := a.decode(&body); err != nil {
			return nil, err
		}
	}
	act(body.Members...)
	return orEmpty(a.server.Tokens()), nil
}

func (a *adminCall) expireTokens() (any, error) { return a.tokensOf(a.server.ExpireAccessTokens) }
func (a *adminCall) revokeTokens() (any, error) { return a.tokensOf(a.server.RevokeTokens) }

// revokeAccessTokens leaves refresh tokens alive, as consent to other scopes does.
func (a *adminCall) revokeAccessTokens() (any, error) {
	return a.tokensOf(a.server.RevokeAccessTokens)
}
