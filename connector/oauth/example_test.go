package oauth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/linkstep/linkstep/connector/oauth"
)

func Example() {
	// LinkedIn, as a function.
	linkedin := roundTrip(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path == "/oauth/v2/accessToken" {
			return reply(200, `{"access_token":"AQX","expires_in":5183999,"scope":"openid,profile"}`), nil
		}
		fmt.Println(req.URL.Path, req.Header.Get("Authorization"))
		return reply(200, `{"sub":"782bbtaQ"}`), nil
	})
	config := &oauth.Config{
		ClientID:     "78abc",
		ClientSecret: "secret",
		AuthorizeURL: "https://www.linkedin.com/oauth/v2/authorization",
		TokenURL:     "https://www.linkedin.com/oauth/v2/accessToken",
		RedirectURL:  "http://localhost:8918/callback",
		Scopes:       []string{"openid", "profile"},
		HTTPClient:   &http.Client{Transport: linkedin},
	}
	ctx := context.Background()

	// The member opens config.AuthorizationURL(state) and comes back with:
	answer, err := oauth.ParseRedirect("http://localhost:8918/callback?code=AQcode&state=unguessable")
	if err != nil {
		panic(err)
	}
	code, err := answer.CodeFor("unguessable")
	if err != nil {
		panic(err)
	}
	token, err := config.Exchange(ctx, code, "")
	if err != nil {
		panic(err)
	}
	fmt.Println(token.Scopes, "refreshable:", token.RefreshToken != "")

	source := oauth.NewSource(config, oauth.NewMemoryStore(token), nil)
	defer source.Close()
	api := &url.URL{Scheme: "https", Host: "api.linkedin.com"}
	client := &http.Client{Transport: oauth.Transport(linkedin, source, api, nil)}
	resp, err := client.Get("https://api.linkedin.com/v2/userinfo")
	if err != nil {
		panic(err)
	}
	resp.Body.Close()
	// Output:
	// [openid profile] refreshable: false
	// /v2/userinfo Bearer AQX
}
