package host

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

// The name of an account goes from the saved connection once the connector has
// lost its login for good, whichever call finds that out.
func TestNameOfEndedLogin(t *testing.T) {
	fails := func(kind string) func(*testing.T, *Plugin, *Connection) {
		return func(t *testing.T, p *Plugin, conn *Connection) {
			if _, err := p.Invoke(t.Context(), conn, request("fail", `{"kind":"`+kind+`"}`), nil); err == nil {
				t.Error("the action has not failed")
			}
		}
	}
	checks := func(t *testing.T, p *Plugin, conn *Connection) {
		if _, err := p.Check(t.Context(), conn, &plugin.CheckRequest{}); err != nil {
			t.Error(err)
		}
	}
	eachWay(t, func(t *testing.T, p *Plugin) {
		for _, tt := range []struct {
			name  string
			token bool // the connector has one
			call  func(*testing.T, *Plugin, *Connection)
			want  string
			why   string
		}{
			{"revoked", false, fails("reauthorize"), "", "the token is gone"},
			{"expired", true, fails("reauthorize"), "Ada", "who logs in again keeps the choice"},
			{"another failure", false, fails("forbidden"), "Ada", "it says nothing of the login"},
			{"check of a revoked one", false, checks, "", "a monitor finds out"},
			{"check", true, checks, "Ada", "the login is good"},
		} {
			conn := account()
			conn.Name, conn.Account = "me", plugin.Account{ID: "1", URN: "urn:test:person:1", Name: "Ada", Application: "a1"}
			all := p.host.Connections()
			if err := all.Save(t.Context(), conn); err != nil {
				t.Fatal(err)
			}
			want := *conn
			want.Account.Name = tt.want
			if tt.token {
				logIn(t, p.host.store, conn)
			}
			tt.call(t, p, conn)
			saved, err := all.Get(t.Context(), "me")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&want, saved, cmp.Comparer(func(a, b plugin.Secret) bool { return a.Reveal() == b.Reveal() })); diff != "" {
				t.Errorf("%s, %s: what is saved (-want +got):\n%s", tt.name, tt.why, diff)
			}
			if conn.Account.Name != "Ada" {
				t.Errorf("%s: the caller's connection has changed", tt.name)
			}
			if _, err := all.Delete(t.Context(), conn); err != nil {
				t.Fatal(err)
			}
		}
	})
}
