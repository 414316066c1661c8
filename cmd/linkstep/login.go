package main

import (
	"bufio"
	"context"
	"errors"
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
	if f.tokenStdin {
		token, err := a.readTokens()
		if err != nil {
			return nil, err
		}
		return p.Authorize(ctx, conn, &plugin.AuthorizeRequest{Token: token, Replace: f.replace})
	}
	begun, err := p.Authorize(ctx, conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}, Replace: f.replace})
	if err != nil || begun.Done {
		return begun, err
	}
	var answer string
	if f.yes {
		answer, err = consent(ctx, begun.URL)
	} else {
		answer, err = a.askPerson(ctx, begun, !f.noBrowser)
	}
	if err != nil {
		return nil, err
	}
	return p.Authorize(ctx, conn, &plugin.AuthorizeRequest{Replace: f.replace, Complete: &plugin.AuthorizeComplete{
		Session: begun.Session, Answer: plugin.NewSecret(answer),
	}})
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

// askPerson has a person consent in a browser and returns the URL that the
// vendor redirected to, from our listener or pasted.
func (a *app) askPerson(ctx context.Context, begun *plugin.AuthorizeResponse, browser bool) (string, error) {
	answers := make(chan string, 2)
	strangers := make(chan struct{}, 1)
	listener, err := listenForAnswer(begun, answers, strangers)
	if err != nil {
		fmt.Fprintf(a.err, "warning: the answer cannot be received at %s: %s\n", begun.RedirectURL, err)
		fmt.Fprint(a.err, "hint: Paste the address that the browser ends at, or free the port and try again.\n")
	} else {
		defer listener.close()
	}
	fmt.Fprintf(a.err, "Redirect URL: %s\n(register it for your application in the developer portal; a native one needs none)\n\n", begun.RedirectURL)
	fmt.Fprintf(a.err, "Open this address to consent:\n\n  %s\n\n", begun.URL)
	var opened <-chan error
	if browser {
		opened = openBrowser(begun.URL)
		fmt.Fprint(a.err, "Your browser is asked to open it. ")
	}
	fmt.Fprint(a.err, "Waiting for the consent. You may also paste the address that it leads to here:\n")
	go a.readAnswer(answers)
	for {
		select {
		case answer := <-answers:
			return answer, nil
		case <-strangers:
			fmt.Fprint(a.err, "warning: an answer to another login has arrived and is left aside; this one still waits\n")
			strangers = nil // once is enough
		case err := <-opened:
			if err != nil {
				fmt.Fprintf(a.err, "warning: no browser has opened (%s)\nhint: Open the address above yourself, on any machine.\n", err)
			}
			opened = nil
		case <-ctx.Done():
			return "", noAnswer(ctx.Err())
		}
	}
}

// noAnswer says that the wait for the person has ended.
func noAnswer(why error) error {
	if !errors.Is(why, context.DeadlineExceeded) {
		return why
	}
	return &plugin.Error{
		Kind: plugin.Deadline, Source: plugin.SourceUser, Effect: plugin.EffectNone, Err: why,
		Message: "no consent has arrived in time, and nothing has changed",
		Hint:    "Start again, and allow more time with --timeout.",
	}
}

// readAnswer passes the first line that is typed on. It may outlast the wait:
// nothing can end a read of a terminal but the end of the process.
func (a *app) readAnswer(answers chan<- string) {
	lines := bufio.NewScanner(a.in)
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" {
			answers <- line
			return
		}
	}
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
