package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

// asked runs a login whose right answers are "right" and what the browser
// brings. It returns what was tried, what a person was told, and how it ended.
func asked(t *testing.T, in io.Reader, redirect string, meanwhile func()) (tried []string, told string, err error) {
	t.Helper()
	var words bytes.Buffer
	a := &app{in: in, err: &words}
	done := make(chan struct{})
	go func() {
		defer close(done)
		meanwhile()
	}()
	_, err = a.askPerson(t.Context(), &plugin.AuthorizeResponse{RedirectURL: redirect, URL: "https://vendor.example/authorize?state=mine"}, false,
		func(answer string) (*plugin.AuthorizeResponse, error) {
			tried = append(tried, answer)
			switch {
			case answer == "right", strings.HasPrefix(answer, redirect):
				return &plugin.AuthorizeResponse{Done: true}, nil
			case answer == "spent":
				return nil, &plugin.Error{Kind: plugin.Reauthorize, Message: "the code was used"}
			}
			return nil, &plugin.Error{Kind: plugin.InvalidInput, Pointer: plugin.AnswerPointer, Message: "no answer", Hint: "Copy it whole."}
		})
	<-done
	return tried, words.String(), err
}

func TestPastedAnswers(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		tried    []string
		told     string
		ended    string // the error; empty: logged in
		why      string
	}{
		{"at once", "right\n", []string{"right"}, "or only the code in that:\n", "", "a prompt that names both forms"},
		{"no newline", " right ", []string{"right"}, "", "", "piped without one"},
		{"after a slip", "wrogn\n\nright\n", []string{"wrogn", "right"}, "warning: no answer\nhint: Copy it whole.\nThis login still waits.", "", "nothing was spent"},
		{"after a long one", strings.Repeat("x", 100<<10) + "\nright\n", []string{"right"}, "warning: the pasted line is over 64 KiB\n", "", "it was dropped without a word"},
		{"a slip and no more", "wrong\n", []string{"wrong"}, "", "no answer", "who pastes has no more to say"},
		{"a long one and no more", strings.Repeat("x", 100<<10), nil, "", "the pasted line is over 64 KiB", "its end is that of the input"},
		{"a code that was spent", "spent\nright\n", []string{"spent"}, "", "the code was used", "no second one helps"},
	} {
		tried, told, err := asked(t, strings.NewReader(tt.in), freeRedirect(t), func() {})
		ended := ""
		if err != nil {
			ended = plugin.AsError(err).Message
		}
		if diff := cmp.Diff(tt.tried, tried); diff != "" || ended != tt.ended || !strings.Contains(told, tt.told) {
			t.Errorf("%s: %s; ended with %q, want %q; tried (-want +got):\n%s\n%s", tt.name, tt.why, ended, tt.ended, diff, told)
		}
	}
}

// The port is taken and nobody can paste: the answer cannot arrive, ever.
func TestNoWayForAnAnswer(t *testing.T) {
	redirect := freeRedirect(t)
	u, err := url.Parse(redirect)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	start := time.Now()
	_, _, err = asked(t, strings.NewReader(""), redirect, func() {})
	var e *plugin.Error
	if !errors.As(err, &e) || e.Kind != plugin.InvalidConfig || !strings.Contains(e.Message, "port "+u.Port()+" is taken") || e.Hint == "" {
		t.Errorf("it ended with %v, want the port named", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it waited %v", took)
	}
}

// Standard input has ended, and the browser answers.
func TestAnswerAfterTheEndOfInput(t *testing.T) {
	redirect := freeRedirect(t)
	tried, told, err := asked(t, strings.NewReader(""), redirect, func() {
		client := &http.Client{Timeout: 10 * time.Second}
		defer client.CloseIdleConnections()
		for range 500 {
			resp, err := client.Get(redirect + "?code=c1&state=mine")
			if err == nil {
				resp.Body.Close()
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
	if want := []string{redirect + "?code=c1&state=mine"}; err != nil || !cmp.Equal(want, tried) {
		t.Errorf("%v, tried %q, want %q\n%s", err, tried, want, told)
	}
}
