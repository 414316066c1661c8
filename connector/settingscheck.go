package connector

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/linkstep/linkstep/plugin"
)

// foreignHost is what a violation says of a host that only Dev allows.
const foreignHost = "only LinkedIn's own host is allowed here"

// shapes are the patterns that the schema of the settings has too: a host may
// be older than the connector, and a connector trusts no host with them.
type shapes struct {
	clientID, version, scopes, path, organization, name, optionalName *regexp.Regexp
}

// settingShapes compiles the patterns at their first use: a start is waited for.
var settingShapes = sync.OnceValue(func() *shapes {
	return &shapes{
		clientID:     regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`),
		version:      regexp.MustCompile(`^20[0-9]{2}(0[1-9]|1[0-2])$`),
		scopes:       regexp.MustCompile(`^[A-Za-z0-9_. ,]{0,1000}$`),
		path:         regexp.MustCompile(`^/(v2|rest)(/[A-Za-z0-9]+)+$`),
		organization: regexp.MustCompile(`^urn:li:organization:[0-9]{1,30}$`),
		name:         regexp.MustCompile(`^[A-Za-z0-9]{1,100}$`),
		optionalName: regexp.MustCompile(`^[A-Za-z0-9]{0,100}$`),
	}
})

// checker collects violations.
type checker struct{ violations []plugin.Violation }

// add notes a violation unless ok.
func (c *checker) add(ok bool, pointer, message string) {
	if !ok {
		c.violations = append(c.violations, plugin.Violation{Pointer: pointer, Message: message})
	}
}

// check returns everything about the settings that does not fit.
func (s *Settings) check(dev bool) []plugin.Violation {
	c, shape := &checker{}, settingShapes()
	flows := []string{flowCode, flowNative, flowOwn}
	c.add(slices.Contains(flows, s.Flow), "/flow", "this kind of login is not known: use "+strings.Join(flows, ", "))
	c.add(s.ClientID == "" || shape.clientID.MatchString(s.ClientID), "/client_id", "letters, digits, dots, _ and - are allowed, 100 at most")
	c.add(shape.version.MatchString(s.APIVersion), "/api_version", "a year and a month are needed, YYYYMM, for example "+defaultAPIVersion)
	c.add(shape.scopes.MatchString(s.Scopes), "/scopes", "names of scopes are needed, separated by spaces or commas")
	c.add(s.Timeout >= 1 && s.Timeout <= 300, "/timeout_seconds", "a number from 1 to 300 is needed")
	c.add(s.RefreshAt >= 10 && s.RefreshAt <= 95, "/refresh_at_percent", "a number from 10 to 95 is needed")
	c.add(s.MaxRetries >= 0 && s.MaxRetries <= 10, "/max_retries", "a number from 0 to 10 is needed")
	c.add(s.BatchSize >= 1 && s.BatchSize <= 500, "/batch_size", "a number from 1 to 500 is needed")
	c.add(s.Reserve >= 0 && s.Reserve <= 90, "/reserve_percent", "a number from 0 to 90 is needed")
	c.host("/api_url", s.APIURL, apiHost, dev)
	c.host("/auth_url", s.AuthURL, authHost, dev)
	c.redirect("/redirect_url", s.RedirectURL, s.Flow == flowNative)
	s.Search.check(c)
	for i, l := range s.Limits {
		at := fmt.Sprintf("/limits/%d", i)
		c.add(l.Endpoint != "" && len(l.Endpoint) <= 200, at+"/endpoint", "the name of an endpoint is needed, or *")
		c.add(l.Scope == "application" || l.Scope == "member", at+"/scope", "application or member is needed")
		c.add(l.CallsPerDay >= 1 && l.CallsPerDay <= 1_000_000_000, at+"/calls_per_day", "a number from 1 to 1000000000 is needed")
	}
	slices.SortFunc(c.violations, func(a, b plugin.Violation) int { return strings.Compare(a.Pointer, b.Pointer) })
	return c.violations
}

func (s *SearchSettings) check(c *checker) {
	shape := settingShapes()
	c.add(slices.Contains(strategyNames(), s.Strategy), "/search/strategy", "this search is not known: use "+strings.Join(strategyNames(), ", "))
	c.add(s.Organization == "" || shape.organization.MatchString(s.Organization), "/search/organization", "the URN of a page is needed, urn:li:organization: and its number")
	c.add(s.Organization != "" || s.Strategy != strategyTypeahead, "/search/organization", "the typeahead needs the page whose followers it finds")
	c.add(s.Window >= 0 && s.Window <= 1_000_000, "/search/window", "a number from 0 to 1000000 is needed")
	c.add(len(s.Path) <= 200 && shape.path.MatchString(s.Path), "/search/path", "a path is needed that begins with /v2/ or /rest/")
	c.add(shape.name.MatchString(s.Finder), "/search/finder", "a name of letters and digits is needed")
	for name, value := range map[string]string{
		"keywords": s.Params.Keywords, "first_name": s.Params.FirstName, "last_name": s.Params.LastName,
		"company": s.Params.Company, "title": s.Params.Title, "school": s.Params.School,
	} {
		c.add(shape.optionalName.MatchString(value), "/search/params/"+name, "a name of letters and digits is needed, or nothing")
	}
}

// host checks an address to which tokens or the client secret are sent.
func (c *checker) host(pointer, value, vendor string, dev bool) {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(value) > 500 {
		c.add(false, pointer, "an address like https://"+vendor+" is needed")
		return
	}
	if !dev {
		ours := u.Scheme == "https" && u.Host == vendor && strings.Trim(u.Path, "/") == ""
		c.add(ours, pointer, foreignHost)
		return
	}
	c.add(u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()), pointer, "https is needed, except for this machine itself")
}

// redirect checks the address that the browser is sent back to. A native
// application gets its answer on this machine, at an address and not a name.
// learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow-native, 2026-11-24.
func (c *checker) redirect(pointer, value string, native bool) {
	u, err := url.Parse(value)
	ok := err == nil && u.Host != "" && u.Fragment == "" && (u.Scheme == "http" || u.Scheme == "https") && len(value) <= 500
	c.add(ok, pointer, "an absolute http or https address without # is needed")
	if ok && !native {
		c.add(u.Port() != anyPort, pointer, "port 0, which stands for any free one, is for native_pkce")
	}
	if ok && native {
		here := u.Port() != "" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
		c.add(here, pointer, "native_pkce needs an address on this machine, http://127.0.0.1 or http://[::1] with a port")
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// escapePointer makes a name part of a JSON pointer.
func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
