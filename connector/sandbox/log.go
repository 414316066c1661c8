package sandbox

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// keptRequests is how many requests the log keeps.
const keptRequests = 10_000

// Request is a request that the sandbox received, for assertions. Calls to /_sandbox and to the page
// at / are not among them.
type Request struct {
	At        time.Time   `json:"at"` // on the sandbox's clock
	Method    string      `json:"method"`
	Path      string      `json:"path"`                // as sent, still escaped
	RawQuery  string      `json:"raw_query,omitempty"` // as sent
	Query     string      `json:"query,omitempty"`     // RawQuery, or what was tunnelled in the body
	Tunnelled bool        `json:"tunnelled,omitempty"`
	Header    http.Header `json:"header"` // the values of Authorization and Cookie are struck out
	Client    string      `json:"client,omitempty"`
	Member    int         `json:"member"`           // index of the token's member; -1 without one
	Status    int         `json:"status,omitempty"` // zero when the connection was reset
	Fault     bool        `json:"fault,omitempty"`  // a fault touched the answer
}

// requestLog keeps the last requests. It is safe for concurrent use.
type requestLog struct {
	mu       sync.Mutex // guards requests
	requests []Request
}

func (l *requestLog) add(r Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.requests) >= 2*keptRequests {
		l.requests = slices.Delete(l.requests, 0, keptRequests)
	}
	l.requests = append(l.requests, r)
}

// last returns a copy of the last n requests, oldest first.
func (l *requestLog) last(n int) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.requests[max(len(l.requests)-n, 0):])
}

// Requests returns the requests since the start or the last reset, oldest first: 10,000 at most.
func (s *Server) Requests() []Request { return s.log.last(keptRequests) }

// ResetRequests empties the log.
func (s *Server) ResetRequests() {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.requests = nil
}

// struckHeader copies a header without what opens an account.
func struckHeader(h http.Header) http.Header {
	kept := h.Clone()
	for _, name := range []string{"Authorization", "Cookie"} {
		if kept.Get(name) != "" {
			kept.Set(name, "REDACTED")
		}
	}
	return kept
}
