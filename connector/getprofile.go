package connector

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// GetProfileInput is the input of get_profile.
type GetProfileInput struct {
	Fields        []string `json:"fields,omitempty" jsonschema:"title=Fields,minItems=1,maxItems=12,uniqueItems=true,enum=id,enum=urn,enum=name,enum=given_name,enum=family_name,enum=headline,enum=vanity_name,enum=profile_url,enum=picture,enum=email,enum=email_verified,enum=locale,default=id,default=urn,default=name,default=given_name,default=family_name,example=id,example=name,example=email" jsonschema_description:"What to find out; nothing else is given. Left out: id, urn, name, given_name and family_name, and headline, vanity_name and profile_url where the scopes of the login allow it."`
	Raw           bool     `json:"raw,omitempty" jsonschema:"title=As LinkedIn sent it,default=false" jsonschema_description:"Also give what LinkedIn sent, unchanged, in raw. Without fields, LinkedIn is then asked for everything that it gives by default."`
	MaxAgeSeconds *int64   `json:"max_age_seconds,omitempty" jsonschema:"title=Not older than,minimum=0,maximum=86400,default=300,example=300" jsonschema_description:"How old an answer from memory may be, in seconds. 0 always asks LinkedIn, which costs a call of the daily limit."`
}

// Profile is the output of get_profile.
type Profile struct {
	Member
	Email         string `json:"email,omitempty" jsonschema:"title=Email,format=email,maxLength=500,example=ada@example.com" jsonschema_description:"The primary email address of the account. Needs the scope email, and may be absent even then."`
	EmailVerified *bool  `json:"email_verified,omitempty" jsonschema:"title=Email verified" jsonschema_description:"Whether LinkedIn has verified the email address."`
	Locale        string `json:"locale,omitempty" jsonschema:"title=Language and country,maxLength=20,example=en-US" jsonschema_description:"The language of the profile and its country, as in en-US."`
	Endpoint      string `json:"endpoint" jsonschema:"title=Answered by,enum=/v2/userinfo,enum=/v2/me,example=/v2/userinfo" jsonschema_description:"Which of LinkedIn's endpoints answered. The scopes of the login decide."`
}

// The endpoints that tell of the account itself.
const (
	endpointUserinfo = "/v2/userinfo"
	endpointMe       = "/v2/me"
)

func getProfile() action {
	return newAction(plugin.ActionSpec{
		Name: "get_profile", Version: "1.0.0", Title: "Get own profile",
		Description: "Reads the profile of the account that is logged in: who it is, and if allowed its picture and email address.",
		Effect:      plugin.EffectRead, Idempotent: true, Access: plugin.AccessOpen, Cost: 1,
		Scopes:     [][]string{{scopeOpenID, scopeProfile}, {scopeBasicProfile}, {scopeLiteProfile}},
		Examples:   profileExamples(),
		ErrorKinds: readErrors(),
		Data: plugin.Data{
			Subject: plugin.SubjectSelf, MayStore: true,
			Source: "https://learn.microsoft.com/linkedin/marketing/data-storage-requirements",
		},
	}, runGetProfile)
}

func profileExamples() []plugin.Example {
	return []plugin.Example{
		{
			Title: "Who is logged in", Input: []byte(`{}`),
			Output: []byte(`{"id":"782bbtaQ","urn":"urn:li:person:782bbtaQ","name":"Ada Example","given_name":"Ada","family_name":"Example","endpoint":"/v2/userinfo"}`),
		},
		{
			Title: "Name and email address, fresh from LinkedIn", Input: []byte(`{"fields":["name","email","email_verified"],"max_age_seconds":0}`),
			Output: []byte(`{"name":"Ada Example","email":"ada@example.com","email_verified":true,"endpoint":"/v2/userinfo"}`),
		},
	}
}

// runGetProfile answers with the account's own profile.
func runGetProfile(ctx context.Context, s *session, in *GetProfileInput) (*Profile, error) {
	tok, err := s.tokens.Token(ctx)
	if err != nil {
		return nil, err
	}
	f := wanted(in.Fields, tok.Scopes).withRaw(in.Raw, len(in.Fields) > 0)
	endpoint, err := s.profileEndpoint(tok.Scopes, f)
	if err != nil {
		return nil, err
	}
	age := maxAge(in.MaxAgeSeconds, profileAge)
	profile, err := s.profileFrom(ctx, endpoint, f, age)
	if plugin.KindOf(err) == plugin.Forbidden && len(tok.Scopes) == 0 && endpoint == endpointUserinfo {
		// Nobody told what was granted, so the answer is what tells.
		profile, err = s.profileFrom(ctx, endpointMe, f, age)
	}
	if err != nil {
		return nil, err
	}
	s.recognise(ctx, profile)
	s.tellAbsent(ctx, profile, f)
	meterOf(ctx).gave(profile.URN)
	out := Profile{Member: profile.only(f), Endpoint: profile.Endpoint}
	if f.has("email") {
		out.Email = profile.Email
	}
	if f.has("email_verified") {
		out.EmailVerified = profile.EmailVerified
	}
	if f.has("locale") {
		out.Locale = profile.Locale
	}
	return &out, nil
}

// profileEndpoint chooses who is asked. LinkedIn refuses /v2/me to those who
// signed in with OpenID Connect, and userinfo to everybody else.
func (s *session) profileEndpoint(granted []string, f fields) (string, error) {
	openID := slices.Contains(granted, scopeOpenID) && slices.Contains(granted, scopeProfile)
	basic := slices.Contains(granted, scopeBasicProfile)
	switch {
	case s.account.Own:
		return "", s.noMember()
	case basic && (!openID || f.hasAny(basicFields()...)):
		return endpointMe, nil
	case openID:
		return endpointUserinfo, nil
	case slices.Contains(granted, scopeLiteProfile), slices.Contains(granted, scopeCompliance):
		return endpointMe, nil
	case len(granted) > 0:
		e := (&situation{target: targetProfile, connection: s.conn.name}).noAccess()
		e.Source, e.Effect = plugin.SourceConnector, plugin.EffectNone
		e.Detail = fmt.Sprintf("granted: %v; nothing was sent", granted)
		return "", e
	case s.account.Endpoint != "":
		return s.account.Endpoint, nil
	}
	return endpointUserinfo, nil
}

// profileFrom asks one endpoint, or the memory of what it said.
func (s *session) profileFrom(ctx context.Context, endpoint string, f fields, age time.Duration) (*Profile, error) {
	if endpoint == endpointMe {
		return rememberFields(ctx, s, "me", f, age, func(ctx context.Context) (*Profile, time.Duration, error) {
			return s.askMe(ctx, f)
		})
	}
	// userinfo cannot be projected, so one reply serves all fields.
	return remember(ctx, s, "userinfo", age, s.askUserinfo)
}

// askMe asks /v2/me.
func (s *session) askMe(ctx context.Context, f fields) (*Profile, time.Duration, error) {
	projection, err := query(f.projection())
	if err != nil {
		return nil, 0, err
	}
	body, err := s.ask(ctx, &question{action: "get_profile", target: targetProfile,
		call: restli.Call{Method: restli.Get, Path: endpointMe, Query: projection}})
	if err != nil {
		return nil, 0, err
	}
	e, err := decodeEntity(body)
	if err != nil {
		return nil, 0, classify(err, &situation{target: targetProfile})
	}
	if e.ProfilePicture.failed() {
		tell(ctx, func(m *meter) { m.notice("picture_unavailable", "LinkedIn could not show the picture this time") })
	}
	p := &Profile{Member: e.told(f), Locale: e.FirstName.locale(), Endpoint: endpointMe}
	return p, p.Picture.life(cache.MaxAge, s.conn.clock.now()), nil
}

// tellAbsent says which of the fields that were asked for the endpoint cannot
// tell, and what would.
func (s *session) tellAbsent(ctx context.Context, p *Profile, f fields) {
	m := meterOf(ctx)
	if p.Endpoint == endpointUserinfo && f.hasAny(basicFields()...) {
		m.notice("field_unavailable", "headline, vanity_name and profile_url are not given to this login: they need the scope "+scopeBasicProfile)
	}
	if p.Endpoint == endpointMe && f.hasAny("email", "email_verified") {
		m.notice("field_unavailable", "the email address is not given to this login: it needs the scopes openid, profile and "+scopeEmail)
	}
}

// size implements answer.
func (p *Profile) size() int { return 1<<10 + len(p.Raw) }

// recognise keeps who the account is and which endpoint tells, where the login
// could not find out. From the next call on its own budgets are counted.
func (s *session) recognise(ctx context.Context, p *Profile) {
	if s.account.ID != "" {
		return
	}
	account := *s.account
	account.ID, account.Endpoint = p.ID, p.Endpoint
	if err := s.conn.owner.state.putJSON(ctx, s.conn.key("account"), &account); err != nil {
		s.conn.owner.log.WarnContext(ctx, "the account is not remembered", "connection", s.conn.name, "error", err)
		return
	}
	s.conn.renew(&account)
}
