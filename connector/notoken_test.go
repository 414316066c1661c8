package connector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// A login that gives no token was repeated with the request that wanted one: a
// wait for nothing, and its end told twice. LinkedIn has answered, so neither
// is repeated, with the retries that are usual.
func TestNoTokenIsNoReasonToTryAgain(t *testing.T) {
	for _, tt := range []struct {
		name, client string
		change       func(b *bench)
		kind         plugin.Kind
		ends         int // how often the log tells of the end
	}{
		{"revoked, with a refresh token", sandbox.PartnerClient, func(b *bench) { b.srv.RevokeTokens(); b.srv.Advance(time.Minute) }, plugin.Reauthorize, 1},
		{"revoked, without one", sandbox.SelfServeClient, func(b *bench) { b.srv.RevokeTokens(); b.srv.Advance(time.Minute) }, plugin.Reauthorize, 1},
		{"past the year", sandbox.PartnerClient, func(b *bench) { b.srv.Advance(366 * day) }, plugin.Reauthorize, 0},
		{"the login service is down", sandbox.PartnerClient, func(b *bench) {
			b.srv.Advance(61 * day)
			if err := b.srv.Fail(sandbox.Fault{Path: "/oauth/v2/accessToken", Status: 503, Times: -1}); err != nil {
				t.Fatal(err)
			}
		}, plugin.Unavailable, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := login(t, tt.client, map[string]any{"max_retries": nil})
			tt.change(b)
			var waits []string
			_, err := b.plugin.Invoke(t.Context(), b.conn, &plugin.InvokeRequest{Action: "get_profile", Input: []byte(`{"max_age_seconds":0}`)}, func(e *plugin.Event) error {
				if e.Type == plugin.EventWaiting {
					waits = append(waits, e.Message)
				}
				return nil
			})
			if plugin.KindOf(err) != tt.kind {
				t.Errorf("error %s, want %s", detailed(err), tt.kind)
			}
			if len(waits) != 0 {
				t.Errorf("waits %q", waits)
			}
			if n := strings.Count(b.log.String(), "LinkedIn has ended the login"); n != tt.ends {
				t.Errorf("its end is logged %d times, want %d:\n%s", n, tt.ends, b.log)
			}
		})
	}
}
