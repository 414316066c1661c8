package conform

import (
	"encoding/json"
	"time"
)

// Report is what a run found.
type Report struct {
	Connector string  `json:"connector"` // its name; empty: it could not be loaded
	Version   string  `json:"version"`
	Reached   string  `json:"reached"`        // direct, in-process, file, installed or built-in
	Path      string  `json:"path,omitempty"` // of the file that ran
	Groups    []Group `json:"groups"`

	NeedsConnection bool `json:"needs_connection"` // most cases are run only with the settings of one
}

// Group is the cases about one part of the contract.
type Group struct {
	Name  string `json:"name"`
	Cases []Case `json:"cases"`
}

// Case is one thing that should hold.
type Case struct {
	Name   string        `json:"name"` // what should hold, in words
	Status Status        `json:"status"`
	Why    string        `json:"why,omitempty"`    // what was seen instead, or why the case could not run; may have several lines
	Advice string        `json:"advice,omitempty"` // of a failed case: what to change
	Took   time.Duration `json:"-"`
}

// MarshalJSON writes the duration as whole milliseconds, took_ms.
func (c Case) MarshalJSON() ([]byte, error) {
	type plain Case
	return json.Marshal(struct {
		plain
		TookMS int64 `json:"took_ms"`
	}{plain(c), c.Took.Milliseconds()})
}

// Status is the outcome of a case.
type Status string

// The statuses. A case that could not run is neither of the others.
const (
	Passed Status = "passed"
	Failed Status = "failed"
	NotRun Status = "not run"
)

// Failed reports whether a case failed.
func (r *Report) Failed() bool { return r.Count(Failed) > 0 }

// Count returns how many cases have a status.
func (r *Report) Count(status Status) int {
	n := 0
	for _, g := range r.Groups {
		n += g.count(status)
	}
	return n
}

func (g *Group) count(status Status) int {
	n := 0
	for _, c := range g.Cases {
		if c.Status == status {
			n++
		}
	}
	return n
}

func (g *Group) took() time.Duration {
	var sum time.Duration
	for _, c := range g.Cases {
		sum += c.Took
	}
	return sum
}
