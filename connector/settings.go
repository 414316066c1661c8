package connector

import (
	"net/url"
	"strings"
	"time"

	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/plugin"
)

// Settings are the settings of one connection. The zero value of a field that
// was left out is replaced by its default, see [defaultSettings].
type Settings struct {
	Flow         string          `json:"flow,omitempty" jsonschema:"title=Kind of login,enum=authorization_code,enum=native_pkce,enum=client_credentials,default=authorization_code,example=authorization_code" jsonschema_description:"How to log in. authorization_code is right for almost every application: a member consents in a browser. native_pkce is the same without a client secret, for applications that LinkedIn has enabled for it by hand. client_credentials logs in the application itself, as no member and without a browser; LinkedIn allows it for some enterprise products only."`
	ClientID     string          `json:"client_id,omitempty" jsonschema:"title=Client ID,minLength=1,maxLength=100,pattern=^[A-Za-z0-9._-]+$,example=78abc123def456" jsonschema_description:"The Client ID of your LinkedIn application, from the Auth tab of the developer portal. Needed for every login but that with an access token."`
	ClientSecret plugin.Secret   `json:"client_secret,omitzero" jsonschema:"title=Client secret,minLength=1,maxLength=500,example=WPL_AP1.secret" jsonschema_description:"The Client Secret of the same application. It is kept encrypted and never shown again. native_pkce needs none and sends none."`
	RedirectURL  string          `json:"redirect_url,omitempty" jsonschema:"title=Redirect URL,format=uri,maxLength=500,default=http://localhost:8918/callback,example=http://localhost:8918/callback" jsonschema_description:"Where LinkedIn sends the browser after the login. Register exactly this URL in the developer portal. native_pkce needs http://127.0.0.1 or http://[::1] with a port, 0 for any free one; left out, it is http://127.0.0.1:0/callback there."`
	Scopes       string          `json:"scopes,omitempty" jsonschema:"title=Scopes,maxLength=1000,pattern=^[A-Za-z0-9_. \\,]*$,default=openid profile,example=openid profile email" jsonschema_description:"What to ask the member for, separated by spaces or commas. The application must have a product for each of them: LinkedIn refuses the whole login for one that it may not ask for."`
	APIVersion   string          `json:"api_version,omitempty" jsonschema:"title=API version,pattern=^20[0-9]{2}(0[1-9]|1[0-2])$,maxLength=6,default=202609,example=202609" jsonschema_description:"The version of LinkedIn's versioned API, YYYYMM. LinkedIn retires each one after about a year; set a newer one when a step says that its version is retired."`
	APIURL       string          `json:"api_url,omitempty" jsonschema:"title=API address,format=uri,maxLength=500,default=https://api.linkedin.com,example=https://api.linkedin.com" jsonschema_description:"Where LinkedIn's API is. Change it only to work against the sandbox or a proxy of your own."`
	AuthURL      string          `json:"auth_url,omitempty" jsonschema:"title=Login address,format=uri,maxLength=500,default=https://www.linkedin.com,example=https://www.linkedin.com" jsonschema_description:"Where LinkedIn's login is. Change it only to work against the sandbox or a proxy of your own."`
	Timeout      int             `json:"timeout_seconds,omitempty" jsonschema:"title=Time limit of a call,minimum=1,maximum=300,default=30,example=30" jsonschema_description:"How many seconds one call to LinkedIn may take before it is given up or tried again."`
	RefreshAt    int             `json:"refresh_at_percent,omitempty" jsonschema:"title=Renew after,minimum=10,maximum=95,default=90,example=90" jsonschema_description:"After which share of its life an access token is renewed, in percent, where the login can be renewed. 90 is day 54 of 60. Lower it when LinkedIn's login service may be out of reach for days."`
	MaxRetries   int             `json:"max_retries,omitempty" jsonschema:"title=Retries,minimum=0,maximum=10,default=3,example=3" jsonschema_description:"How often a call that failed for a passing reason is tried again. Reads only: nothing is ever written twice."`
	BatchSize    int             `json:"batch_size,omitempty" jsonschema:"title=People in one call,minimum=1,maximum=500,default=50,example=50" jsonschema_description:"How many people are read with one call when several are asked for. LinkedIn does not say how many it takes; lower the number when it refuses. 1 reads each person with a call of its own."`
	Reserve      int             `json:"reserve_percent,omitempty" jsonschema:"title=Reserve for people,minimum=0,maximum=90,default=10,example=10" jsonschema_description:"The share of each daily limit in limits that steps running in the background may not use up, so that something is left for people who wait. 0 keeps nothing back."`
	Search       *SearchSettings `json:"search,omitempty" jsonschema:"title=People search" jsonschema_description:"Which of LinkedIn's people searches the application has, and how it is called."`
	Limits       []LimitSetting  `json:"limits,omitempty" jsonschema:"title=Daily limits,maxItems=100" jsonschema_description:"Daily limits that are never exceeded, for example those that the developer portal shows for your application. A step that would exceed one is refused before anything is sent. They bind the steps of this connection: calls of other connections with the same application count in its limits, and are refused only where those connections have the limit too."`
}

// SearchSettings say how people are searched for. LinkedIn documents no open
// people search, so everything about it is configuration.
type SearchSettings struct {
	Strategy     string       `json:"strategy,omitempty" jsonschema:"title=Kind of search,enum=search,enum=typeahead,enum=connections,default=search,example=search" jsonschema_description:"The search that the application may use. search is a finder over all people, which LinkedIn gives to single partners. typeahead finds followers of a page by name; it needs the scope r_organization_followers and an account that administers the page. connections looks through the account's own connections; it needs the scope r_1st_connections."`
	Path         string       `json:"path,omitempty" jsonschema:"title=Path,minLength=2,maxLength=200,pattern=^/(v2|rest)(/[A-Za-z0-9]+)+$,example=/v2/search/people" jsonschema_description:"The path of the search on the API's host. Left out: /v2/search/people, /rest/peopleTypeahead or /v2/connections, after the kind of search."`
	Finder       string       `json:"finder,omitempty" jsonschema:"title=Finder,minLength=1,maxLength=100,pattern=^[A-Za-z0-9]+$,example=People" jsonschema_description:"The name of the finder, which goes into the parameter q. Left out: People, organizationFollowers or viewer, after the kind of search."`
	Organization string       `json:"organization,omitempty" jsonschema:"title=Page,maxLength=255,pattern=^urn:li:organization:[0-9]+$,example=urn:li:organization:2414183" jsonschema_description:"The page whose followers the typeahead finds, as a URN. The account must administer it."`
	Window       int64        `json:"window,omitempty" jsonschema:"title=Depth,minimum=0,maximum=1000000,default=0,example=1000" jsonschema_description:"How many people LinkedIn shows of one search, however many there are. A search goes no deeper and says so. 0: not known; it ends when LinkedIn gives nothing more."`
	Params       SearchParams `json:"params,omitzero" jsonschema:"title=Parameter names" jsonschema_description:"What the search calls its filters. An empty name means that the search does not have the filter."`
}

// SearchParams are the names of the parameters of a people search.
type SearchParams struct {
	Keywords  string `json:"keywords,omitempty" jsonschema:"title=Keywords,maxLength=100,pattern=^[A-Za-z0-9]*$,default=keywords,example=keywords" jsonschema_description:"Parameter for free text."`
	FirstName string `json:"first_name,omitempty" jsonschema:"title=First name,maxLength=100,pattern=^[A-Za-z0-9]*$,default=firstName,example=firstName" jsonschema_description:"Parameter for the first name."`
	LastName  string `json:"last_name,omitempty" jsonschema:"title=Last name,maxLength=100,pattern=^[A-Za-z0-9]*$,default=lastName,example=lastName" jsonschema_description:"Parameter for the last name."`
	Company   string `json:"company,omitempty" jsonschema:"title=Company,maxLength=100,pattern=^[A-Za-z0-9]*$,default=company,example=company" jsonschema_description:"Parameter for the company."`
	Title     string `json:"title,omitempty" jsonschema:"title=Title,maxLength=100,pattern=^[A-Za-z0-9]*$,default=title,example=title" jsonschema_description:"Parameter for the job title."`
	School    string `json:"school,omitempty" jsonschema:"title=School,maxLength=100,pattern=^[A-Za-z0-9]*$,default=school,example=school" jsonschema_description:"Parameter for the school."`
}

// LimitSetting is a daily limit that is never exceeded.
type LimitSetting struct {
	Endpoint    string `json:"endpoint" jsonschema:"title=Endpoint,minLength=1,maxLength=200,example=GET /v2/userinfo,example=*" jsonschema_description:"The endpoint as the quota overview names it, or * for all endpoints together."`
	Scope       string `json:"scope" jsonschema:"title=Whose calls,enum=application,enum=member,example=application" jsonschema_description:"application counts the calls of everybody who uses the application, member those of this account alone."`
	CallsPerDay int64  `json:"calls_per_day" jsonschema:"title=Calls a day,minimum=1,maximum=1000000000,example=500" jsonschema_description:"How many calls are allowed from midnight to midnight UTC."`
}

// defaultSettings are those of a connection that sets nothing.
func defaultSettings() *Settings {
	return &Settings{
		Flow:       flowCode,
		Scopes:     "openid profile",
		APIVersion: defaultAPIVersion,
		APIURL:     "https://" + apiHost,
		AuthURL:    "https://" + authHost,
		Timeout:    30,
		RefreshAt:  90,
		MaxRetries: 3,
		BatchSize:  50,
		Reserve:    10,
		Search: &SearchSettings{
			Strategy: strategySearch,
			Params: SearchParams{
				Keywords: "keywords", FirstName: "firstName", LastName: "lastName",
				Company: "company", Title: "title", School: "school",
			},
		},
	}
}

// The kinds of login, as the setting flow names them.
const (
	flowCode   = "authorization_code"
	flowNative = "native_pkce"
	flowOwn    = "client_credentials"
)

// complete fills in what depends on other settings.
func (s *Settings) complete() {
	s.Search.complete()
	if s.RedirectURL == "" {
		s.RedirectURL = "http://localhost:8918/callback"
		if s.Flow == flowNative {
			s.RedirectURL = "http://127.0.0.1:" + anyPort + "/callback"
		}
	}
}

// LinkedIn's hosts. Any other needs a connection that says Dev.
// linkedin.com, shared authentication guide, 2026-11-24.
const (
	apiHost  = "api.linkedin.com"
	authHost = "www.linkedin.com"
)

// scopeList splits the setting scopes.
func (s *Settings) scopeList() []string { return splitScopes(s.Scopes) }

// timeout is the longest that one call may take.
func (s *Settings) timeout() time.Duration { return time.Duration(s.Timeout) * time.Second }

// limits are the configured limits as the ledger wants them.
func (s *Settings) limits() []quota.Limit {
	var limits []quota.Limit
	for _, l := range s.Limits {
		limits = append(limits, quota.Limit{Scope: quota.Scope(l.Scope), Endpoint: l.Endpoint, Calls: l.CallsPerDay})
	}
	return limits
}

// reserve is the share that background calls may not use up, as the ledger
// wants it: its zero is a default.
func (s *Settings) reserve() float64 {
	if s.Reserve == 0 {
		return -1
	}
	return float64(s.Reserve) / 100
}

// base returns the address of an URL setting without slashes at its end. The
// setting was checked before.
func base(setting string) *url.URL {
	u, err := url.Parse(strings.TrimRight(setting, "/"))
	if err != nil {
		return &url.URL{}
	}
	return u
}
