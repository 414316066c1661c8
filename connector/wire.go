package connector

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"
)

const (
	// longestBody is what is read of a reply; what is larger pages.
	longestBody = 16 << 20
	// longestErrorBody is what is read of a refusal.
	longestErrorBody = 64 << 10
)

// wire is the innermost transport. It sends to one host only, reads each reply
// whole within the time limit, so that one that breaks off counts as an attempt
// that failed, and tells the clock and the meter what came.
type wire struct {
	base    http.RoundTripper
	host    *url.URL // scheme and host that may be spoken to
	clock   *clock
	timeout time.Duration // of one attempt, its body included
}

// RoundTrip implements [http.RoundTripper]. It follows no redirect and keeps
// no cookie.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != w.host.Scheme || req.URL.Host != w.host.Host {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, &hostError{url: req.URL.Scheme + "://" + req.URL.Host}
	}
	meter := meterOf(req.Context())
	ctx, cancel := context.WithTimeout(req.Context(), w.timeout)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { meter.attempt(repeats(req.Context())) },
	})

	resp, err := w.base.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, w.failure(req.Context(), ctx, err)
	}
	defer resp.Body.Close()
	w.clock.observe(req.Context(), resp.Header)
	meter.replied(requestID(resp.Header))
	if resp.StatusCode >= 300 {
		resp.Body = readRefusal(resp.Body)
		return resp, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, longestBody+1))
	if err != nil {
		return nil, w.failure(req.Context(), ctx, err)
	}
	whole := &readBody{Reader: bytes.NewReader(body)}
	if len(body) > longestBody {
		whole.err = errTooLarge
	}
	resp.Body = whole
	return resp, nil
}

// failure tells the time limit of an attempt from the end of the caller's own
// context: only the latter is the caller's business.
func (w *wire) failure(caller, attempt context.Context, err error) error {
	if caller.Err() == nil && errors.Is(attempt.Err(), context.DeadlineExceeded) {
		return &timeoutError{after: w.timeout}
	}
	return err
}

// readRefusal reads the beginning of a refusal. A body that breaks off keeps
// what came before.
func readRefusal(from io.Reader) io.ReadCloser {
	body, err := io.ReadAll(io.LimitReader(from, longestErrorBody+1))
	return &readBody{Reader: bytes.NewReader(body), err: err}
}

// requestID is LinkedIn's name of a reply, which its support asks for.
func requestID(h http.Header) string {
	if id := h.Get("X-Li-Uuid"); id != "" {
		return id
	}
	return h.Get("X-Li-Request-Id")
}

// readBody is a body that was read already, and what ended the reading.
type readBody struct {
	*bytes.Reader
	err error // instead of io.EOF; nil: the body is whole
}

// Read implements [io.Reader].
func (b *readBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF && b.err != nil {
		err = b.err
	}
	return n, err
}

// WriteTo hides that of the reader, which knows nothing of err.
func (b *readBody) WriteTo(w io.Writer) (int64, error) {
	n, err := b.Reader.WriteTo(w)
	if err == nil {
		err = b.err
	}
	return n, err
}

// Close implements [io.Closer].
func (b *readBody) Close() error { return nil }

// errTooLarge says that a reply is larger than longestBody.
var errTooLarge = errors.New("the reply is larger than 16 MiB")

// timeoutError says that an attempt took too long.
type timeoutError struct{ after time.Duration }

// Error tells the limit.
func (e *timeoutError) Error() string { return fmt.Sprintf("no whole answer within %s", e.after) }

// Timeout marks it as a timeout for package net.
func (e *timeoutError) Timeout() bool { return true }

// hostError says that a request was meant for a host that is not allowed.
type hostError struct{ url string }

// Error names the host.
func (e *hostError) Error() string { return e.url + " is not an allowed host" }
