package sandbox

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// isAPI reports whether a path is one of the API host's.
func isAPI(path string) bool {
	return strings.HasPrefix(path, "/v2/") || strings.HasPrefix(path, "/rest/")
}

// serve separates what LinkedIn has from what only the sandbox has. A host name that is not of the
// loopback interface is refused: it is how a page in somebody's browser would reach this port.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	switch {
	case !loopbackHost(r.Host):
		s.write(w, r, apiError{Status: http.StatusMisdirectedRequest, Message: "This sandbox answers on the loopback interface only"}.reply(), Fault{})
	case path == "/":
		s.write(w, r, s.statusPage(), Fault{})
	case strings.HasPrefix(path, adminPrefix):
		s.write(w, r, s.admin(r, path), Fault{})
	default:
		s.serveLinkedIn(w, r, path, query)
	}
}

func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return host == "localhost" || isLoopback(strings.Trim(host, "[]"))
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// serveLinkedIn is the way of every request to LinkedIn: wait, answer, note, write.
func (s *Server) serveLinkedIn(w http.ResponseWriter, r *http.Request, path, query string) {
	entry := Request{
		At:       s.Now(),
		Method:   r.Method,
		Path:     path,
		RawQuery: query,
		Query:    query,
		Header:   struckHeader(r.Header),
		Member:   nobody,
	}
	fault, hit := s.faults.take(r.Method, path)
	entry.Fault = hit
	keepBody(r)
	if !s.wait(r.Context(), s.dice.delay(s.currentLatency())+fault.Stall) {
		panic(http.ErrAbortHandler) // returning would answer 200
	}
	answer := s.dispatch(r, path, &entry)
	if fault.Reset {
		s.log.add(entry)
		reset(r)
	}
	answer = fault.apply(s, entry, answer)
	if isAPI(path) {
		answer.stamp(spoken(r))
	}
	entry.Status = answer.status
	s.log.add(entry)
	s.write(w, r, answer, fault)
}

// keepBody reads the body before the wait, because net/http notices that a client has left only
// then. What a client did not wait for has not happened.
func keepBody(r *http.Request) {
	var read bytes.Buffer
	_, err := io.Copy(&read, io.LimitReader(r.Body, maxBody))
	if err != nil {
		panic(http.ErrAbortHandler) // it has left already
	}
	r.Body = io.NopCloser(&read)
}

func (s *Server) currentLatency() Latency {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.latency
}

// dispatch finds who answers. A fault replaces the answer afterwards, so that the call has been
// counted: LinkedIn's gateway counts before its backends fail.
func (s *Server) dispatch(r *http.Request, path string, entry *Request) reply {
	switch path {
	case "/oauth/v2/authorization":
		return s.authorize(r, false)
	case "/oauth/native-pkce/authorization":
		return s.authorize(r, true)
	case "/oauth/v2/accessToken":
		return s.exchange(r)
	case "/oauth/v2/introspectToken":
		return s.introspect(r)
	case "/oauth/.well-known/openid-configuration":
		return s.discovery()
	case "/oauth/openid/jwks":
		return s.jwks()
	}
	if isAPI(path) {
		return s.newCall(r, entry).answer()
	}
	return noResource.reply()
}

// write sends an answer, damaged as the fault says.
func (s *Server) write(w http.ResponseWriter, r *http.Request, answer reply, fault Fault) {
	header := w.Header()
	header.Set("Date", s.Now().UTC().Format(http.TimeFormat))
	header.Set("X-Li-Uuid", uuid())
	header.Set("X-Li-Request-Id", uuid())
	header.Set("X-Li-Fabric", "prod-lva1")
	for name, values := range answer.header {
		header[name] = values
	}
	if header.Get("Content-Length") == "" {
		header.Set("Content-Length", strconv.Itoa(len(answer.body)))
	}
	w.WriteHeader(answer.status)
	switch {
	case fault.Truncate:
		_, _ = w.Write(answer.body[:len(answer.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case fault.Drip > 0:
		s.drip(w, r, answer.body, fault.Drip)
	default:
		_, _ = w.Write(answer.body)
	}
}

// drip sends a body slowly.
func (s *Server) drip(w http.ResponseWriter, r *http.Request, body []byte, pause time.Duration) {
	size := max(len(body)/8, 1)
	for len(body) > 0 && s.wait(r.Context(), pause) {
		n := min(size, len(body))
		_, _ = w.Write(body[:n])
		_ = http.NewResponseController(w).Flush()
		body = body[n:]
	}
}

// reset breaks the connection so that the client sees a reset, not an end. An interim answer goes out
// before, because some clients, Go's among them, silently repeat a request when a kept connection
// ends without a byte.
func reset(r *http.Request) {
	if c, ok := r.Context().Value(connKey{}).(*net.TCPConn); ok {
		_, _ = c.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
		_ = c.SetLinger(0)
	}
	panic(http.ErrAbortHandler)
}

// uuid returns sixteen random bytes as LinkedIn's headers carry them.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.StdEncoding.EncodeToString(b[:])
}
