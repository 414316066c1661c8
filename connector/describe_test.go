package connector_test

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

func TestMain(m *testing.M) {
	if os.Getenv(connector.ReserverVariable) != "" {
		connector.ReserverMain()
	}
	flag.Parse()
	_ = flag.Set("test.parallel", "8") // more than there are cores: these tests wait rather than compute
	goleak.VerifyTestMain(m)
}

func TestDescribeIsFast(t *testing.T) {
	c := connector.New(nil)
	best := time.Hour
	for range 5 { // the machine may be busy
		began := time.Now()
		d, err := c.Describe(t.Context(), &plugin.DescribeRequest{})
		if err != nil || len(d.Actions) != 6 {
			t.Fatal(d, err)
		}
		best = min(best, time.Since(began))
	}
	if best > 5*time.Millisecond {
		t.Errorf("Describe takes %s, want 5 ms at most", best)
	}
}

func TestRetiredVersionCostsOneNotice(t *testing.T) {
	b := login(t, sandbox.PartnerClient, map[string]any{
		"api_version": "202604", "search": map[string]any{"path": "/rest/search/people"},
	})
	b.srv.Fail(sandbox.Fault{Path: "/rest/search", Status: 426, Body: `{"status":426,"code":"NONEXISTENT_VERSION","message":"Requested version 20260401 is not active"}`})
	b.srv.Fail(sandbox.Fault{Path: "/rest/search", Status: 200, Body: `{"elements":[{"entity":"urn:li:person:A1"}]}`})
	res := b.invoke("search_people", `{"keywords":"x","fields":["id"]}`, nil)
	wantNotice(t, res, "202604")
	var versions []string
	for _, r := range b.srv.Requests() {
		versions = append(versions, r.Header.Get("LinkedIn-Version"))
	}
	if strings.Join(versions, " ") != "202604 202609" || res.Meta.APIVersion != "202609" {
		t.Errorf("versions %q, meta %+v", versions, res.Meta)
	}

	b.srv.Fail(sandbox.Fault{Path: "/rest/search", Status: 426, Times: 2, Body: `{"status":426,"code":"NONEXISTENT_VERSION","message":"Requested version 20260901 is not active"}`})
	e := b.refused("search_people", `{"keywords":"y","fields":["id"]}`)
	if e.Kind != plugin.VersionRetired || !strings.Contains(e.Hint, "--set api_version=YYYYMM") {
		t.Errorf("the default is retired too: %s", detailed(e))
	}
}

func TestListenerThatLeaves(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	gone := errors.New("gone")
	_, err := b.plugin.Stream(t.Context(), b.conn, &plugin.InvokeRequest{
		Action: "search_people", Input: []byte(`{"keywords":"engineer","page_size":1,"max_items":9}`),
	}, func(*plugin.Event) error { return gone })
	if err == nil {
		t.Fatal("the step goes on without a listener")
	}
	if n := len(b.paths()); n != 1 {
		t.Errorf("%d calls after the listener left with the first page", n)
	}
}

// A login that cannot find out who it is leaves that to the first profile.
func TestAccountIsRecognisedLater(t *testing.T) {
	b := newBench(t, sandbox.CommunityClient, nil)
	b.srv.Fail(sandbox.Fault{Path: "/v2/me", Status: 503})
	if got := b.logIn(0); !got.Done || got.Account.ID != "" {
		t.Fatalf("login: %+v", got)
	}
	b.invoke("get_profile", `{}`, nil)
	if got := b.check(false).Account.ID; got != b.srv.Me(b.client) {
		t.Errorf("account %q", got)
	}
	b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
	if u := b.usage()["GET /v2/me member"]; u.Used != 1 {
		t.Errorf("usage %+v: the member's calls count from then on", u)
	}
}
