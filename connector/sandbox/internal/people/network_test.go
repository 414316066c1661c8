package people_test

import (
	"slices"
	"testing"

	"github.com/linkstep/linkstep/connector/sandbox/internal/people"
)

func TestConnections(t *testing.T) {
	tests := []struct {
		members, want int
	}{
		{1, 0}, {2, 0}, {3, 2}, {10, 8}, {513, 512}, {10_000, 512},
	}
	for _, tt := range tests {
		crowd := people.New(1, tt.members)
		for _, i := range []int{0, tt.members / 2, tt.members - 1} {
			connected := crowd.Connections(i)
			if len(connected) != tt.want || !slices.IsSorted(connected) || slices.Contains(connected, i) {
				t.Errorf("%d members: %d has %d connections, want %d others in order", tt.members, i, len(connected), tt.want)
			}
			for _, other := range connected {
				if !slices.Contains(crowd.Connections(other), i) {
					t.Errorf("%d members: %d is connected with %d but not the other way round", tt.members, i, other)
				}
			}
		}
	}
}

func TestFollows(t *testing.T) {
	crowd := people.New(1, 3000)
	followers := 0
	for i := range 3000 {
		if crowd.Follows(i, 0) {
			followers++
		}
	}
	if followers < 800 || followers > 1200 || crowd.Follows(0, 0) {
		t.Errorf("%d followers of 3000, want a third, and not the administrator", followers)
	}
}
