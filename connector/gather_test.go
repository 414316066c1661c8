package connector_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// thousand asks for 100 people, of whom one hides, 1,000 times by 200 callers
// in a fixed order: round k of caller c asks for person (c+37k) mod 100.
func (b *bench) thousand(ids []string, hidden string) {
	b.t.Helper()
	var wg sync.WaitGroup
	var wrong atomic.Int64
	for c := range 200 {
		wg.Go(func() {
			for k := range 5 {
				id := ids[(c+37*k)%100]
				res, err := b.try("get_person", fmt.Sprintf(`{"person":%q,"fields":["id","name"]}`, id))
				var p connector.Person
				if err == nil {
					err = json.Unmarshal(res.Output, &p)
				}
				right := err == nil && p.ID == id && p.Name != ""
				if id == hidden {
					right = plugin.KindOf(err) == plugin.NotFound
				}
				if !right && wrong.Add(1) == 1 {
					b.t.Errorf("caller %d, round %d, person %s: %+v, %v", c, k, id, p, err)
				}
			}
		})
	}
	wg.Wait()
	if n := wrong.Load(); n > 0 {
		b.t.Errorf("%d of 1,000 answers are wrong", n)
	}
}

// hundred are the ids of 100 members, one of whom hides.
func (b *bench) hundred() (ids []string, hidden string) {
	var all []string
	for i := range 200 {
		all = append(all, b.srv.PersonID(b.client, i))
	}
	var got connector.GetPeopleOutput
	b.invoke("get_people", people(b.t, "", all...), &got)
	for _, p := range got.People[:99] {
		ids = append(ids, p.ID)
	}
	return append(ids, got.Errors[0].Person), got.Errors[0].Person
}

func TestThousandQuestionsTakeFourCalls(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	ids, hidden := b.hundred()
	b.open() // remembers nobody
	b.srv.SetLatency(sandbox.Latency{Median: 50 * time.Millisecond})
	b.srv.ResetRequests()
	b.thousand(ids, hidden)
	if paths := b.paths(); len(paths) > 4 {
		t.Errorf("%d calls, want at most 4:\n%.300s", len(paths), strings.Join(paths, "\n"))
	}
}

// underWay is when a question that was asked has reached LinkedIn, which tells
// of it only once it has answered.
const underWay = 40 * time.Millisecond

// gathering is a bench whose first question for a person is on its way: what
// follows is gathered until leave is called.
func gathering(t *testing.T, settings map[string]any) (b *bench, wait func()) {
	t.Helper()
	b = login(t, sandbox.PartnerClient, settings)
	b.srv.Fail(sandbox.Fault{Path: "/v2/people/(", Stall: 400 * time.Millisecond})
	var wg sync.WaitGroup
	wg.Go(func() { b.invoke("get_person", fmt.Sprintf(`{"person":%q}`, b.srv.PersonID(b.client, 50)), nil) })
	t.Cleanup(wg.Wait)
	for end := time.Now().Add(10 * time.Second); len(b.srv.Faults()) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the first question does not reach LinkedIn")
		}
	}
	return b, wg.Wait
}

// together asks for many people at once, and returns the errors by id, and how
// many callers got a notice by its code.
func (b *bench) together(ids []string, input string) (errs map[string]error, notices map[string]int) {
	var mu sync.Mutex
	errs, notices = make(map[string]error), make(map[string]int)
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Go(func() {
			res, err := b.try("get_person", fmt.Sprintf(`{"person":%q%s}`, id, input))
			if err == nil && !strings.Contains(string(res.Output), id) {
				err = fmt.Errorf("output %s", res.Output)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs[id] = err
				return
			}
			for _, n := range res.Meta.Notices {
				notices[n.Code]++
			}
		})
	}
	wg.Wait()
	return errs, notices
}

func (b *bench) members(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = b.srv.PersonID(b.client, i+1)
	}
	return ids
}

func TestGathering(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, why string
		settings  map[string]any
		callers   int
		input     string
		calls     int // with the one on its way
	}{
		{"one more", "alone all the same", nil, 1, "", 2},
		{"several", "in one call", nil, 20, "", 2},
		{"more than fit", "full ones go at once", map[string]any{"batch_size": 8}, 20, "", 4},
		{"switched off", "each alone", map[string]any{"batch_size": 1}, 5, "", 6},
		{"fresh", "a batch is as fresh as a call", nil, 20, `,"max_age_seconds":0`, 2},
		{"other fields", "not asked for of others: the first of them goes at once", nil, 20, `,"fields":["id","headline"]`, 2},
		{"raw", "as it came", nil, 5, `,"raw":true`, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, wait := gathering(t, tt.settings)
			if tt.name == "other fields" || tt.name == "raw" {
				b.srv.Fail(sandbox.Fault{Path: "/v2/people/(", Stall: 400 * time.Millisecond})
				tt.calls++
			}
			errs, _ := b.together(b.members(tt.callers), tt.input)
			wait()
			if len(errs) > 0 {
				t.Errorf("%s: %v", tt.why, errs)
			}
			if paths := b.paths(); len(paths) != tt.calls {
				t.Errorf("%s: %d calls, want %d:\n%s", tt.why, len(paths), tt.calls, strings.Join(paths, "\n"))
			}
		})
	}
}

// Each caller of a batch gets its own answer or its own error.
func TestGatheredErrorsAreTheirOwn(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	hidden := b.hidden()
	b.srv.Fail(sandbox.Fault{Path: "/v2/people/(", Stall: 100 * time.Millisecond})
	go b.try("get_person", fmt.Sprintf(`{"person":%q,"max_age_seconds":0}`, b.srv.PersonID(b.client, 50)))
	time.Sleep(underWay)
	errs, _ := b.together([]string{b.srv.PersonID(b.client, 1), hidden, "AAAAAAAAAA"}, `,"max_age_seconds":0`)
	for id, message := range map[string]string{hidden: "hides", "AAAAAAAAAA": "no such person"} {
		if err := errs[id]; plugin.KindOf(err) != plugin.NotFound || !strings.Contains(err.Error(), message) {
			t.Errorf("%s: %v, want %q", id, err, message)
		}
	}
	if len(errs) != 2 || len(b.paths()) != 2 {
		t.Errorf("%v after %d calls; want 2 errors after 2", errs, len(b.paths()))
	}
}

// A caller who leaves does not end the call of the others; when all have left
// nothing is sent.
func TestGatheredCallersLeave(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		stay  int
		calls int
	}{{"one", 3, 2}, {"all", 0, 1}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, wait := gathering(t, nil)
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for i, id := range b.members(3 + tt.stay) {
				wg.Go(func() {
					ctx, stays := ctx, i >= 3
					if stays {
						ctx = t.Context()
					}
					_, err := b.plugin.Invoke(ctx, b.conn, &plugin.InvokeRequest{Action: "get_person", Input: []byte(fmt.Sprintf(`{"person":%q}`, id))}, nil)
					if stays && err != nil || !stays && plugin.KindOf(err) != plugin.Canceled {
						t.Errorf("caller %d: %v", i, err)
					}
				})
				if i == 2 {
					time.Sleep(20 * time.Millisecond) // they lead
				}
			}
			time.Sleep(20 * time.Millisecond)
			cancel()
			wait()
			wg.Wait()
			time.Sleep(50 * time.Millisecond)
			if n := len(b.paths()); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
		})
	}
}

// The development tier refuses batches: that is found out once.
func TestTierWithoutBatches(t *testing.T) {
	refusal := sandbox.Fault{Path: "/v2/people", Status: 403, Body: `{"status":403,"serviceErrorCode":100,"code":"ACCESS_DENIED","message":"Not enough permissions to access: people.BATCH_GET.NO_VERSION"}`}
	t.Run("get_person", func(t *testing.T) {
		b, wait := gathering(t, nil)
		b.srv.Fail(refusal)
		if errs, notices := b.together(b.members(5), ""); len(errs) > 0 || notices["no_batch"] != 5 {
			t.Errorf("errors %v, notices %v; want one that batches are refused for each caller", errs, notices)
		}
		wait()
		if n := len(b.paths()); n != 7 {
			t.Errorf("%d calls, want the first, the batch and five alone", n)
		}
		b.srv.ResetRequests()
		_, notices := b.together(b.members(5), `,"max_age_seconds":0`)
		if n := len(b.paths()); n != 5 || len(notices) > 0 {
			t.Errorf("%d calls, notices %v; want five alone, and it was said once", n, notices)
		}
	})
	t.Run("get_people", func(t *testing.T) {
		b := login(t, sandbox.PartnerClient, nil)
		b.srv.Fail(refusal)
		for i, tt := range []struct{ asked, got, failed, calls int }{{5, 5, 0, 6}, {12, 10, 2, 10}} {
			b.srv.ResetRequests()
			var got connector.GetPeopleOutput
			res := b.invoke("get_people", people(t, `,"max_age_seconds":0`, b.members(tt.asked)...), &got)
			if len(got.People) != tt.got || len(got.Errors) != tt.failed || len(b.paths()) != tt.calls || len(res.Meta.Notices) != 1 || res.Meta.Notices[0].Code != "no_batch" {
				t.Errorf("round %d: %d people, errors %+v, %d calls, notices %+v", i, len(got.People), got.Errors, len(b.paths()), res.Meta.Notices)
			}
			for _, e := range got.Errors {
				if e.Kind != "quota_exhausted" || !strings.Contains(e.Message, "max_calls") {
					t.Errorf("error %+v", e)
				}
			}
		}
	})
	t.Run("no access at all", func(t *testing.T) {
		b := login(t, sandbox.SelfServeClient, nil)
		for i, calls := range []int{4, 0} {
			b.srv.ResetRequests()
			if e := b.refused("get_people", people(t, "", "AAAAAAAAA1", "AAAAAAAAA2", "AAAAAAAAA3", "AAAAAAAAA4")); e.Kind != plugin.Forbidden {
				t.Errorf("error %s", detailed(e))
			}
			if n := len(b.paths()); n != calls {
				t.Errorf("round %d: %d calls, want %d", i, n, calls)
			}
		}
	})
}
