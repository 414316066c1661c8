package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

// freeRedirect returns a redirect URL whose port is free.
func freeRedirect(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return "http://" + ln.Addr().String() + "/callback"
}

func TestAnswerListener(t *testing.T) {
	redirect := freeRedirect(t)
	answers, strangers := make(chan string, 2), make(chan struct{}, 1)
	l, err := listenForAnswer(&plugin.AuthorizeResponse{
		RedirectURL: redirect, URL: "https://vendor.example/authorize?state=mine",
	}, answers, strangers)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	client := &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()

	type reply struct {
		status             int
		heading, location  string
		answered, stranger bool
	}
	for _, tt := range []struct {
		name, method, url, why string
		want                   reply
	}{
		{"favicon", "GET", strings.Replace(redirect, "/callback", "/favicon.ico", 1), "browsers ask for it", reply{status: 404}},
		{"nothing in it", "GET", redirect, "somebody looks what listens here", reply{status: 404, heading: pageNone.heading}},
		{"no state", "GET", redirect + "?error=access_denied", "any page can send this; it must not end the login", reply{status: 400, heading: pageOther.heading, stranger: true}},
		{"other state", "GET", redirect + "?code=forged&state=other", "forged, or another login's", reply{status: 400, heading: pageOther.heading, stranger: true}},
		{"posted", "POST", redirect + "?code=c1&state=mine", "the answer is a redirect", reply{status: 405}},
		{"asked about", "HEAD", redirect + "?code=c1&state=mine", "a preview must not use the answer up", reply{status: 405}},
		{"the answer", "GET", redirect + "?code=c1&state=mine", "the code must leave the address bar", reply{status: 303, location: "/callback", answered: true}},
		{"once more", "GET", redirect + "?code=c2&state=mine", "the first one counts", reply{status: 303, location: "/callback"}},
		{"the page after", "GET", redirect, "where the browser was sent", reply{status: 200, heading: pageReceived.heading}},
	} {
		req, err := http.NewRequest(tt.method, tt.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		got := reply{status: resp.StatusCode, location: resp.Header.Get("Location")}
		if _, after, found := strings.Cut(string(body), "<h1>"); found {
			got.heading, _, _ = strings.Cut(after, "</h1>")
		}
		select {
		case answer := <-answers:
			got.answered = answer == redirect+"?code=c1&state=mine"
		default:
		}
		select {
		case <-strangers:
			got.stranger = true
		default:
		}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(reply{})); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", tt.name, tt.why, diff)
		}
	}
}
