package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// answerListener receives the request that a vendor redirects the browser to.
type answerListener struct {
	path, state string
	redirect    url.URL
	answers     chan<- string   // gets the redirect URL of the first answer
	strangers   chan<- struct{} // gets word of answers with another state

	server  *http.Server
	serving sync.WaitGroup
	shown   chan struct{} // closed once the page after the answer is fetched

	mu   sync.Mutex  // guards page
	page *answerPage // what to show after the answer; nil before
}

// listenForAnswer listens where the redirect URL of a login points to, and
// sends the URL of the request that answers it. The state in the login's own
// URL tells an answer from what anybody else may send here: any page that the
// person has open can. A login without a state takes what comes.
func listenForAnswer(begun *plugin.AuthorizeResponse, answers chan<- string, strangers chan<- struct{}) (*answerListener, error) {
	u, err := url.Parse(begun.RedirectURL)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" || !isLoopback(u.Hostname()) || u.Port() == "" {
		return nil, errors.New("it is no http address with a port on this machine")
	}
	asked, err := url.Parse(begun.URL)
	if err != nil {
		return nil, err
	}
	l := &answerListener{
		path: u.Path, state: asked.Query().Get("state"), redirect: *u,
		answers: answers, strangers: strangers, shown: make(chan struct{}),
	}
	if l.path == "" {
		l.path = "/"
	}
	l.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: l}
	if err := l.listen(u); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// ServeHTTP takes the answer, and sends the browser on to the same address
// without it: a code in the address bar ends up in bookmarks and screenshots.
func (l *answerListener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	switch {
	case r.URL.Path != l.path:
		http.NotFound(w, r)
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	case !query.Has("code") && !query.Has("error"):
		l.show(w)
	case l.state != "" && subtle.ConstantTimeCompare([]byte(l.state), []byte(query.Get("state"))) != 1:
		pageOther.write(w)
		select {
		case l.strangers <- struct{}{}:
		default: // said already
		}
	default:
		l.take(r.URL.RawQuery, query.Has("error"))
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		http.Redirect(w, r, (&url.URL{Path: l.path}).String(), http.StatusSeeOther)
	}
}

// take passes the first answer on.
func (l *answerListener) take(query string, denied bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.page != nil {
		return // a second answer is nobody's
	}
	l.page = &pageReceived
	if denied {
		l.page = &pageDenied
	}
	answer := l.redirect
	answer.RawQuery = query
	select {
	case l.answers <- answer.String():
	default: // one was pasted
	}
}

// show shows what came of the login, as far as it is known here.
func (l *answerListener) show(w http.ResponseWriter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.page == nil {
		pageNone.write(w)
		return
	}
	l.page.write(w)
	select {
	case <-l.shown:
	default:
		close(l.shown)
	}
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

// pageGrace is how long the browser that brought the answer may take to fetch
// the page after it.
const pageGrace = time.Second

// close ends the listener, once the browser has the page that it was sent to.
func (l *answerListener) close() {
	ctx, cancel := context.WithTimeout(context.Background(), pageGrace)
	defer cancel()
	l.mu.Lock()
	answered := l.page != nil
	l.mu.Unlock()
	if answered {
		select {
		case <-l.shown:
		case <-ctx.Done():
		}
	}
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
