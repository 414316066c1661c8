package connector_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// The connector without a host: open it, connect an account, log in, run a step.
func Example() {
	ctx := context.Background()
	srv, err := sandbox.Start(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	s := srv.Settings()

	c := connector.New(nil)
	defer c.Close(ctx, &plugin.CloseRequest{})
	if _, err := c.Open(ctx, &plugin.OpenRequest{}); err != nil { // without a store, all is kept in memory
		fmt.Println(err)
		return
	}
	_, err = c.Connect(ctx, &plugin.ConnectRequest{Connection: plugin.Connection{
		ID: "me", Name: "me", Dev: true, // the sandbox is not LinkedIn
		Settings: []byte(fmt.Sprintf(`{"api_url":%q,"auth_url":%q,"client_id":%q}`, s.APIURL, s.AuthURL, s.ClientID)),
		Secrets:  map[string]plugin.Secret{"client_secret": plugin.NewSecret(s.ClientSecret)},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	begun, err := c.Authorize(ctx, &plugin.AuthorizeRequest{Connection: "me", Begin: &plugin.AuthorizeBegin{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	login, err := c.Authorize(ctx, &plugin.AuthorizeRequest{Connection: "me", Complete: &plugin.AuthorizeComplete{
		Session: begun.Session, Answer: plugin.NewSecret(openInBrowser(begun.URL)),
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(login.Account.Name, login.Granted)

	res, err := c.Invoke(ctx, &plugin.InvokeRequest{
		Connection: "me", Action: "get_profile", Input: []byte(`{"fields":["name","locale"]}`),
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(res.Output), res.Meta.UpstreamCalls)
	// Output:
	// Cora Hartwell [openid profile]
	// {"name":"Cora Hartwell","locale":"en-US","endpoint":"/v2/userinfo"} 1
}

// openInBrowser stands for a person who allows the access.
func openInBrowser(address string) string {
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer browser.CloseIdleConnections()
	resp, err := browser.PostForm(address, url.Values{"decision": {"allow"}})
	if err != nil {
		return ""
	}
	resp.Body.Close()
	return resp.Header.Get("Location")
}
