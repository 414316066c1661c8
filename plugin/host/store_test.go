package host

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

// TestStore runs one after another what a connector may ask of the store, and
// what it may not.
func TestStore(t *testing.T) {
	forbidden := func(message, hint string) outcome {
		return outcome{Err: &plugin.Error{Kind: plugin.Forbidden, Source: plugin.SourceConnector, Effect: plugin.EffectNone, Message: message, Hint: hint}}
	}
	foreign := func(key string) outcome {
		return forbidden(fmt.Sprintf("the key %q is not the connector's own", key), `Keys begin with "tester/".`)
	}
	ok := func(output string) outcome { return outcome{Meta: usual, Output: `{"output":` + output + `}`} }
	steps := []struct {
		name, input string
		want        outcome
	}{
		{"get of nothing", `{"op":"get","key":"tester/a"}`, ok(`{"revision":0,"value":""}`)},
		{"first write", `{"op":"swap","key":"tester/a","value":"one"}`, ok(`{"Swapped":true,"Revision":1}`)},
		{"write of another revision", `{"op":"swap","key":"tester/a","value":"two","revision":7}`, ok(`{"Swapped":false,"Revision":1}`)},
		{"get", `{"op":"get","key":"tester/a"}`, ok(`{"revision":1,"value":"one"}`)},
		{"another write", `{"op":"swap","key":"tester/b","value":"two"}`, ok(`{"Swapped":true,"Revision":2}`)},
		{"list", `{"op":"list","prefix":"tester/"}`, ok(`["tester/a","tester/b"]`)},
		{"list after", `{"op":"list","prefix":"tester/","key":"tester/a","limit":1}`, ok(`["tester/b"]`)},
		{"lease", `{"op":"lease","key":"tester/l","value":"me","n":60}`, ok(`{"held":true,"until":true}`)},
		{"lease of another", `{"op":"lease","key":"tester/l","value":"you","n":60}`, ok(`{"held":false,"until":true}`)},
		{"lease given back", `{"op":"lease","key":"tester/l","value":"me"}`, ok(`{"held":false,"until":false}`)},
		{"count", `{"op":"count","key":"tester/n","value":"2026-11-24","n":2,"limit":3}`, ok(`{"Granted":true,"Refused":0,"Counts":[{"Key":"tester/n","Window":"2026-11-24","Used":2}]}`)},
		{"count beyond", `{"op":"count","key":"tester/n","value":"2026-11-24","n":2,"limit":3}`, ok(`{"Granted":false,"Refused":0,"Counts":[{"Key":"tester/n","Window":"2026-11-24","Used":2}]}`)},
		{"counters", `{"op":"counters","prefix":"tester/"}`, ok(`[{"Key":"tester/n","Window":"2026-11-24","Used":2}]`)},
		{"delete", `{"op":"delete","key":"tester/a"}`, ok(`{"Deleted":1}`)},
		{"delete a prefix", `{"op":"delete","prefix":"tester/"}`, ok(`{"Deleted":1}`)},

		{"foreign get", `{"op":"get","key":"host/connections/me"}`, foreign("host/connections/me")},
		{"foreign swap", `{"op":"swap","key":"linkedin/token","value":"x"}`, foreign("linkedin/token")},
		{"foreign list", `{"op":"list","prefix":""}`, foreign("")},
		{"list of half a name", `{"op":"list","prefix":"test"}`, foreign("test")},
		{"another connector of like name", `{"op":"get","key":"tester2/a"}`, foreign("tester2/a")},
		{"foreign lease", `{"op":"lease","key":"linkedin/l","value":"me","n":60}`, foreign("linkedin/l")},
		{"foreign count", `{"op":"count","key":"linkedin/n","value":"2026-11-24","n":2}`, foreign("linkedin/n")},
		{"foreign counters", `{"op":"counters","prefix":"linkedin/"}`, foreign("linkedin/")},
		{"foreign delete", `{"op":"delete","key":"host/connections/me"}`, foreign("host/connections/me")},
		{"foreign delete of a prefix", `{"op":"delete","prefix":"host/"}`, foreign("host/")},
		{"delete of all", `{"op":"delete"}`, foreign("")},
		// A key of its own beside a foreign prefix once passed as one text.
		{"delete with both", `{"op":"delete","key":"tester/a","prefix":"host/"}`, forbidden("a key and a prefix are to be deleted at once", "Set one of them.")},
		{"zero byte", `{"op":"get","key":"tester/a\u0000b"}`, foreign("tester/a\x00b")},
	}
	eachWay(t, func(t *testing.T, p *Plugin) {
		for _, tt := range steps {
			got := run(t.Context(), p.Invoke, request("store", tt.input))
			if diff := cmp.Diff(tt.want, got, sameOutcome); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", tt.name, tt.input, diff)
			}
		}
	})
}

func TestWithoutStore(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			p := load(t, newHost(t, &Options{}), way.source())
			got := run(t.Context(), p.Invoke, request("store", `{"op":"get","key":"tester/a"}`))
			if got.Output != `{"output":"no store"}` {
				t.Errorf("the connector of a host without a store answers %s, %v", got.Output, got.Err)
			}
		})
	}
}
