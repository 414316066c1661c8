package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// AllEndpoints is the endpoint of a limit over all calls together, as the development tier of
// Community Management has.
const AllEndpoints = "*"

// limit is how many calls a UTC day has. Zero means no limit, a negative number means none at all.
type limit struct {
	application int64
	member      int64
}

// counter is what is counted: the calls of a client to an endpoint, or those for one member.
type counter struct {
	endpoint string
	client   string
	member   int // nobody for the count of the application
}

// quotas counts calls by UTC day. It is safe for concurrent use.
type quotas struct {
	mu     sync.Mutex // guards the fields below
	day    time.Time
	used   map[counter]int64
	limits map[string]limit // by endpoint

	burst      int64 // calls of an application within a second; zero means any number
	burstStart time.Time
	burstUsed  map[string]int64 // by client
}

func newQuotas() *quotas {
	return &quotas{used: map[counter]int64{}, limits: map[string]limit{}, burstUsed: map[string]int64{}}
}

// spend counts a call, or says which limit it is over. A refused call is not counted.
func (q *quotas) spend(endpoint, client string, member int, now time.Time) *apiError {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.roll(now)
	if q.burst != 0 && q.burstUsed[client] >= q.burst {
		return &burst
	}
	for _, name := range []string{endpoint, AllEndpoints} {
		most := q.limits[name]
		if over(q.used[counter{name, client, nobody}], most.application) {
			return &appDay
		}
		if member != nobody && over(q.used[counter{name, client, member}], most.member) {
			return &memberDay
		}
	}
	q.burstUsed[client]++
	for _, name := range []string{endpoint, AllEndpoints} {
		q.used[counter{name, client, nobody}]++
		if member != nobody {
			q.used[counter{name, client, member}]++
		}
	}
	return nil
}

func over(used, limit int64) bool { return limit < 0 || limit > 0 && used >= limit }

// roll starts new counts with a new day, and a new burst with a new second.
func (q *quotas) roll(now time.Time) {
	if day := now.Truncate(24 * time.Hour); !day.Equal(q.day) {
		q.day = day
		clear(q.used)
	}
	if second := now.Truncate(time.Second); !second.Equal(q.burstStart) {
		q.burstStart = second
		clear(q.burstUsed)
	}
}

// SetLimit sets how many calls an endpoint takes in a UTC day: from an application for all members,
// and from an application for one member. The limit holds for every client by itself. Zero means no
// limit; a negative number refuses every call. Endpoints are named as in refusals: userinfo, me,
// people, search and so on, or [AllEndpoints].
func (s *Server) SetLimit(endpoint string, application, member int64) error {
	if endpoint != AllEndpoints && !slices.Contains(resources(), endpoint) {
		return fmt.Errorf("sandbox: no endpoint %q: use %s or %s", endpoint, strings.Join(resources(), ", "), AllEndpoints)
	}
	s.quotas.mu.Lock()
	defer s.quotas.mu.Unlock()
	s.quotas.limits[endpoint] = limit{application, member}
	return nil
}

// SetBurst sets how many calls a second an application may make over all endpoints. Zero means any
// number. What is over it gets a 429 that does not speak of a day.
func (s *Server) SetBurst(calls int64) {
	s.quotas.mu.Lock()
	defer s.quotas.mu.Unlock()
	s.quotas.burst = calls
}

// ResetQuotas forgets the calls counted today. Limits stay.
func (s *Server) ResetQuotas() {
	s.quotas.mu.Lock()
	defer s.quotas.mu.Unlock()
	clear(s.quotas.used)
	clear(s.quotas.burstUsed)
}

// Usage is how much of a limit is used.
type Usage struct {
	Endpoint string `json:"endpoint"`
	Client   string `json:"client"`
	Member   int    `json:"member"` // -1 for the application as a whole
	Used     int64  `json:"used"`
	Limit    int64  `json:"limit,omitempty"` // zero means no limit
}

// Usage returns today's counts, sorted by client, endpoint and member.
func (s *Server) Usage() []Usage {
	q := s.quotas
	q.mu.Lock()
	defer q.mu.Unlock()
	q.roll(s.Now())
	var all []Usage
	for c, used := range q.used {
		u := Usage{Endpoint: c.endpoint, Client: c.client, Member: c.member, Used: used, Limit: q.limits[c.endpoint].member}
		if c.member == nobody {
			u.Limit = q.limits[c.endpoint].application
		}
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b Usage) int {
		return strings.Compare(usageKey(a), usageKey(b))
	})
	return all
}

func usageKey(u Usage) string { return fmt.Sprintf("%s %s %09d", u.Client, u.Endpoint, u.Member+1) }
