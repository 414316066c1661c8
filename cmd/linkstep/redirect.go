package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"
)

// answerPage is what the person sees after consenting.
const answerPage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Linkstep</title>
<body style="font-family: sans-serif; margin: 4rem auto; max-width: 32rem">
<h1>Back to the terminal</h1>
<p>Linkstep has received the answer. You can close this page.</p>
`

// answerListener receives the one request that a vendor redirects to.
type answerListener struct {
	server  *http.Server
	serving sync.WaitGroup
}

// listenForAnswer listens where a loopback redirect URL points to and sends
// the URL of the request that arrives at its path.
func listenForAnswer(redirect string, answers chan<- string) (*answerListener, error) {
	u, err := url.Parse(redirect)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" || !isLoopback(u.Hostname()) || u.Port() == "" {
		return nil, errors.New("it is no http address with a port on this machine")
	}
	path := u.Path
	if path == "" {
		path = "/"
	}
	l := &answerListener{}
	l.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path || (!r.URL.Query().Has("code") && !r.URL.Query().Has("error")) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Referrer-Policy", "no-referrer")
		_, _ = w.Write([]byte(answerPage))
		full := *u
		full.RawQuery = r.URL.RawQuery
		select {
		case answers <- full.String():
		default: // a second answer is nobody's
		}
	})}
	if err := l.listen(u); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// listen listens on the addresses that the redirect URL's host may mean.
func (l *answerListener) listen(u *url.URL) error {
	hosts := []string{u.Hostname()}
	if strings.EqualFold(u.Hostname(), "localhost") {
		hosts = []string{"127.0.0.1", "::1"}
	}
	var first error
	listening := 0
	for _, h := range hosts {
		ln, err := net.Listen("tcp", net.JoinHostPort(h, u.Port()))
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			return fmt.Errorf("port %s is taken by another program, and linkstep connect needs it for the answer", u.Port())
		case err != nil: // no IPv6 here, say
			if first == nil {
				first = err
			}
			continue
		}
		listening++
		l.serving.Go(func() { _ = l.server.Serve(ln) })
	}
	if listening == 0 {
		return first
	}
	return nil
}

// close ends the listener. The page that was just served gets a moment to
// reach the browser.
func (l *answerListener) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if l.server.Shutdown(ctx) != nil {
		_ = l.server.Close()
	}
	l.serving.Wait()
}

// isLoopback reports whether a host name can only mean this machine.
func isLoopback(name string) bool {
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}
