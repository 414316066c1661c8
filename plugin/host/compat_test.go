package host

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/linkstep/linkstep/plugin"
)

// frozen builds the plugin of testdata/compat/v1, which has a wire of its own
// and does not change.
func frozen(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "v1")
	build := exec.Command("go", "build", "-o", path, "./testdata/compat/v1")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// TestFrozenPlugin runs a plugin of protocol 1, as it was, under the host as
// it is.
func TestFrozenPlugin(t *testing.T) {
	t.Parallel()
	path := frozen(t)
	p := load(t, newHost(t, nil), File(path))
	t.Run("Describe", func(t *testing.T) { describesAsThen(t, p) })
	t.Run("Invoke", func(t *testing.T) { invokesAsThen(t, p) })
	t.Run("Store", func(t *testing.T) { storesAsThen(t, p) })
	t.Run("Error", func(t *testing.T) { failsAsThen(t, p) })
	t.Run("the rest", func(t *testing.T) { answersAsThen(t, p) })
	t.Run("a host of two protocols", func(t *testing.T) {
		p := load(t, hostOfTwo(t), File(path))
		if got := p.Description().Summary; strings.HasSuffix(got, inTwo) {
			t.Errorf("the frozen plugin was spoken to in protocol 2: %s", got)
		}
		invokesAsThen(t, p)
	})
}

// day is the time in all that the frozen plugin says.
var day = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// member is a connection of the frozen plugin.
func member() *Connection {
	conn := NewConnection("frozen", "me")
	conn.Settings = json.RawMessage(`{"base":"x"}`)
	conn.Secrets = map[string]plugin.Secret{"token": plugin.NewSecret("s3cret-s3cret")}
	return conn
}

func describesAsThen(t *testing.T, p *Plugin) {
	text, err := os.ReadFile("../../testdata/compat/v1/description.json")
	if err != nil {
		t.Fatal(err)
	}
	var want any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	// What is read and written again may say more, and must not say less.
	again, err := json.Marshal(p.Description())
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(again, &got); err != nil {
		t.Fatal(err)
	}
	if missing := lacks(got, want, ""); len(missing) > 0 {
		t.Errorf("the host did not take from the description: %s", strings.Join(missing, ", "))
	}
}

// lacks lists the JSON pointers of want that are not in got or are different.
func lacks(got, want any, at string) []string {
	var list []string
	switch want := want.(type) {
	case map[string]any:
		m, _ := got.(map[string]any)
		for name, v := range want {
			list = append(list, lacks(m[name], v, at+"/"+name)...)
		}
		return list
	case []any:
		if l, ok := got.([]any); ok && len(l) == len(want) {
			for i := range want {
				list = append(list, lacks(l[i], want[i], at+"/"+string(rune('0'+i)))...)
			}
			return list
		}
	}
	if !cmp.Equal(got, want) && !(got == nil && (want == false || want == 0.0)) { // omitted when empty
		list = append(list, at)
	}
	return list
}

func invokesAsThen(t *testing.T, p *Plugin) {
	var events []plugin.Event
	res, err := p.Stream(t.Context(), member(), &plugin.InvokeRequest{Action: "echo", Input: json.RawMessage(`{"n":9007199254740993}`)}, func(e *plugin.Event) error {
		events = append(events, *e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	stale := plugin.Event{Type: plugin.EventNotice, Code: "stale", Message: "an old reply was used"}
	limit, remaining := int64(100), int64(97)
	wantEvents := []plugin.Event{
		{Type: plugin.EventProgress, Message: "half way", Done: 1, Total: 2},
		{Type: plugin.EventWaiting, Message: "for the vendor", Until: &day},
		stale,
		{Type: plugin.EventPage, Items: []json.RawMessage{json.RawMessage(`1`), json.RawMessage(`{"two":9007199254740993}`)}, Cursor: "next"},
	}
	want := &plugin.Result{
		Output: json.RawMessage(`{"got":{"n":9007199254740993},"name":"me","settings":{"base":"x"},"secrets":1}`),
		Meta: plugin.Meta{
			UpstreamCalls: 2, Retries: 1, Waited: time.Second, Cached: true, CacheAge: time.Minute, RequestIDs: []string{"r1"},
			Quota: []plugin.UsageBucket{{
				Endpoint: "GET /v1", Scope: plugin.ScopeMember, Limit: &limit, Used: 3, Remaining: &remaining, ResetsAt: day, Source: plugin.LimitConfigured,
			}},
			APIVersion: "202611", ConnectorName: "frozen@1.0.0", Notices: []plugin.Event{stale},
		},
	}
	if diff := cmp.Diff(wantEvents, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, res); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func storesAsThen(t *testing.T, p *Plugin) {
	res, err := p.Invoke(t.Context(), member(), &plugin.InvokeRequest{Action: "remember", Input: json.RawMessage(`{}`)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Got string }
	if err := json.Unmarshal(res.Output, &got); err != nil {
		t.Fatal(err)
	}
	const want = `swapped true, one, ["frozen/a"], held true, granted true, 2 used, foreign forbidden, 1 deleted`
	if got.Got != want {
		t.Errorf("the store said\n%s\nwant\n%s", got.Got, want)
	}
}

func failsAsThen(t *testing.T, p *Plugin) {
	_, err := p.Invoke(t.Context(), member(), &plugin.InvokeRequest{Action: "refuse", Input: json.RawMessage(`{}`)}, nil)
	want := &plugin.Error{
		Kind: plugin.RateLimited, Source: plugin.SourceUpstream, Message: "too fast", Hint: "Wait.", Detail: "burst", Pointer: "/n",
		Violations: []plugin.Violation{{Pointer: "/n", Message: "too many"}}, HTTPStatus: 429, VendorCode: "TOO_MANY", RequestID: "r1",
		Retryable: true, RetryAt: &day, Effect: plugin.EffectNone, DocsURL: "https://example.test/limits",
	}
	var got *plugin.Error
	errors.As(err, &got)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(plugin.Error{}, "Err")); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func answersAsThen(t *testing.T, p *Plugin) {
	conn := member()
	check, err := p.Check(t.Context(), conn, &plugin.CheckRequest{})
	if err != nil || check.Account.Name != "Ada" || check.Token.ExpiresAt == nil || !check.Token.ExpiresAt.Equal(day) || check.API.State != plugin.APIUnchecked {
		t.Errorf("Check = %+v, %v", check, err)
	}
	usage, err := p.Usage(t.Context(), conn)
	if err != nil || len(usage.Buckets) != 1 || *usage.Buckets[0].Remaining != 97 {
		t.Errorf("Usage = %+v, %v", usage, err)
	}
	options, err := p.Options(t.Context(), conn, &plugin.OptionsRequest{Action: "echo", Pointer: "/n"})
	if err != nil || len(options.Options) != 1 || options.Options[0].Label != "A" || options.NextCursor != "next" {
		t.Errorf("Options = %+v, %v", options, err)
	}
	// The plugin has no Authorize, as one of a later protocol may lack what is
	// gone by then: that is an error of the call, and the plugin lives on.
	if _, err := p.Authorize(t.Context(), conn, &plugin.AuthorizeRequest{}); err == nil {
		t.Error("Authorize gave no error")
	}
	if err := p.Disconnect(t.Context(), conn); err != nil {
		t.Errorf("Disconnect: %v", err)
	}
}
