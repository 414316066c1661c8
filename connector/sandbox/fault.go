package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong. It may slow an answer, replace it and damage it on its way.
type Fault struct {
	// Method is the HTTP method that is hit. Empty means any.
	Method string

	// Path is how the path begins. Empty means where the Fixture belongs, else the whole API, which is
	// /v2 and /rest; to hit OAuth, name it: /oauth.
	Path string

	// Times is how many requests are hit. Zero means one; a negative number means all until ClearFaults.
	Times int

	// Fixture names an answer of [Fixtures]. Empty means none.
	Fixture string

	// Status replaces the answer by one with this status, and with Body or, when that is empty, with
	// the body that LinkedIn is known to give. Zero leaves the answer.
	Status int

	// Body is the body of the answer, if Status is set.
	Body string

	// Header is set on the answer, over what it has.
	Header http.Header

	// Stall waits before the answer. Zero means no wait.
	Stall time.Duration

	// Drip sends the body in eight pieces and waits before each. Zero sends it at once.
	Drip time.Duration

	// Reset breaks the connection before the answer.
	Reset bool

	// Truncate sends half the body, announces all of it, and closes the connection.
	Truncate bool
}

// faults holds the faults to come. It is safe for concurrent use.
type faults struct {
	mu   sync.Mutex // guards list
	list []Fault
}

// Fail adds a fault. Of several that fit a request, the oldest hits. The only error is a name that
// is no fixture's.
func (s *Server) Fail(f Fault) error {
	if f.Times == 0 {
		f.Times = 1
	}
	if f.Fixture != "" {
		known, err := findFixture(f.Fixture)
		if err != nil {
			return err
		}
		f.Reset = f.Reset || known.damage.Reset
		f.Truncate = f.Truncate || known.damage.Truncate
		f.Drip = max(f.Drip, known.damage.Drip)
		if f.Path == "" {
			f.Path = known.path
		}
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append(s.faults.list, f)
	return nil
}

// FailNext answers the next n calls to the API with a status and LinkedIn's body for it.
func (s *Server) FailNext(status, n int) {
	_ = s.Fail(Fault{Status: status, Times: n}) // names no fixture
}

// ClearFaults takes back all faults.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = nil
}

// take returns the fault that hits a request, and uses it up by one.
func (f *faults) take(method, path string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.list {
		fault := &f.list[i]
		if !fault.hits(method, path) {
			continue
		}
		hit := *fault
		if fault.Times > 0 {
			fault.Times--
		}
		if fault.Times == 0 {
			f.list = slices.Delete(f.list, i, i+1)
		}
		return hit, true
	}
	return Fault{}, false
}

func (f *Fault) hits(method, path string) bool {
	if f.Method != "" && f.Method != method {
		return false
	}
	if f.Path == "" {
		return isAPI(path)
	}
	return strings.HasPrefix(path, f.Path)
}

// apply replaces the answer as the fault says.
func (f *Fault) apply(s *Server, entry Request, r reply) reply {
	if f.Fixture != "" {
		known, _ := findFixture(f.Fixture) // Fail has checked the name
		if known.answer != nil {
			r = known.answer(s, entry, r)
		}
	}
	if f.Status != 0 {
		r = usualFailure(f.Status)
		if f.Body != "" {
			r.body = []byte(f.Body)
		}
	}
	if r.header == nil {
		r.header = http.Header{}
	}
	for name, values := range f.Header {
		r.header[http.CanonicalHeaderKey(name)] = values
	}
	return r
}

// usualFailure is what LinkedIn is known to answer with a status.
func usualFailure(status int) reply {
	known := []apiError{badToken, denied("people", "GET", "NO_VERSION"), noResource, badMethod, lengthNeeded,
		tooLong, versionInactive("202609"), burst, internalError,
		badParam("ids")}
	for _, e := range known {
		if e.Status == status {
			return e.reply()
		}
	}
	switch status {
	case http.StatusServiceUnavailable:
		return htmlReply(status, []byte("<html><body><h1>503 Service Unavailable</h1></body></html>"))
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return reply{status: status}
	}
	return apiError{Status: status, Message: http.StatusText(status)}.reply()
}

// Faults returns the faults that are still to come.
func (s *Server) Faults() []Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return slices.Clone(s.faults.list)
}
