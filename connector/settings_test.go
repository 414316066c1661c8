package connector_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin"
)

// opened returns a connector without a host, store or sandbox.
func opened(t *testing.T, store plugin.Store) *connector.Connector {
	t.Helper()
	c := connector.New(nil)
	if _, err := c.Open(t.Context(), &plugin.OpenRequest{Store: store}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := c.Close(context.WithoutCancel(t.Context()), &plugin.CloseRequest{}); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

func TestSettings(t *testing.T) {
	type violations = map[string]string // by pointer
	const onlyOurs = "only LinkedIn's own host is allowed here"
	for _, tt := range []struct {
		name, why string
		dev       bool
		settings  string
		secrets   map[string]plugin.Secret
		want      violations
	}{
		{name: "nothing", why: "everything has a default", settings: ``},
		{name: "empty", why: "everything has a default", settings: `{}`},
		{name: "LinkedIn's own hosts", why: "a slash at the end is no other host", settings: `{"api_url":"https://api.linkedin.com/","auth_url":"https://www.linkedin.com"}`},
		{name: "scopes by comma", why: "LinkedIn writes them so too", settings: `{"scopes":"openid,profile , email"}`},
		{name: "sandbox", why: "dev allows this machine without TLS", dev: true, settings: `{"api_url":"http://127.0.0.1:9090","auth_url":"http://[::1]:9090"}`},
		{name: "proxy below a path", why: "dev allows another host with TLS", dev: true, settings: `{"api_url":"https://proxy.example.com/linkedin"}`},
		{name: "search without filters", why: "an empty name says that there is no such filter", settings: `{"search":{"params":{"company":"","school":""}}}`},
		{name: "limits", why: "whole numbers for both scopes", settings: `{"limits":[{"endpoint":"*","scope":"application","calls_per_day":500},{"endpoint":"GET /v2/userinfo","scope":"member","calls_per_day":100}]}`},

		{name: "not an object", why: "there is nothing to read", settings: `[]`, want: violations{"": "a JSON object is needed"}},
		{name: "sandbox without dev", why: "a token must not reach another host by mistake", settings: `{"api_url":"http://127.0.0.1:9090"}`, want: violations{"/api_url": onlyOurs}},
		{name: "look-alike host", why: "the whole host counts", settings: `{"api_url":"https://api.linkedin.com.example.com","auth_url":"https://linkedin.com"}`,
			want: violations{"/api_url": onlyOurs, "/auth_url": onlyOurs}},
		{name: "LinkedIn without TLS", why: "a token would go in the clear", settings: `{"api_url":"http://api.linkedin.com"}`, want: violations{"/api_url": onlyOurs}},
		{name: "LinkedIn on another port", why: "it is another server", settings: `{"api_url":"https://api.linkedin.com:8443"}`, want: violations{"/api_url": onlyOurs}},
		{name: "another host without TLS", why: "dev does not mean careless", dev: true, settings: `{"api_url":"http://proxy.example.com"}`,
			want: violations{"/api_url": "https is needed, except for this machine itself"}},
		{name: "no address", why: "a relative one leads nowhere", dev: true, settings: `{"api_url":"api.linkedin.com"}`,
			want: violations{"/api_url": "an address like https://api.linkedin.com is needed"}},
		{name: "password in the address", why: "it would be shown", dev: true, settings: `{"auth_url":"https://me:pw@www.linkedin.com"}`,
			want: violations{"/auth_url": "an address like https://www.linkedin.com is needed"}},
		{name: "redirect with a fragment", why: "LinkedIn refuses it", settings: `{"redirect_url":"https://example.com/cb#x"}`,
			want: violations{"/redirect_url": "an absolute http or https address without # is needed"}},
		{name: "unknown flow", why: "there are three", settings: `{"flow":"implicit"}`,
			want: violations{"/flow": "this kind of login is not known: use authorization_code, native_pkce, client_credentials"}},
		{name: "native, nothing else", why: "the redirect fits by default", settings: `{"flow":"native_pkce"}`},
		{name: "native, IPv6", why: "LinkedIn takes both", settings: `{"flow":"native_pkce","redirect_url":"http://[::1]:9999/cb"}`},
		{name: "native, any port", why: "LinkedIn takes all", settings: `{"flow":"native_pkce","redirect_url":"http://[::1]:0/cb"}`},
		{name: "any port", why: "LinkedIn knows one", settings: `{"redirect_url":"http://localhost:0/cb"}`,
			want: violations{"/redirect_url": "port 0, which stands for any free one, is for native_pkce"}},
		{name: "native, by name", why: "LinkedIn wants an address", settings: `{"flow":"native_pkce","redirect_url":"http://localhost:8918/callback"}`,
			want: violations{"/redirect_url": "native_pkce needs an address on this machine, http://127.0.0.1 or http://[::1] with a port"}},
		{name: "native, no port", why: "nobody listens there", settings: `{"flow":"native_pkce","redirect_url":"http://127.0.0.1/callback"}`,
			want: violations{"/redirect_url": "native_pkce needs an address on this machine, http://127.0.0.1 or http://[::1] with a port"}},
		{name: "native, elsewhere", why: "the code would go there", settings: `{"flow":"native_pkce","redirect_url":"https://example.com:443/cb"}`,
			want: violations{"/redirect_url": "native_pkce needs an address on this machine, http://127.0.0.1 or http://[::1] with a port"}},
		{name: "renewal", why: "at 100 it would be too late", settings: `{"refresh_at_percent":100}`,
			want: violations{"/refresh_at_percent": "a number from 10 to 95 is needed"}},
		{name: "version", why: "month 13", settings: `{"api_version":"202613"}`,
			want: violations{"/api_version": "a year and a month are needed, YYYYMM, for example 202609"}},
		{name: "wrong types, all told", why: "a person corrects all at once", settings: `{"timeout_seconds":"30","scopes":["openid"],"api_version":202609}`,
			want: violations{"/api_version": "number does not fit here", "/scopes": "array does not fit here", "/timeout_seconds": "string does not fit here"}},
		{name: "out of bounds", why: "zero seconds is no time", settings: `{"timeout_seconds":0,"max_retries":11}`,
			want: violations{"/max_retries": "a number from 0 to 10 is needed", "/timeout_seconds": "a number from 1 to 300 is needed"}},
		{name: "unknown name", why: "a mistyped name must not be ignored", settings: `{"clientid":"x","search":{"kind":"x"}}`,
			want: violations{"/clientid": "there is no such setting", "/search/kind": "there is no such setting"}},
		{name: "name with a slash", why: "pointers are escaped", settings: `{"a/b":1}`, want: violations{"/a~1b": "there is no such setting"}},
		{name: "secret among the settings", why: "settings are shown", settings: `{"client_secret":"x"}`,
			want: violations{"/client_secret": "the client secret must be given as a secret, not among the settings"}},
		{name: "unknown secret", why: "it would be lost", secrets: map[string]plugin.Secret{"password": plugin.NewSecret("x")},
			want: violations{"/password": "there is no such secret setting"}},
		{name: "search elsewhere", why: "only the API's own paths", settings: `{"search":{"path":"//evil.example.com/","finder":"a b","strategy":"scrape"}}`,
			want: violations{
				"/search/finder":   "a name of letters and digits is needed",
				"/search/path":     "a path is needed that begins with /v2/ or /rest/",
				"/search/strategy": "this search is not known: use search, typeahead, connections",
			}},
		{name: "typeahead without a page", why: "it searches the followers of one", settings: `{"search":{"strategy":"typeahead"}}`,
			want: violations{"/search/organization": "the typeahead needs the page whose followers it finds"}},
		{name: "page that is none", why: "a person has no followers here", settings: `{"search":{"strategy":"typeahead","organization":"urn:li:person:A1","window":-1}}`,
			want: violations{
				"/search/organization": "the URN of a page is needed, urn:li:organization: and its number",
				"/search/window":       "a number from 0 to 1000000 is needed",
			}},
		{name: "connections", why: "they need no more than a login", settings: `{"search":{"strategy":"connections"}}`},
		{name: "parameter that is two", why: "a name must not smuggle in another parameter", settings: `{"search":{"params":{"company":"a&count=1"}}}`,
			want: violations{"/search/params/company": "a name of letters and digits is needed, or nothing"}},
		{name: "limit of nothing", why: "which endpoint, whose, how many", settings: `{"limits":[{"endpoint":"","scope":"everybody","calls_per_day":0}]}`,
			want: violations{
				"/limits/0/calls_per_day": "a number from 1 to 1000000000 is needed",
				"/limits/0/endpoint":      "the name of an endpoint is needed, or *",
				"/limits/0/scope":         "application or member is needed",
			}},
		{name: "client id with a slash", why: "it is part of names in the store", settings: `{"client_id":"a/b"}`,
			want: violations{"/client_id": "letters, digits, dots, _ and - are allowed, 100 at most"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := opened(t, nil)
			_, err := c.Connect(t.Context(), &plugin.ConnectRequest{Connection: plugin.Connection{
				ID: "c1", Name: "me", Dev: tt.dev, Settings: []byte(tt.settings), Secrets: tt.secrets,
			}})
			var got violations
			if err != nil {
				e := plugin.AsError(err)
				got = violations{}
				for _, v := range e.Violations {
					got[v.Pointer] = v.Message
				}
				if e.Kind != plugin.InvalidConfig || e.Pointer != e.Violations[0].Pointer || e.Hint == "" {
					t.Errorf("error %s", detailed(err))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("settings %s, as %s (-want +got):\n%s", tt.settings, tt.why, diff)
			}
		})
	}
}
