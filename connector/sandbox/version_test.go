package sandbox_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
)

func TestVersionGate(t *testing.T) {
	v := arrive(t, nil, sandbox.CommunityClient)
	v.token = v.signIn(0).AccessToken
	inactive := func(version string) map[string]any {
		return problem(426, 0, "NONEXISTENT_VERSION", "Requested version "+version+"01 is not active")
	}
	missing := problem(400, 0, "VERSION_MISSING", "A version must be present. Please specify a version by adding the Linkedin-Version header.")
	tests := []struct {
		version string
		path    string
		want    map[string]any
		why     string
	}{
		{"", "/rest/me", missing, "the newest is not assumed"},
		{"", "/v2/me", nil, "/v2 has no versions"},
		{"202609", "/rest/me", nil, "the newest"},
		{"202601", "/rest/me", nil, "the oldest"},
		{"202601.02", "/rest/me", nil, "with a revision"},
		{"202512", "/rest/me", inactive("202512"), "never was"},
		{"202511", "/rest/me", inactive("202511"), "sunset on 2026-11-16"},
		{"202612", "/rest/me", inactive("202612"), "in the future"},
		{"202504", "/rest/nothing", inactive("202504"), "refused before routing"},
		{"latest", "/v2/me", nil, "/v2 ignores the header"},
	}
	for _, tt := range tests {
		header := v.header()
		header.Set("LinkedIn-Version", tt.version)
		a := v.do("GET", tt.path, header, "")
		if tt.want == nil {
			if a.Status != 200 {
				t.Errorf("version %q on %s: %d %s; %s", tt.version, tt.path, a.Status, a.Body, tt.why)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, a.json(t)); diff != "" {
			t.Errorf("version %q on %s, %s (-want +got):\n%s", tt.version, tt.path, tt.why, diff)
		}
	}
	v.server.SetClock(time.Date(2027, 9, 15, 0, 0, 0, 0, time.UTC))
	v.token = v.signIn(0).AccessToken
	if a := v.get("/rest/me"); a.Status != 426 {
		t.Errorf("202609 on its sunset day: %d", a.Status)
	}
	v.server.SetClock(time.Date(2027, 9, 14, 23, 0, 0, 0, time.UTC))
	if a := v.get("/rest/me"); a.Status != 200 {
		t.Errorf("202609 on the day before: %d", a.Status)
	}
}
