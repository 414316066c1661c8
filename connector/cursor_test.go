package connector_test

import (
	"strings"
	"testing"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

func TestCursors(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	var first searched
	b.invoke("search_people", `{"keywords":"engineer"}`, &first)
	if strings.Contains(first.NextCursor, "engineer") {
		t.Error("the cursor tells the keywords")
	}
	good := first.NextCursor
	other := b.connection("other", nil)
	for _, tt := range []struct {
		name, why, input string
		ok               bool
	}{
		{"same search", "it goes on", `{"keywords":"engineer","cursor":"` + good + `"}`, true},
		{"other pages of the same search", "only the way through it differs", `{"keywords":"engineer","cursor":"` + good + `","page_size":5,"max_items":7,"max_calls":2,"max_age_seconds":0}`, true},
		{"other keywords", "its place means nothing there", `{"keywords":"designer","cursor":"` + good + `"}`, false},
		{"another filter", "it is another search", `{"keywords":"engineer","company":"x","cursor":"` + good + `"}`, false},
		{"changed in one place", "it was not made here", `{"keywords":"engineer","cursor":"` + flip(good) + `"}`, false},
		{"cut", "it is damaged", `{"keywords":"engineer","cursor":"` + good[:20] + `"}`, false},
		{"no cursor at all", "it is damaged", `{"keywords":"engineer","cursor":"abc"}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.srv.ResetRequests()
			_, err := b.try("search_people", tt.input)
			if tt.ok {
				if err != nil {
					t.Errorf("%s, as %s: %s", tt.input, tt.why, detailed(err))
				}
				return
			}
			if e := plugin.AsError(err); e == nil || e.Kind != plugin.InvalidInput || e.Pointer != "/cursor" || e.Hint == "" {
				t.Errorf("%s, as %s: %v", tt.input, tt.why, err)
			}
			b.wantPaths()
		})
	}
	t.Run("another account", func(t *testing.T) {
		b.conn = other
		b.logIn(4)
		if e := b.refused("search_people", `{"keywords":"engineer","cursor":"`+good+`"}`); e.Pointer != "/cursor" {
			t.Errorf("error %s", detailed(e))
		}
	})
}

// flip changes one character of a cursor.
func flip(cursor string) string {
	i := len(cursor) / 2
	c := byte('A')
	if cursor[i] == c {
		c = 'B'
	}
	return cursor[:i] + string(c) + cursor[i+1:]
}

func TestCursorSurvivesARestart(t *testing.T) {
	b := login(t, sandbox.PartnerClient, nil)
	var first searched
	b.invoke("search_people", `{"keywords":"engineer"}`, &first)
	b.open() // another process on the same store
	b.invoke("search_people", `{"keywords":"engineer","cursor":"`+first.NextCursor+`"}`, nil)
}
