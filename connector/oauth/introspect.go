package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Introspection is what LinkedIn says about a token. It never names the member.
type Introspection struct {
	Active       bool
	Status       string    // "active", "expired", "revoked"; empty when not told
	Scopes       []string  // of a member's token only
	ClientID     string    // empty when not told
	AuthType     string    // "2L", "3L", "Enterprise_User"; empty when not told
	CreatedAt    time.Time // zero when not told, as the two below
	AuthorizedAt time.Time
	ExpiresAt    time.Time
}

// Introspect asks LinkedIn about an access token of this application. A token
// that is expired, revoked or another application's is no error: Active is
// false. Errors are of type [*Error].
func (c *Config) Introspect(ctx context.Context, accessToken string) (*Introspection, error) {
	client, seen := c.client()
	body, err := post(valueless{ctx}, client, c.IntrospectURL, url.Values{
		"client_id":     {c.ClientID},
		"client_secret": {c.ClientSecret},
		"token":         {accessToken},
	})
	e := &Error{Op: "introspect", Err: err}
	seen.describe(e, c.now())
	if err != nil {
		return nil, e
	}

	var answer struct {
		introspectionJSON
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	err = json.Unmarshal(body, &answer)
	if e.Status != http.StatusOK {
		e.Code = answer.Error
		e.Description = clean(answer.Description, c.ClientSecret, accessToken)
		return nil, e
	}
	if err != nil || answer.Active == nil {
		e.Err = errors.New("the answer is not an introspection")
		return nil, e
	}
	return answer.introspection(), nil
}

type introspectionJSON struct {
	Active       *bool  `json:"active"`
	Status       string `json:"status"`
	Scope        string `json:"scope"`
	ClientID     string `json:"client_id"`
	AuthType     string `json:"auth_type"`
	CreatedAt    any    `json:"created_at"` // epoch seconds, as the two below
	AuthorizedAt any    `json:"authorized_at"`
	ExpiresAt    any    `json:"expires_at"`
}

func (j *introspectionJSON) introspection() *Introspection {
	return &Introspection{
		Active:       *j.Active,
		Status:       j.Status,
		Scopes:       splitScopes(j.Scope),
		ClientID:     j.ClientID,
		AuthType:     j.AuthType,
		CreatedAt:    epoch(j.CreatedAt),
		AuthorizedAt: epoch(j.AuthorizedAt),
		ExpiresAt:    epoch(j.ExpiresAt),
	}
}

// post sends a form and reads at most 64 KiB of the answer.
func post(ctx context.Context, client *http.Client, to string, form url.Values) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(io.LimitReader(resp.Body, longestBody))
}

// epoch reads seconds since 1970; what is none is the zero time.
func epoch(v any) time.Time {
	if n := number(v); n > 0 {
		return time.Unix(int64(n), 0).UTC()
	}
	return time.Time{}
}
