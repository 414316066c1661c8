package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// A program signs in without a browser: it posts the decision that a person would click.
func Example() {
	srv, err := sandbox.Start(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	s := srv.Settings()

	authorize := s.AuthURL + "/oauth/v2/authorization?" + url.Values{
		"response_type": {"code"}, "client_id": {s.ClientID}, "redirect_uri": {s.RedirectURL},
		"scope": {s.Scopes}, "state": {"some-secret"},
	}.Encode()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := browser.PostForm(authorize, url.Values{"decision": {"allow"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		fmt.Println(err)
		return
	}

	resp, err = http.PostForm(s.AuthURL+"/oauth/v2/accessToken", url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")},
		"client_id": {s.ClientID}, "client_secret": {s.ClientSecret}, "redirect_uri": {s.RedirectURL},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	var token struct {
		Scope     string `json:"scope"`
		TokenType string `json:"token_type"`
		ExpiresIn int    `json:"expires_in"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&token); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%+v\n", token)
	// Output: {Scope:email,openid,profile TokenType:Bearer ExpiresIn:5183999}
}
