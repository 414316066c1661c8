package connector

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	// clockNoise is what a clock's offset must exceed to count: the Date header
	// has whole seconds, and the reply was on its way.
	clockNoise = 2 * time.Second
	// clockLimit is the largest offset that is believed of LinkedIn's own hosts.
	clockLimit = 48 * time.Hour
)

// clock is the time at one API host: that of this machine and what the Date
// header of the last reply differed from it. Token lives, the UTC day and
// sunsets go by it. It is safe for concurrent use.
type clock struct {
	state  *state
	log    *slog.Logger
	key    string // of the state
	vendor bool   // LinkedIn's own host

	mu     sync.Mutex // guards the field below
	offset time.Duration
}

// clockRecord is a clock in the state.
type clockRecord struct {
	OffsetMS int64 `json:"offset_ms"`
}

// newClock returns the clock of a host, as it stood when the last process
// looked.
func newClock(ctx context.Context, s *state, log *slog.Logger, host string) (*clock, error) {
	c := &clock{state: s, log: log, key: clockPrefix + host, vendor: host == apiHost}
	var r clockRecord
	if _, err := s.getJSON(ctx, c.key, &r); err != nil {
		return nil, err
	}
	c.offset = c.believe(time.Duration(r.OffsetMS) * time.Millisecond)
	return c, nil
}

// now is the time at the host.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

// ahead is how far the host's clock is ahead of this machine's.
func (c *clock) ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// observe learns from a reply that has just come, and keeps what it learnt.
func (c *clock) observe(ctx context.Context, header http.Header) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return
	}
	// Whole seconds are cut off, so the truth is half a second later on average.
	offset := c.believe(time.Until(date.Add(500 * time.Millisecond)))
	c.mu.Lock()
	changed := (offset - c.offset).Abs() >= clockNoise
	if changed {
		c.offset = offset
	}
	c.mu.Unlock()
	if !changed {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := c.state.putJSON(ctx, c.key, clockRecord{OffsetMS: offset.Milliseconds()}); err != nil {
		c.log.WarnContext(ctx, "the clock of the API is not kept", "error", err)
	}
}

// believe drops an offset that is noise or nonsense.
func (c *clock) believe(offset time.Duration) time.Duration {
	if offset.Abs() < clockNoise || c.vendor && offset.Abs() > clockLimit {
		return 0
	}
	return offset
}
