package retry_test

import (
	"testing"
	"testing/synctest"

	"github.com/linkstep/linkstep/connector/retry"
)

func TestRules(t *testing.T) {
	type want struct {
		attempts int
		outcome  string
	}
	tests := []struct {
		name, why   string
		always      step
		reads       want // GET, HEAD, tunnelled GET
		idempotents want // PUT, DELETE, keyed POST
		writes      want // POST, PATCH
	}{
		{"200", "the usual case", answer(200, ""),
			want{1, "OK"}, want{1, "OK"}, want{1, "OK"}},
		{"404", "it would end the same way", answer(404, ""),
			want{1, "Not Found"}, want{1, "Not Found"}, want{1, "Not Found"}},
		{"501", "a 5xx that stays", answer(501, ""),
			want{1, "Not Implemented"}, want{1, "Not Implemented"}, want{1, "Not Implemented"}},
		{"429, day", "only midnight helps", answer(429, dayBody),
			want{1, "Too Many Requests"}, want{1, "Too Many Requests"}, want{1, "Too Many Requests"}},
		{"429, burst", "refused before it was done", answer(429, burstBody),
			want{4, "Too Many Requests"}, want{4, "Too Many Requests"}, want{4, "Too Many Requests"}},
		{"429, HTML", "an edge: not the day's limit", answer(429, "<html>DAY</html>"),
			want{4, "Too Many Requests"}, want{4, "Too Many Requests"}, want{4, "Too Many Requests"}},
		{"409", "a write conflict is repeated once", answer(409, ""),
			want{2, "Conflict"}, want{2, "Conflict"}, want{2, "Conflict"}},
		{"408", "a write may have been read", answer(408, ""),
			want{4, "Request Timeout"}, want{4, "Request Timeout"}, want{1, "Request Timeout"}},
		{"500", "a write may have happened", answer(500, ""),
			want{4, "Internal Server Error"}, want{4, "Internal Server Error"}, want{1, "Internal Server Error"}},
		{"502", "a write may have happened", answer(502, ""),
			want{4, "Bad Gateway"}, want{4, "Bad Gateway"}, want{1, "Bad Gateway"}},
		{"503", "a write may have happened", answer(503, ""),
			want{4, "Service Unavailable"}, want{4, "Service Unavailable"}, want{1, "Service Unavailable"}},
		{"504", "a write may have happened", answer(504, ""),
			want{4, "Gateway Timeout"}, want{4, "Gateway Timeout"}, want{1, "Gateway Timeout"}},
		{"dial", "nothing was written", undialed,
			want{4, "error, not written"}, want{4, "error, not written"}, want{4, "error, not written"}},
		{"reset", "a write may have happened", reset,
			want{4, "error, written"}, want{4, "error, written"}, want{1, "error, written"}},
		{"final", "whoever gave it knows better", judged,
			want{1, "error, written"}, want{1, "error, written"}, want{1, "error, written"}},
		{"refused inside", "an empty budget does not fill", refused,
			want{1, "error, not written"}, want{1, "error, not written"}, want{1, "error, not written"}},
	}
	for _, tt := range tests {
		for kind, want := range map[string]want{
			"GET": tt.reads, "HEAD": tt.reads, "tunnelled GET": tt.reads,
			"PUT": tt.idempotents, "DELETE": tt.idempotents, "keyed POST": tt.idempotents,
			"POST": tt.writes, "PATCH": tt.writes,
		} {
			t.Run(tt.name+"/"+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &server{steps: []step{tt.always}}
					resp, err := retry.Transport(s, nil).RoundTrip(request(t, kind))
					if got := outcome(resp, err); got != want.outcome || len(s.bodies) != want.attempts {
						t.Errorf("%s: %d attempts, %s; want %d, %s", tt.why, len(s.bodies), got, want.attempts, want.outcome)
					}
					for i, body := range s.bodies {
						if body != s.bodies[0] {
							t.Errorf("attempt %d had the body %q, the first %q", i+1, body, s.bodies[0])
						}
					}
				})
			})
		}
	}
}

// What one attempt may have done stays unknown, however the next one ends.
func TestWrittenOnceIsWritten(t *testing.T) {
	for name, second := range map[string]step{"undialed": undialed, "refused inside": refused} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{steps: []step{reset, second}}
				resp, err := retry.Transport(s, nil).RoundTrip(request(t, "PUT"))
				if got := outcome(resp, err); got != "error, written" {
					t.Errorf("ended in %s, want: error, written", got)
				}
			})
		})
	}
}
