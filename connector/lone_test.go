package connector

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// Who asks for a person while nobody else does waits for LinkedIn alone; who
// comes while that call is on its way is gathered.
func TestLoneCallerWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(nil)
		if _, err := c.Open(t.Context(), &plugin.OpenRequest{}); err != nil {
			t.Fatal(err)
		}
		defer c.Close(t.Context(), &plugin.CloseRequest{})
		if _, err := c.Connect(t.Context(), &plugin.ConnectRequest{Connection: plugin.Connection{ID: "1", Name: "me", Settings: []byte(`{"client_id":"78abc"}`)}}); err != nil {
			t.Fatal(err)
		}
		const takes = 3 * time.Millisecond // LinkedIn
		s := c.connection("1").session
		s.rt = roundTrip(func(req *http.Request) (*http.Response, error) {
			time.Sleep(takes)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"id":"A"}`))}, nil
		})
		ask := func(why string, want time.Duration) {
			began := time.Now()
			if _, _, err := s.people.ask(t.Context(), "A", fields{"id"}); err != nil {
				t.Errorf("%s: %v", why, err)
			}
			if took := time.Since(began); took != want {
				t.Errorf("%s: answered after %s, want %s", why, took, want)
			}
		}
		ask("alone", takes)
		ask("alone again", takes)
		var wg sync.WaitGroup
		wg.Go(func() { ask("the first", takes) })
		synctest.Wait()
		wg.Go(func() { ask("the second, who might have had company", gatherFor+takes) })
		wg.Wait()
		ask("alone, after a batch", takes)
	})
}
