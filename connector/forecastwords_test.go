package connector

import (
	"testing"
	"time"
)

// A token of half an hour had "1 day left".
func TestLeftWords(t *testing.T) {
	const hour, day = time.Hour, 24 * time.Hour
	for left, want := range map[time.Duration]string{
		30 * time.Second: "within a minute", 29*time.Minute + 59*time.Second: "in 29 min", 119 * time.Minute: "in 119 min",
		2 * hour: "in 2 hours", 24*hour + 11*time.Minute: "in 24 hours", 2*day - time.Second: "in 47 hours",
		2 * day: "in 2 days", 5*day - time.Minute: "in 5 days", 10 * day: "in 10 days",
	} {
		if got := leftWords(left); got != want {
			t.Errorf("%v: %q, want %q", left, got, want)
		}
	}
}
