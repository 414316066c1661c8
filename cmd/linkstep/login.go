package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// login authorizes a connection in the way that the flags ask for.
func (a *app) login(ctx context.Context, p *host.Plugin, conn *host.Connection, f *connectFlags) (*plugin.AuthorizeResponse, error) {
	if f.tokenStdin.set {
		token, err := a.readTokens(ctx)
		if err != nil {
			return nil, err
		}
		return p.Authorize(ctx, conn, &plugin.AuthorizeRequest{Token: token, Replace: f.replace})
	}
	begun, err := p.Authorize(ctx, conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}, Replace: f.replace})
	if err != nil || begun.Done {
		return begun, err
	}
	complete := func(answer string) (*plugin.AuthorizeResponse, error) {
		return p.Authorize(ctx, conn, &plugin.AuthorizeRequest{Replace: f.replace, Complete: &plugin.AuthorizeComplete{
			Session: begun.Session, Answer: plugin.NewSecret(answer),
		}})
	}
	if !f.yes {
		return a.askPerson(ctx, begun, !f.noBrowser, complete)
	}
	answer, err := consent(ctx, begun.URL)
	if err != nil {
		return nil, err
	}
	return complete(answer)
}

// consentTimeout bounds the one request that consents at a sandbox.
const consentTimeout = 30 * time.Second

// consent allows the application at the consent page of a sandbox and returns
// the URL that the page redirects to.
func consent(ctx context.Context, page string) (string, error) {
	u, err := url.Parse(page)
	if err != nil {
		return "", err
	}
	if !isLoopback(u.Hostname()) {
		return "", usagef("--yes consents only at a sandbox on this machine, and %s is not; leave it out to consent in the browser", u.Host)
	}
	ctx, cancel := context.WithTimeout(ctx, consentTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, page, strings.NewReader("decision=allow"))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return "", &plugin.Error{
			Kind: plugin.Unavailable, Source: plugin.SourceUpstream, Effect: plugin.EffectNone, Retryable: true, Err: err, Detail: err.Error(),
			Message: "nothing answers at " + u.Host, Hint: "Start the sandbox first: linkstep sandbox",
		}
	}
	defer resp.Body.Close()
	location := resp.Header.Get("Location")
	if location == "" {
		return "", &plugin.Error{
			Kind: plugin.InvalidConfig, Source: plugin.SourceUpstream, Effect: plugin.EffectNone, HTTPStatus: resp.StatusCode,
			Message: fmt.Sprintf("the consent page at %s did not accept the application (status %d)", u.Host, resp.StatusCode),
			Hint:    "Check client_id, redirect_url and scopes; the page says which: open " + u.Scheme + "://" + u.Host + "/",
		}
	}
	return location, nil
}

// openBrowser asks the desktop to open the URL, and sends whether it could. The
// browser that this may start is the person's: it gets a session of its own, so
// that Ctrl-C does not reach it and the end of this command does not end it.
func openBrowser(url string) <-chan error {
	opener := "xdg-open"
	if runtime.GOOS == "darwin" {
		opener = "open"
	}
	opened := make(chan error, 1)
	cmd := exec.Command(opener, url)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		opened <- err
		return opened
	}
	go func() {
		err := cmd.Wait()
		if err != nil {
			err = fmt.Errorf("%s: %w", opener, err)
		}
		opened <- err
	}()
	return opened
}
