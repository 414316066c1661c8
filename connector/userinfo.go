package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/restli"
)

// userinfo is what OpenID Connect's endpoint tells of the account. All but sub
// may be absent.
type userinfo struct {
	Sub           string     `json:"sub"`
	Name          string     `json:"name"`
	GivenName     string     `json:"given_name"`
	FamilyName    string     `json:"family_name"`
	Picture       string     `json:"picture"`
	Locale        localeText `json:"locale"`
	Email         string     `json:"email"`
	EmailVerified *bool      `json:"email_verified"`
}

// localeText is a locale that is documented as "en-US" and was seen as
// {"country":"US","language":"en"} too.
type localeText string

// UnmarshalJSON reads both forms.
func (l *localeText) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*l = localeText(text)
		return nil
	}
	var parts struct {
		Country  string `json:"country"`
		Language string `json:"language"`
	}
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	*l = localeText(joinLocale(parts.Language, parts.Country))
	return nil
}

// askUserinfo asks /v2/userinfo.
func (s *session) askUserinfo(ctx context.Context) (*Profile, time.Duration, error) {
	body, err := s.ask(ctx, &question{action: "get_profile", target: targetProfile,
		call: restli.Call{Method: restli.Get, Path: endpointUserinfo}})
	if err != nil {
		return nil, 0, err
	}
	p, err := decodeUserinfo(body)
	if err != nil {
		return nil, 0, classify(err, &situation{target: targetProfile})
	}
	return p, p.Picture.life(cache.MaxAge, s.conn.clock.now()), nil
}

// decodeUserinfo reads a profile. The member's id here is the one that other
// endpoints know too.
func decodeUserinfo(body []byte) (*Profile, error) {
	var u userinfo
	if err := json.Unmarshal(body, &u); err != nil {
		return nil, &restli.ShapeError{Want: "userinfo", Reason: "another shape", Err: err}
	}
	if u.Sub == "" {
		return nil, &restli.ShapeError{Want: "userinfo", Reason: "sub is missing"}
	}
	return &Profile{
		Member: Member{
			ID: u.Sub, URN: personURN(u.Sub), Name: u.Name, GivenName: u.GivenName, FamilyName: u.FamilyName,
			Picture: pictureAt(u.Picture), Raw: bytes.Clone(body),
		},
		Email: u.Email, EmailVerified: u.EmailVerified, Locale: string(u.Locale), Endpoint: endpointUserinfo,
	}, nil
}
