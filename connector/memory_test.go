package connector_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

func TestMemory(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	angel := b.angel().ID
	for _, tt := range []struct {
		name, action, input string
		calls               int
	}{
		{"profile", "get_profile", `{}`, 1},
		{"profile again", "get_profile", `{}`, 0},
		{"profile with other fields: userinfo tells all at once", "get_profile", `{"fields":["email"]}`, 0},
		{"profile, fresh", "get_profile", `{"max_age_seconds":0}`, 1},
		{"search", "search_people", `{"keywords":"engineer"}`, 1},
		{"search again", "search_people", `{"keywords":"engineer"}`, 0},
		{"search for others", "search_people", `{"keywords":"designer"}`, 1},
		{"search for other fields", "search_people", `{"keywords":"engineer","fields":["id","headline"]}`, 1},
		{"person", "get_person", fmt.Sprintf(`{"person":%q}`, angel), 1},
		{"person by URN", "get_person", fmt.Sprintf(`{"person":"urn:li:person:%s"}`, angel), 0},
		{"fields in another order", "get_person", fmt.Sprintf(`{"person":%q,"fields":["urn","name","id","family_name","given_name"]}`, angel), 0},
		{"people", "get_people", fmt.Sprintf(`{"people":[%q,%q]}`, b.srv.Me(b.client), b.srv.PersonID(b.client, 2)), 1},
		{"people again", "get_people", fmt.Sprintf(`{"people":[%q,%q]}`, b.srv.Me(b.client), b.srv.PersonID(b.client, 2)), 0},
		{"one of the people", "get_person", fmt.Sprintf(`{"person":%q}`, b.srv.Me(b.client)), 0},
		{"one of the people, fresh", "get_person", fmt.Sprintf(`{"person":%q,"max_age_seconds":0}`, b.srv.Me(b.client)), 1},
	} {
		b.srv.ResetRequests()
		res := b.invoke(tt.action, tt.input, nil)
		if got := len(b.paths()); got != tt.calls || res.Meta.UpstreamCalls != tt.calls || res.Meta.Cached != (tt.calls == 0) {
			t.Errorf("%s: %d calls, meta %+v; want %d", tt.name, got, res.Meta, tt.calls)
		}
		if len(res.Meta.Quota) == 0 {
			t.Errorf("%s: no budgets in %+v", tt.name, res.Meta)
		}
	}
}

func TestMemoryTellsItsAge(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.invoke("get_profile", `{}`, nil)
	time.Sleep(20 * time.Millisecond)
	res := b.invoke("get_profile", `{}`, nil)
	if !res.Meta.Cached || res.Meta.CacheAge < 20*time.Millisecond || res.Meta.CacheAge > 5*time.Second {
		t.Errorf("meta %+v", res.Meta)
	}
}

func TestErrorsAreNotRemembered(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.FailNext(500, 1)
	b.refused("get_profile", `{}`)
	b.invoke("get_profile", `{}`, nil)
}

func TestMemoryIsTheViewersOwn(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	angel := fmt.Sprintf(`{"person":%q}`, b.angel().ID)
	b.invoke("get_person", angel, nil)
	b.conn = b.connection("other", nil)
	b.logIn(5)
	if res := b.invoke("get_person", angel, nil); res.Meta.UpstreamCalls != 1 {
		t.Errorf("another account was shown what the first has seen: %+v", res.Meta)
	}
}

func TestEqualStepsAreJoined(t *testing.T) {
	t.Parallel()
	b := login(t, sandbox.PartnerClient, nil)
	b.srv.SetLatency(sandbox.Latency{Median: 200 * time.Millisecond})
	input := []byte(fmt.Sprintf(`{"person":%q}`, b.angel().ID))
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = b.plugin.Invoke(t.Context(), b.conn, &plugin.InvokeRequest{Action: "get_person", Input: input}, nil)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if n := len(b.paths()); n != 1 {
		t.Errorf("%d calls for 20 equal steps", n)
	}
}

// A reply is not kept past the end of the picture's address in it.
func TestPictureIsNotKeptPastItsEnd(t *testing.T) {
	t.Parallel()
	b := login(t, sandbox.PartnerClient, nil)
	soon := b.srv.Now().Add(time.Second).Unix()
	b.srv.Fail(sandbox.Fault{Status: 200, Body: fmt.Sprintf(`{"sub":"x","picture":"https://media.licdn.com/p?e=%d"}`, soon)})
	var first, second connector.Profile
	b.invoke("get_profile", `{"fields":["picture"]}`, &first)
	time.Sleep(1200 * time.Millisecond)
	b.invoke("get_profile", `{"fields":["picture"]}`, &second)
	if first.Picture == nil || second.Picture == nil || first.Picture.URL == second.Picture.URL {
		t.Errorf("first %+v, second %+v", first.Picture, second.Picture)
	}
}

// An answer with more fields serves a question for fewer; one with fewer serves
// no question for more.
func TestMemoryOfMoreFields(t *testing.T) {
	partner := login(t, sandbox.PartnerClient, nil)
	community := login(t, sandbox.CommunityClient, nil)
	id := partner.angel().ID
	for _, tt := range []struct {
		name, action, input string
		calls               int
	}{
		{"three columns", "get_person", `"fields":["id","given_name","headline","vanity_name"]`, 1},
		{"one of them", "get_person", `"fields":["headline"]`, 0},
		{"its address comes from the same", "get_person", `"fields":["profile_url","id"]`, 0},
		{"the id alone", "get_person", `"fields":["id"]`, 0},
		{"one that is not among them", "get_person", `"fields":["family_name","headline"]`, 1},
		{"raw is not a part of anything", "get_person", `"fields":["headline"],"raw":true`, 1},
		{"raw again", "get_person", `"fields":["headline"],"raw":true`, 0},
		{"the other answer", "get_person", `"fields":["family_name"]`, 0},
		{"fresh", "get_person", `"fields":["headline"],"max_age_seconds":0`, 1},
		{"own profile", "get_profile", `"fields":["id","name","headline"]`, 1},
		{"own name", "get_profile", `"fields":["given_name"]`, 0},
		{"own picture", "get_profile", `"fields":["picture"]`, 1},
	} {
		b, input := community, "{"+tt.input+"}"
		if tt.action == "get_person" {
			b, input = partner, fmt.Sprintf(`{"person":%q,%s}`, id, tt.input)
		}
		b.srv.ResetRequests()
		res := b.invoke(tt.action, input, nil)
		if n := len(b.paths()); n != tt.calls || strings.Contains(tt.input, `"headline"]`) && !strings.Contains(string(res.Output), "headline") {
			t.Errorf("%s: %d calls, want %d; output %s", tt.name, n, tt.calls, res.Output)
		}
		if strings.Contains(string(res.Output), "Reliability") && !strings.Contains(tt.input, "headline") {
			t.Errorf("%s: output %s has what was not asked for", tt.name, res.Output)
		}
	}
}

// A lost id costs one call a minute, whoever asks.
func TestAbsenceIsRememberedBriefly(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	for i, tt := range []struct {
		input string
		calls int
	}{{`{"person":"AAAAAAAAAA"}`, 1}, {`{"person":"AAAAAAAAAA"}`, 1}, {`{"person":"AAAAAAAAAA","max_age_seconds":0}`, 2}} {
		if e := b.refused("get_person", tt.input); e.Kind != plugin.NotFound {
			t.Errorf("error %s", detailed(e))
		}
		if n := len(b.paths()); n != tt.calls {
			t.Errorf("after question %d: %d calls, want %d", i+1, n, tt.calls)
		}
	}
}
