package connector_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// Who joins a request of another sees why it takes long, and what is to be
// known of it, as if it were alone: also what was said before it came.
func TestJoinedCallersSeeWhatHappens(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, action, input string
		settings            map[string]any
		faults              []sandbox.Fault
		want                string // events of each of those who join
	}{
		{name: "the same page", action: "search_people", input: `{"keywords":"engineer"}`,
			settings: map[string]any{"limits": []any{map[string]any{"endpoint": "GET /v2/search/people?q=People", "scope": "member", "calls_per_day": 2}}},
			faults:   []sandbox.Fault{{Status: 503, Stall: 100 * time.Millisecond}, {Stall: 500 * time.Millisecond}},
			want:     "waiting, notice quota_low"},
		{name: "the same person", action: "get_person", input: `{"person":"%s"}`,
			faults: []sandbox.Fault{{Status: 502, Stall: 100 * time.Millisecond}, {Stall: 500 * time.Millisecond}},
			want:   "waiting"},
		{name: "a picture that cannot be shown", action: "search_people", input: `{"keywords":"engineer","fields":["id","picture"]}`,
			faults: []sandbox.Fault{{Stall: 500 * time.Millisecond, Status: 200, Body: `{"elements":[{"entity":"urn:li:person:A1","entity~":
				{"id":"A1","profilePicture":{"displayImage":"urn:li:x:1","displayImage!":{"serviceErrorCode":101,"message":"m","status":429}}}}]}`}},
			want: "notice picture_unavailable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			settings := map[string]any{"max_retries": 1}
			for name, value := range tt.settings {
				settings[name] = value
			}
			b := login(t, sandbox.PartnerClient, settings)
			for _, f := range tt.faults {
				if err := b.srv.Fail(f); err != nil {
					t.Fatal(err)
				}
			}
			input := strings.Replace(tt.input, "%s", b.srv.PersonID(b.client, 1), 1)
			var wg sync.WaitGroup
			for caller, after := range []time.Duration{0, underWay, 200 * time.Millisecond} { // the last joins the second attempt
				wg.Go(func() {
					time.Sleep(after)
					var events []string
					_, err := b.plugin.Stream(t.Context(), b.conn, &plugin.InvokeRequest{Action: tt.action, Input: []byte(input)}, func(e *plugin.Event) error {
						if e.Type != plugin.EventPage {
							events = append(events, strings.TrimSpace(fmt.Sprintf("%s %s", e.Type, e.Code)))
						}
						return nil
					})
					if err != nil {
						t.Errorf("caller %d: %s", caller, detailed(err))
					}
					if diff := cmp.Diff(tt.want, strings.Join(events, ", ")); diff != "" {
						t.Errorf("caller %d (-want +got):\n%s", caller, diff)
					}
				})
			}
			wg.Wait()
			if n, most := len(b.paths()), len(tt.faults); n != most {
				t.Errorf("%d calls, want %d: the callers are to join", n, most)
			}
		})
	}
}
