package connector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// cora is the sandbox's first member as an application sees her by default.
func (b *bench) cora() connector.Member {
	id := b.srv.Me(b.client)
	return connector.Member{ID: id, URN: "urn:li:person:" + id, Name: "Cora Hartwell", GivenName: "Cora", FamilyName: "Hartwell"}
}

func TestGetProfile(t *testing.T) {
	verified := true
	const me = "GET /v2/me?projection="
	for _, tt := range []struct {
		name, why string
		client    string
		settings  map[string]any
		input     string
		want      func(connector.Member) connector.Profile
		path      string
		notice    string
	}{
		{name: "least, by userinfo", why: "what is not asked for is not given", client: sandbox.PartnerClient, input: `{}`,
			want: func(m connector.Member) connector.Profile {
				return connector.Profile{Member: m, Endpoint: "/v2/userinfo"}
			}, path: "GET /v2/userinfo"},
		{name: "one field", why: "userinfo cannot be projected: it is filtered after the reply", client: sandbox.PartnerClient, input: `{"fields":["given_name"]}`,
			want: func(m connector.Member) connector.Profile {
				return connector.Profile{Member: connector.Member{GivenName: "Cora"}, Endpoint: "/v2/userinfo"}
			}, path: "GET /v2/userinfo"},
		{name: "all that userinfo has", why: "its picture has no size, and its end in the address", client: sandbox.PartnerClient,
			input: `{"fields":["id","name","picture","email","email_verified","locale"]}`,
			want: func(m connector.Member) connector.Profile {
				return connector.Profile{
					Member: connector.Member{ID: m.ID, Name: m.Name, Picture: &connector.Picture{
						URL:       "https://media.licdn.com/dms/image/C4D03AQtqP-tIAam67c5u/profile-displayphoto-shrink_100_100/0/1598104395631?e=1800662400&v=beta&t=sandbox",
						ExpiresAt: "2027-01-23T00:00:00Z",
					}},
					Email: "cora-hartwell-00000@example.com", EmailVerified: &verified, Locale: "en-US", Endpoint: "/v2/userinfo",
				}
			}, path: "GET /v2/userinfo"},
		{name: "email without its scope", why: "an absent field is absent, never empty", client: sandbox.PartnerClient,
			settings: map[string]any{"scopes": "openid profile"}, input: `{"fields":["id","email","email_verified"]}`,
			want: func(m connector.Member) connector.Profile {
				return connector.Profile{Member: connector.Member{ID: m.ID}, Endpoint: "/v2/userinfo"}
			}, path: "GET /v2/userinfo"},
		{name: "headline by userinfo", why: "it has none, and a notice says what would", client: sandbox.PartnerClient, input: `{"fields":["id","headline"]}`,
			want: func(m connector.Member) connector.Profile {
				return connector.Profile{Member: connector.Member{ID: m.ID}, Endpoint: "/v2/userinfo"}
			}, path: "GET /v2/userinfo", notice: "r_basicprofile"},
		{name: "least, with the basic profile", why: "headline and address come with r_basicprofile", client: sandbox.CommunityClient, input: `{}`,
			want: func(m connector.Member) connector.Profile {
				m.Headline, m.VanityName, m.ProfileURL = "Student at Juniper & Vale", "cora-hartwell-00000", "https://www.linkedin.com/in/cora-hartwell-00000"
				return connector.Profile{Member: m, Endpoint: "/v2/me"}
			}, path: me + "(id,localizedFirstName,localizedLastName,localizedHeadline,vanityName)"},
		{name: "id only, by me", why: "only what is asked for is requested", client: sandbox.CommunityClient, input: `{"fields":["id"]}`,
			want: func(m connector.Member) connector.Profile {
				return connector.Profile{Member: connector.Member{ID: m.ID}, Endpoint: "/v2/me"}
			}, path: me + "(id)"},
		{name: "picture and locale, by me", why: "the largest size wins", client: sandbox.CommunityClient, input: `{"fields":["picture","locale"]}`,
			want: func(m connector.Member) connector.Profile {
				return connector.Profile{
					Member: connector.Member{Picture: &connector.Picture{
						URL:   "https://media.licdn.com/dms/image/C4D03AQtqP-tIAam67c5u/profile-displayphoto-shrink_800_800/0/1598104395631?e=1800662400&v=beta&t=sandbox",
						Width: 800, Height: 800, ExpiresAt: "2027-01-23T00:00:00Z",
					}},
					Locale: "en-US", Endpoint: "/v2/me",
				}
			}, path: me + "(id,firstName,profilePicture(displayImage~:playableStreams))"},
		{name: "email by me", why: "me has none, and a notice says what would", client: sandbox.CommunityClient, input: `{"fields":["id","email"]}`,
			want: func(m connector.Member) connector.Profile {
				return connector.Profile{Member: connector.Member{ID: m.ID}, Endpoint: "/v2/me"}
			}, path: me + "(id)", notice: "openid, profile and email"},
		{name: "least, with the old lite profile", why: "it has no headline", client: sandbox.LegacyClient, input: `{}`,
			want: func(m connector.Member) connector.Profile {
				return connector.Profile{Member: m, Endpoint: "/v2/me"}
			}, path: me + "(id,localizedFirstName,localizedLastName)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, tt.client, tt.settings)
			var got connector.Profile
			res := b.invoke("get_profile", tt.input, &got)
			if diff := cmp.Diff(tt.want(b.cora()), got); diff != "" {
				t.Errorf("get_profile(%s), as %s (-want +got):\n%s", tt.input, tt.why, diff)
			}
			for _, empty := range []string{":null", `:""`} {
				if strings.Contains(string(res.Output), empty) {
					t.Errorf("output %s: what is absent must be absent", res.Output)
				}
			}
			b.wantPaths(tt.path)
			wantNotice(t, res, tt.notice)
		})
	}
}

// wantNotice looks for a notice that contains the text; none at all for the empty text.
func wantNotice(t *testing.T, res *plugin.Result, text string) {
	t.Helper()
	for _, n := range res.Meta.Notices {
		if n.Type == plugin.EventNotice && n.Code != "" && text != "" && strings.Contains(n.Message, text) {
			return
		}
	}
	if text != "" || len(res.Meta.Notices) > 0 {
		t.Errorf("notices %+v, want one with %q", res.Meta.Notices, text)
	}
}

func TestGetProfileSaysWhatItCost(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	res := b.invoke("get_profile", `{}`, nil)
	m := res.Meta
	if m.UpstreamCalls != 1 || m.Retries != 0 || m.Cached || m.ConnectorName != "linkedin@"+connector.Version || len(m.RequestIDs) != 1 {
		t.Errorf("meta %+v", m)
	}
	var buckets []string
	for _, q := range m.Quota {
		buckets = append(buckets, q.Endpoint+" "+string(q.Scope))
		if q.Used < 1 || !q.ResetsAt.Equal(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("bucket %+v", q)
		}
	}
	if diff := cmp.Diff([]string{"GET /v2/userinfo application", "GET /v2/userinfo member"}, buckets); diff != "" {
		t.Errorf("budgets (-want +got):\n%s", diff)
	}
}

func TestGetProfileQuirks(t *testing.T) {
	t.Run("locale as an object", func(t *testing.T) {
		b := login(t, sandbox.PartnerClient, nil)
		b.srv.SetQuirks(sandbox.Quirks{LocaleObject: true})
		var got connector.Profile
		b.invoke("get_profile", `{"fields":["locale"]}`, &got)
		if got.Locale != "en-US" {
			t.Errorf("locale %q", got.Locale)
		}
	})
	t.Run("picture is throttled", func(t *testing.T) {
		b := login(t, sandbox.CommunityClient, nil)
		b.srv.SetQuirks(sandbox.Quirks{ThrottledPictures: true})
		var got connector.Profile
		res := b.invoke("get_profile", `{"fields":["id","picture"]}`, &got)
		if got.Picture != nil || got.ID == "" {
			t.Errorf("profile %+v", got)
		}
		wantNotice(t, res, "picture")
	})
	t.Run("field that is not allowed", func(t *testing.T) {
		b := login(t, sandbox.LegacyClient, nil)
		e := b.refused("get_profile", `{"fields":["headline"]}`)
		if e.Kind != plugin.Forbidden || e.Pointer != "/fields" || !strings.Contains(e.Hint, "r_basicprofile") {
			t.Errorf("error %s", detailed(e))
		}
	})
}

// replies that are no profile, whatever their status says.
func TestGetProfileTakesNothingElse(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		fault     sandbox.Fault
		want      plugin.Kind
	}{
		{"error body with 200", "it must not pass for a profile", sandbox.Fault{Status: 200, Body: `{"status":500,"message":"no"}`}, plugin.BadUpstream},
		{"list", "another shape", sandbox.Fault{Status: 200, Body: `[]`}, plugin.BadUpstream},
		{"HTML with 200", "a proxy's page", sandbox.Fault{Status: 200, Body: `<html></html>`}, plugin.BadUpstream},
		{"nothing with 200", "an empty body", sandbox.Fault{Status: 200, Body: ` `}, plugin.BadUpstream},
		{"numbers for names", "another shape", sandbox.Fault{Status: 200, Body: `{"sub":"x","name":5}`}, plugin.BadUpstream},
		{"more than 16 MiB", "no reply is so large", sandbox.Fault{Status: 200, Body: `{"sub":"` + strings.Repeat("x", 17<<20) + `"}`}, plugin.BadUpstream},
		{"redirect", "the token must not follow it", sandbox.Fault{Status: 302, Body: "moved"}, plugin.BadUpstream},
		{"half a body", "the connection broke", sandbox.Fault{Truncate: true}, plugin.Unavailable},
		{"reset", "the connection broke", sandbox.Fault{Reset: true}, plugin.Unavailable},
		{"503 as HTML", "LinkedIn is down", sandbox.Fault{Status: 503, Body: "<html></html>"}, plugin.Unavailable},
		{"999", "the website, not the API", sandbox.Fault{Status: 999, Body: "<html></html>"}, plugin.InvalidConfig},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := login(t, sandbox.PartnerClient, nil)
			b.srv.Fail(tt.fault)
			e := b.refused("get_profile", `{}`)
			if e.Kind != tt.want || e.Hint == "" || e.Effect != plugin.EffectNone {
				t.Errorf("error %s, want kind %s, as %s", detailed(e), tt.want, tt.why)
			}
		})
	}
}

func TestSlowReplyIsATimeout(t *testing.T) {
	t.Parallel()
	b := login(t, sandbox.PartnerClient, map[string]any{"timeout_seconds": 1})
	for _, fault := range []sandbox.Fault{{Path: "/v2", Stall: 5 * time.Second}, {Path: "/v2", Drip: time.Second}} {
		b.srv.Fail(fault)
		if e := b.refused("get_profile", `{"max_age_seconds":0}`); e.Kind != plugin.Timeout || !e.Retryable {
			t.Errorf("fault %+v: error %s", fault, detailed(e))
		}
	}
}
