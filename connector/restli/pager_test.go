package restli_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/restli"
)

// reply is one page as a server sends it: n elements from first on, and what else stands in paging.
type reply struct {
	first, n int
	paging   string
}

func (r reply) body() string {
	var elements []string
	for i := range r.n {
		elements = append(elements, fmt.Sprintf(`{"id":%d}`, r.first+i))
	}
	body := `{"elements":[` + strings.Join(elements, ",") + `]`
	if r.paging != "" {
		body += `,"paging":{` + r.paging + `}`
	}
	return body + `}`
}

func next(href string) string { return `"links":[{"rel":"next","href":"` + href + `"}]` }

func TestPager(t *testing.T) {
	tests := []struct {
		name    string
		base    restli.Query
		options restli.PagerOptions
		replies []reply
		want    []string // queries asked
		stop    restli.Stop
		why     string
	}{
		{"links", nil, restli.PagerOptions{Count: 10},
			[]reply{{0, 10, `"count":10,` + next("/v2/x?start=10&count=10")}, {10, 10, `"count":10,` + next("/v2/x?start=20&count=10")}, {20, 3, `"count":10,"links":[]`}},
			[]string{"start=0&count=10", "start=10&count=10", "start=20&count=10"}, restli.StopShort, "11.20: follow links"},
		{"short page in mid-stream", nil, restli.PagerOptions{Count: 25},
			[]reply{{0, 20, `"count":25,"total":61,` + next("/v2/x?start=25&count=25")}, {25, 11, `"count":25`}},
			[]string{"start=0&count=25", "start=25&count=25"}, restli.StopShort, "fixture 42: the link decides"},
		{"empty page in mid-stream", nil, restli.PagerOptions{Count: 10},
			[]reply{{0, 0, next("/v2/x?start=10")}, {10, 2, `"count":10`}},
			[]string{"start=0&count=10", "start=10&count=10"}, restli.StopShort, "all filtered: the link decides once"},
		{"two empty pages running", nil, restli.PagerOptions{Count: 10},
			[]reply{{0, 0, next("/v2/x?start=10")}, {10, 0, next("/v2/x?start=20")}},
			[]string{"start=0&count=10", "start=10&count=10"}, restli.StopEmpty, "a link that leads through nothing is not followed for ever"},
		{"empty pages apart", nil, restli.PagerOptions{Count: 10},
			[]reply{{0, 0, next("/x?start=10")}, {10, 1, next("/x?start=20")}, {20, 0, next("/x?start=30")}, {30, 1, ""}},
			[]string{"start=0&count=10", "start=10&count=10", "start=20&count=10", "start=30&count=10"}, restli.StopShort, "only running ones count"},
		{"no paging, short", nil, restli.PagerOptions{Count: 10}, []reply{{0, 9, ""}}, []string{"start=0&count=10"}, restli.StopShort, "the documented end"},
		{"no paging, full", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, ""}, {2, 2, ""}, {4, 0, ""}},
			[]string{"start=0&count=2", "start=2&count=2", "start=4&count=2"}, restli.StopEmpty, "11.20: stop on an empty page"},
		{"empty at once", nil, restli.PagerOptions{Count: 10}, []reply{{0, 0, `"count":10,"total":0,"links":[]`}}, []string{"start=0&count=10"}, restli.StopEmpty, "fixture 41"},
		{"total reached", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, `"count":2,"total":4`}, {2, 2, `"count":2,"total":4`}},
			[]string{"start=0&count=2", "start=2&count=2"}, restli.StopTotal, "saves the empty page"},
		{"one page", nil, restli.PagerOptions{Count: 50}, []reply{{0, 1, `"count":50,"links":[],"start":0,"total":1`}}, []string{"start=0&count=50"}, restli.StopTotal, "5.4"},
		{"short page below the total", nil, restli.PagerOptions{Count: 10},
			[]reply{{0, 8, `"count":10,"total":15,"links":[]`}, {10, 5, `"count":10,"total":15,"links":[]`}},
			[]string{"start=0&count=10", "start=10&count=10"}, restli.StopTotal, "5.4: filtered by privacy, no links; the total says that more remains"},
		{"total of zero with elements", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, `"count":2,"total":0`}, {2, 1, `"count":2,"total":0`}},
			[]string{"start=0&count=2", "start=2&count=2"}, restli.StopShort, "2.6: zero is the schema's default, not a size"},
		{"negative total", nil, restli.PagerOptions{Count: 2}, []reply{{0, 1, `"count":2,"total":-1`}}, []string{"start=0&count=2"}, restli.StopShort, "not a size"},
		{"total below what came", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, `"count":2,"total":1`}}, []string{"start=0&count=2"}, restli.StopTotal, "no more than that"},
		{"no total", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, `"count":2,"links":[]`}, {2, 1, `"count":2,"links":[]`}},
			[]string{"start=0&count=2", "start=2&count=2"}, restli.StopShort, "fixture 43"},
		{"last page is full", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?start=2&count=2")}, {2, 2, `"links":[{"rel":"prev","href":"/x?start=0"}]`}, {0, 0, ""}},
			[]string{"start=0&count=2", "start=2&count=2", "start=4&count=2"}, restli.StopEmpty, "a prev link is no proof of the end"},
		{"smaller pages than asked for", nil, restli.PagerOptions{Count: 50}, []reply{{0, 25, `"count":25`}, {25, 5, `"count":25`}},
			[]string{"start=0&count=50", "start=25&count=50"}, restli.StopShort, "a clamp that is admitted"},
		{"more elements than asked for", nil, restli.PagerOptions{Count: 2}, []reply{{0, 3, `"count":2`}, {3, 1, `"count":2`}},
			[]string{"start=0&count=2", "start=3&count=2"}, restli.StopShort, "what came is not asked for again"},
		{"step of one", params("domain", "PROFILE"), restli.PagerOptions{},
			[]reply{{0, 1, `"start":0,"count":10,"total":2,` + next("/rest/memberSnapshotData?count=10&domain=PROFILE&q=criteria&start=1")}, {1, 1, `"start":1,"count":10,"total":2,"links":[]`}},
			[]string{"domain=PROFILE&start=0&count=10", "domain=PROFILE&start=1&count=10"}, restli.StopTotal, "5.6: the page step is 1, not 10"},
		{"link changes count", nil, restli.PagerOptions{Count: 50}, []reply{{0, 25, next("/x?start=25&count=25")}, {25, 0, ""}},
			[]string{"start=0&count=50", "start=25&count=25"}, restli.StopEmpty, "the link knows the size"},
		{"repeated page", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?start=2")}, {0, 2, next("/x?start=4")}},
			[]string{"start=0&count=2", "start=2&count=2"}, restli.StopRepeated, "11.20"},
		{"repeated page later", nil, restli.PagerOptions{Count: 1}, []reply{{0, 1, ""}, {1, 1, ""}, {0, 1, ""}},
			[]string{"start=0&count=1", "start=1&count=1", "start=2&count=1"}, restli.StopRepeated, "11.20: any earlier page"},
		{"start is ignored by the server", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, `"start":0,"count":2`}, {0, 2, `"start":0,"count":2`}},
			[]string{"start=0&count=2", "start=2&count=2"}, restli.StopRepeated, "no endless first page"},
		{"link to itself", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?start=0&count=2")}}, []string{"start=0&count=2"}, restli.StopLoop, "would be served for ever"},
		{"link back", nil, restli.PagerOptions{Count: 2, Start: 10}, []reply{{0, 2, next("/x?start=4&count=2")}}, []string{"start=10&count=2"}, restli.StopLoop, "does not lead forward"},
		{"negative link", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?start=-5&token=a")}}, []string{"start=0&count=2"}, restli.StopLoop, "no such index"},
		{"link without start", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?count=2")}, {2, 0, ""}}, []string{"start=0&count=2", "start=2&count=2"}, restli.StopEmpty, "one page on"},
		{"link without query", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x")}, {2, 0, ""}}, []string{"start=0&count=2", "start=2&count=2"}, restli.StopEmpty, "one page on"},
		{"unreadable start", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?start=abc")}, {2, 0, ""}}, []string{"start=0&count=2", "start=2&count=2"}, restli.StopEmpty, "one page on"},
		{"start beyond all numbers", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?start=99999999999999999999")}, {2, 0, ""}}, []string{"start=0&count=2", "start=2&count=2"}, restli.StopEmpty, "unreadable"},
		{"start beyond all listings", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?start=9223372036854775807")}, {2, 0, ""}}, []string{"start=0&count=2", "start=2&count=2"}, restli.StopEmpty, "no overflow"},
		{"count beyond all pages", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, `"count":9223372036854775807`}, {2, 0, ""}}, []string{"start=0&count=2", "start=2&count=2"}, restli.StopEmpty, "no overflow"},
		{"count of zero in a link", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?start=2&count=0")}, {2, 0, ""}}, []string{"start=0&count=2", "start=2&count=2"}, restli.StopEmpty, "would serve nothing"},
		{"link to another host", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("https://evil.example/x?start=2&count=2")}, {2, 0, ""}}, []string{"start=0&count=2", "start=2&count=2"}, restli.StopEmpty, "only its parameters are taken"},
		{"fragment in a link", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?start=2#start=9")}, {2, 0, ""}}, []string{"start=0&count=2", "start=2&count=2"}, restli.StopEmpty, "no parameter"},
		{"own parameters stay", params("keywords", "R&D, (a)"), restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?q=People&keywords=R&D, (a)&start=2&count=2")}, {2, 0, ""}},
			[]string{"keywords=R%26D%2C%20%28a%29&start=0&count=2", "keywords=R%26D%2C%20%28a%29&start=2&count=2"}, restli.StopEmpty, "a link in the wrong encoding does not spoil the keywords"},
		{"start and count of the base are replaced", params("start", "7", "a", "b", "count", "3"), restli.PagerOptions{Count: 2}, []reply{{0, 0, ""}}, []string{"start=0&a=b&count=2"}, restli.StopEmpty, "they are the pager's"},
		{"cursor", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?count=2&pageToken=t1")}, {2, 2, next("/x?count=2&pageToken=t2")}, {4, 1, ""}},
			[]string{"start=0&count=2", "start=0&count=2&pageToken=t1", "start=0&count=2&pageToken=t2"}, restli.StopShort, "2.6: newer finders use tokens"},
		{"cursor, then no link", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?count=2&pageToken=t1")}, {2, 2, ""}},
			[]string{"start=0&count=2", "start=0&count=2&pageToken=t1"}, restli.StopCursor, "counting on from a cursor would begin anew"},
		{"start near the end of numbers", nil, restli.PagerOptions{Count: 2, Start: math.MaxInt64}, []reply{{0, 2, ""}}, []string{"start=9007199254740992&count=2"}, restli.StopLoop, "no overflow"},
		{"count near the end of numbers", nil, restli.PagerOptions{Count: math.MaxInt64}, []reply{{0, 2, `"total":9223372036854775807`}}, []string{"start=0&count=9007199254740992"}, "", "no overflow"},
		{"cursor that stays", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?start=0&pageToken=t1")}, {2, 2, next("/x?start=0&pageToken=t1")}},
			[]string{"start=0&count=2", "start=0&count=2&pageToken=t1"}, restli.StopLoop, "would be served for ever"},
		{"method's parameters are not copied", nil, restli.PagerOptions{Count: 2}, []reply{{0, 2, next("/x?q=a&bq=b&ids=c&action=d&oauth2_access_token=e&start=2")}, {2, 0, ""}},
			[]string{"start=0&count=2", "start=2&count=2"}, restli.StopEmpty, "NewRequest writes them, and a token never goes into a URL"},
		{"page cap", nil, restli.PagerOptions{Count: 1, MaxPages: 2}, []reply{{0, 1, next("/x?start=1")}, {1, 1, next("/x?start=2")}}, []string{"start=0&count=1", "start=1&count=1"}, restli.StopPages, "11.20: cap pages"},
		{"page cap on the last page", nil, restli.PagerOptions{Count: 2, MaxPages: 1}, []reply{{0, 1, ""}}, []string{"start=0&count=2"}, restli.StopShort, "the end is the better reason"},
		{"window", nil, restli.PagerOptions{Count: 25, Window: 50}, []reply{{0, 25, next("/x?start=25")}, {25, 25, next("/x?start=50")}}, []string{"start=0&count=25", "start=25&count=25"}, restli.StopWindow, "no page beyond is served"},
		{"window on the last page", nil, restli.PagerOptions{Count: 25, Window: 50}, []reply{{0, 25, next("/x?start=25")}, {25, 5, ""}}, []string{"start=0&count=25", "start=25&count=25"}, restli.StopShort, "the end is the better reason"},
		{"later start", nil, restli.PagerOptions{Count: 10, Start: 30}, []reply{{0, 10, ""}, {10, 0, ""}}, []string{"start=30&count=10", "start=40&count=10"}, restli.StopEmpty, "a cursor of the caller"},
		{"negative start", nil, restli.PagerOptions{Start: -5}, []reply{{0, 0, ""}}, []string{"start=0&count=10"}, restli.StopEmpty, "the beginning"},
		{"defaults", nil, restli.PagerOptions{}, []reply{{0, 0, ""}}, []string{"start=0&count=10"}, restli.StopEmpty, "zero is LinkedIn's default"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pager := restli.NewPager(tt.base, &tt.options)
			var asked []string
			var stop restli.Stop
			for _, r := range tt.replies {
				if stop != "" {
					t.Fatalf("stopped as %q before the last reply: %s", stop, tt.why)
				}
				asked = append(asked, pager.Query().Encode())
				page, err := restli.DecodeCollection([]byte(r.body()))
				if err != nil {
					t.Fatal(err)
				}
				stop = pager.Advance(page)
			}
			if stop != tt.stop {
				t.Errorf("stop = %q, want %q: %s", stop, tt.stop, tt.why)
			}
			if diff := cmp.Diff(tt.want, asked); diff != "" {
				t.Errorf("queries (-want +got):\n%s%s", diff, tt.why)
			}
		})
	}
}

// A listing that never ends is cut after 100 pages unless another cap was set.
func TestPagerDefaultCap(t *testing.T) {
	pager := restli.NewPager(nil, nil)
	pages := 0
	for stop := restli.Stop(""); stop == ""; pages++ {
		page, err := restli.DecodeCollection([]byte(reply{first: pages * 10, n: 10}.body()))
		if err != nil {
			t.Fatal(err)
		}
		stop = pager.Advance(page)
	}
	if pages != 100 || pager.Start() != 1000 {
		t.Errorf("stopped after %d pages at %d, want 100 at 1000", pages, pager.Start())
	}
}

// After a smaller last page the listing can be taken up where it was left, although the reply does not tell the page size.
func TestPagerLimit(t *testing.T) {
	pager := restli.NewPager(nil, &restli.PagerOptions{Count: 10})
	for _, step := range []struct {
		limit int64
		want  string
	}{{0, "start=0&count=10"}, {50, "start=0&count=10"}, {3, "start=0&count=3"}} {
		pager.Limit(step.limit)
		if got := pager.Query().Encode(); got != step.want {
			t.Errorf("Limit(%d): %q, want %q", step.limit, got, step.want)
		}
	}
	page, err := restli.DecodeCollection([]byte(reply{n: 3}.body()))
	if err != nil {
		t.Fatal(err)
	}
	if stop := pager.Advance(page); stop != "" || pager.Start() != 3 {
		t.Errorf("stop %q at %d, want to go on at 3", stop, pager.Start())
	}
}

// The order of fields and white space do not make another page.
func TestPagerKnowsReorderedPage(t *testing.T) {
	pager := restli.NewPager(nil, &restli.PagerOptions{Count: 1})
	for i, body := range []string{`{"elements":[{"a":1,"b":9007199254740993}]}`, `{"elements":[{"a":1,"b":9007199254740992}]}`, `{"elements":[ {"b":9007199254740993, "a":1} ]}`} {
		page, err := restli.DecodeCollection([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		want := restli.Stop("")
		if i == 2 {
			want = restli.StopRepeated
		}
		if got := pager.Advance(page); got != want {
			t.Errorf("page %d: %q, want %q", i, got, want)
		}
	}
}

func TestStopCut(t *testing.T) {
	for stop, want := range map[restli.Stop]bool{
		"": false, restli.StopEmpty: false, restli.StopShort: false, restli.StopTotal: false, restli.StopCursor: false,
		restli.StopRepeated: true, restli.StopLoop: true, restli.StopPages: true, restli.StopWindow: true,
	} {
		if got := stop.Cut(); got != want {
			t.Errorf("%q.Cut() = %v, want %v", stop, got, want)
		}
	}
}
