package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// connectedView is the output of linkstep connect.
type connectedView struct {
	Connection  string              `json:"connection"`
	Connector   string              `json:"connector"`
	Reconnected bool                `json:"reconnected"`
	Account     plugin.Account      `json:"account"`
	Granted     []string            `json:"scopes_granted"`
	Missing     []string            `json:"scopes_missing"`
	ExpiresAt   *time.Time          `json:"expires_at,omitempty"`
	Assumed     bool                `json:"assumed,omitempty"` // nobody said when it expires
	Diagnostics []plugin.Diagnostic `json:"diagnostics,omitempty"`
}

func (a *app) reportConnected(conn *host.Connection, res *plugin.AuthorizeResponse, assumed, again bool) error {
	v := connectedView{
		Connection: conn.Name, Connector: conn.Connector, Reconnected: again, Account: res.Account,
		Granted: orEmpty(res.Granted), Missing: orEmpty(res.Missing), Diagnostics: res.Diagnostics,
	}
	if !res.ExpiresAt.IsZero() {
		v.ExpiresAt, v.Assumed = &res.ExpiresAt, assumed
	}
	if a.json {
		return a.writeJSON(map[string]any{"output": v})
	}
	done := "connected"
	if again {
		done = "reconnected"
	}
	fmt.Fprintf(a.out, "%s %s to %s as %s\n", done, v.Connection, v.Connector, accountWords(v.Account))
	fmt.Fprintf(a.out, "scopes granted: %s\n", scopeWords(v.Granted))
	if len(v.Missing) > 0 {
		fmt.Fprintf(a.err, "warning: not granted: %s\nhint: Give the application the products that these scopes belong to, then connect again.\n", strings.Join(v.Missing, " "))
	}
	if v.ExpiresAt != nil {
		fmt.Fprintf(a.out, "access until: %s", v.ExpiresAt.UTC().Format(time.RFC3339))
		if v.Assumed {
			fmt.Fprint(a.out, ", which is assumed")
		}
		fmt.Fprintln(a.out)
	}
	a.printDiagnostics(v.Diagnostics)
	fmt.Fprintf(a.err, "next: linkstep actions %s\n", conn.Connector)
	return nil
}

// accountWords names an account for a person, by its URN where its name is not
// kept. Where there is an application and nobody for whom it acts, it acts for
// itself.
func accountWords(a plugin.Account) string {
	words := "not known"
	if a.Application != "" {
		words = "the application itself"
	}
	return cmp.Or(plain(a.Name), a.URN, a.ID, words)
}

// scopeWords lists scopes for a person.
func scopeWords(scopes []string) string { return cmp.Or(strings.Join(scopes, " "), "not known") }

// printDiagnostics words diagnostics for a person.
func (a *app) printDiagnostics(ds []plugin.Diagnostic) {
	for _, d := range ds {
		fmt.Fprintf(a.err, "%s: %s\n", d.Severity, d.Message)
		if d.Hint != "" {
			fmt.Fprintf(a.err, "hint: %s\n", d.Hint)
		}
	}
}

// orEmpty makes a list that JSON writes as [] and not as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
