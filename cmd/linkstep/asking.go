package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/linkstep/linkstep/plugin"
)

// asking is a wait for the answer of a person who consents in a browser: it
// arrives at our listener, or is pasted.
type asking struct {
	*app
	received  chan string   // at the listener
	strangers chan struct{} // other logins' answers at the listener
	pasted    chan string   // lines; closed at the end of standard input
	opened    <-chan error  // whether a browser has opened; nil: none was asked to
	deaf      error         // why there is no listener; nil: there is one
	refused   error         // what was wrong with the last line; nil: nothing
}

// askPerson has a person consent in a browser, and completes the login with
// the answer. A pasted line that is none is asked for again.
func (a *app) askPerson(ctx context.Context, begun *plugin.AuthorizeResponse, browser bool, complete func(answer string) (*plugin.AuthorizeResponse, error)) (*plugin.AuthorizeResponse, error) {
	q := &asking{app: a, received: make(chan string, 1), strangers: make(chan struct{}, 1), pasted: make(chan string)}
	listener, err := listenForAnswer(begun, q.received, q.strangers)
	if err != nil {
		q.deaf = err
		fmt.Fprintf(a.err, "warning: the answer cannot be received at %s: %s\n", begun.RedirectURL, err)
		fmt.Fprint(a.err, "hint: Paste the address that the browser ends at, or free the port and try again.\n")
	} else {
		defer listener.close()
	}
	fmt.Fprintf(a.err, "Redirect URL: %s\n(register it for your application in the developer portal; a native one needs none)\n\n", begun.RedirectURL)
	fmt.Fprintf(a.err, "Open this address to consent:\n\n  %s\n\n", begun.URL)
	if browser {
		q.opened = openBrowser(begun.URL)
		fmt.Fprint(a.err, "Your browser is asked to open it. ")
	}
	fmt.Fprint(a.err, "Waiting for the consent. You may also paste here the address that it leads to, or only the code in that:\n")
	reading, stop := context.WithCancel(ctx)
	defer stop()
	go a.readLines(reading, q.pasted)
	for {
		answer, pasted, err := q.next(ctx)
		if err != nil {
			return nil, err
		}
		var res *plugin.AuthorizeResponse
		switch {
		case len(answer) >= lineMax:
			err = unusable("is over 64 KiB")
		case !utf8.ValidString(answer):
			err = unusable("is no text in UTF-8")
		default:
			res, err = complete(answer)
		}
		if !pasted || !misread(err) {
			return res, err
		}
		q.refused = err
		e := plugin.AsError(err)
		fmt.Fprintf(a.err, "warning: %s\nhint: %s\nThis login still waits. Paste the address again, or only the code in it:\n", e.Message, e.Hint)
	}
}

// misread reports whether a connector could not use an answer, and has not
// tried: the next one may be right.
func misread(err error) bool {
	var e *plugin.Error
	return errors.As(err, &e) && e.Kind == plugin.InvalidInput && e.Pointer == plugin.AnswerPointer
}

// next waits for an answer. It ends when none can come any more.
func (q *asking) next(ctx context.Context) (answer string, pasted bool, err error) {
	for {
		select {
		case answer := <-q.received:
			return answer, false, nil
		case line, more := <-q.pasted:
			switch {
			case more:
				return line, true, nil
			case q.refused != nil: // who pastes has no more to say
				return "", false, q.refused
			case q.deaf != nil:
				return "", false, noWay(q.deaf)
			}
			q.pasted = nil // the browser may still answer
		case <-q.strangers:
			fmt.Fprint(q.err, "warning: an answer to another login has arrived and is left aside; this one still waits\n")
			q.strangers = nil // once is enough
		case err := <-q.opened:
			if err != nil {
				fmt.Fprintf(q.err, "warning: no browser has opened (%s)\nhint: Open the address above yourself, on any machine.\n", err)
			}
			q.opened = nil
		case <-ctx.Done():
			return "", false, noAnswer(ctx.Err())
		}
	}
}

// noWay is for a login that no answer can reach.
func noWay(why error) error {
	return &plugin.Error{
		Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone, Err: why,
		Message: "the answer of the login has no way to arrive: " + why.Error() + ", and standard input has ended",
		Hint:    "Free the port, set another redirect_url, or run this in a terminal and paste the answer.",
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

// unusable is for a pasted line that can be no answer.
func unusable(why string) error {
	return &plugin.Error{
		Kind: plugin.InvalidInput, Source: plugin.SourceUser, Effect: plugin.EffectNone, Pointer: plugin.AnswerPointer,
		Message: "the pasted line " + why, Hint: "Copy only the address of the page to which the browser was sent.",
	}
}

// lineMax bounds a line of standard input, in bytes. An address with a code has
// some hundred.
const lineMax = 64 << 10

// readLines passes the lines that are typed on, and closes the channel at their
// end. A longer line than lineMax is cut to that length. It may outlast the wait:
// nothing can end a read of a terminal but the end of the process.
func (a *app) readLines(ctx context.Context, lines chan<- string) {
	defer close(lines)
	in := bufio.NewReaderSize(a.in, lineMax)
	for {
		part, more, err := in.ReadLine()
		line := string(part)
		if !more {
			line = strings.TrimSpace(line)
		}
		for more && err == nil {
			_, more, err = in.ReadLine()
		}
		if line != "" {
			select {
			case lines <- line:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}
