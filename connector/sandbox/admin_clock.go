package sandbox

import (
	"errors"
	"time"
)

// clockBody is the body of /_sandbox/clock.
type clockBody struct {
	Now            *time.Time `json:"now,omitempty"`             // sets the clock
	AdvanceSeconds float64    `json:"advance_seconds,omitempty"` // moves it
}

func (a *adminCall) clock() (any, error) {
	now := a.server.Now()
	return clockBody{Now: &now}, nil
}

func (a *adminCall) setClock() (any, error) {
	var body clockBody
	if err := a.decode(&body); err != nil {
		return nil, err
	}
	if body.Now == nil && body.AdvanceSeconds == 0 {
		return nil, errors.New("body: give now or advance_seconds")
	}
	if body.Now != nil {
		a.server.SetClock(*body.Now)
	}
	a.server.Advance(time.Duration(body.AdvanceSeconds * float64(time.Second)))
	return a.clock()
}

// latencyBody is the body of /_sandbox/latency, in milliseconds.
type latencyBody struct {
	Median float64 `json:"median_ms"`
	P99    float64 `json:"p99_ms,omitempty"`
}

func (a *adminCall) setLatency() (any, error) {
	var body latencyBody
	if err := a.decode(&body); err != nil {
		return nil, err
	}
	if body.Median < 0 || body.P99 < 0 {
		return nil, errors.New("body: a latency is not negative")
	}
	a.server.SetLatency(Latency{Median: milliseconds(body.Median), P99: milliseconds(body.P99)})
	return body, nil
}

func milliseconds(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }
