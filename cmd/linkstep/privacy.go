package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/store"
)

// What the commands do stands in the audit trail by these names.
const (
	auditExport = "host.export"
	auditErase  = "host.erase"
)

const privacyLong = `Show or erase all that the store holds on a member: the connections of the
member's account, and the rows of the audit trail about the member.

Of other members nothing is stored: what actions give is kept in memory only.
LinkedIn gives a member another id in each application, so a member of several
applications has several URNs. linkstep connections --json shows those of the
accounts.`

func (a *app) privacyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "privacy", Short: "Show or erase what is kept of a member", Long: privacyLong, Args: cobra.NoArgs,
		Example: `  linkstep privacy export --member urn:li:person:dyLyRENc09
  linkstep privacy erase --member urn:li:person:dyLyRENc09`,
		RunE: a.group,
	}
	cmd.AddCommand(a.exportCommand(), a.eraseCommand())
	return cmd
}

func (a *app) exportCommand() *cobra.Command {
	var member, output string
	cmd := &cobra.Command{
		Use: "export --member URN", Short: "Show what is kept of a member",
		Long: "Print all that the store holds on a member as a JSON document. Secrets and tokens are\nnamed, never printed.",
		Example: `  linkstep privacy export --member urn:li:person:dyLyRENc09
  linkstep privacy export --member urn:li:person:dyLyRENc09 --output member.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if err := checkMember(member); err != nil {
				return err
			}
			return a.withTrail(ctx, func(h *host.Host, t *trail) error { return a.export(ctx, h, t, member, output) })
		},
	}
	a.memberFlag(cmd, &member)
	cmd.Flags().StringVar(&output, "output", "", "write the document to this `file`, which only you can read")
	_ = cmd.MarkFlagFilename("output", "json")
	return cmd
}

// memberFlag adds --member, which completes to the accounts of the connections.
func (a *app) memberFlag(cmd *cobra.Command, member *string) {
	cmd.Flags().StringVar(member, "member", "", "the member's `URN`")
	_ = cmd.RegisterFlagCompletionFunc("member", a.completeMembers)
}

// exportView is what the store holds on a member.
type exportView struct {
	Member      string               `json:"member"`
	At          time.Time            `json:"at"`
	Connections []exportedConnection `json:"connections"`
	Audit       exportedAudit        `json:"audit"`
	Notes       []string             `json:"notes"`
}

type exportedConnection struct {
	Name      string          `json:"name"`
	Connector string          `json:"connector"`
	CreatedAt time.Time       `json:"created_at"`
	Dev       bool            `json:"dev"`
	Account   plugin.Account  `json:"account"`
	Settings  json.RawMessage `json:"settings,omitempty"`
	Secrets   []string        `json:"secrets"` // the names of the secret settings
	Entries   host.Entries    `json:"entries"` // how many are kept, by what they are
}

type exportedAudit struct {
	Rows    int         `json:"rows"`
	Entries []auditView `json:"entries"`
}

// memberNotes say what is held elsewhere, or not at all.
var memberNotes = []string{
	"What actions gave of other members is not stored: hosts that run keep it in memory, for 24 hours at most.",
	"Quota counters stay until the UTC day ends. They name a member by a hash and count calls.",
	"The trail keeps members as keyed hashes, which cannot be turned back.",
}

func (a *app) export(ctx context.Context, h *host.Host, t *trail, member, output string) error {
	conns, err := connectionsOf(ctx, h, member)
	if err != nil {
		return err
	}
	v := exportView{Member: member, At: time.Now().UTC().Truncate(time.Second), Connections: []exportedConnection{}, Notes: memberNotes}
	for _, conn := range conns {
		entries, err := h.Connections().Entries(ctx, conn)
		if err != nil {
			return err
		}
		v.Connections = append(v.Connections, exportedConnection{
			Name: conn.Name, Connector: conn.Connector, CreatedAt: conn.CreatedAt, Dev: conn.Dev, Account: conn.Account,
			Settings: conn.Settings, Secrets: orEmpty(slices.Sorted(maps.Keys(conn.Secrets))), Entries: entries,
		})
	}
	rows, err := t.opened().Read(ctx, &store.AuditFilter{Subject: member, Limit: math.MaxInt32})
	if err != nil {
		return err
	}
	v.Audit = exportedAudit{len(rows), auditViews(rows)}
	if err := a.writeExport(&v, output); err != nil {
		return err
	}
	_ = h.Record(ctx, &plugin.AuditEntry{Action: auditExport, Subjects: []string{member}}, nil) // it is in the log
	return nil
}

// writeExport prints the document, or writes it to a file and says so.
func (a *app) writeExport(v *exportView, output string) error {
	if output == "" {
		if a.json {
			return a.writeJSON(map[string]any{"output": v})
		}
		return a.writeJSON(v)
	}
	doc, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := writePrivate(output, append(doc, '\n')); err != nil {
		return usagef("--output %s: %s", output, cause(err))
	}
	if a.json {
		return a.writeJSON(map[string]any{"output": map[string]any{
			"member": v.Member, "file": output, "connections": len(v.Connections), "audit_rows": v.Audit.Rows,
		}})
	}
	fmt.Fprintf(a.out, "%s: %s, %s of the audit trail\n", output, countOf(int64(len(v.Connections)), "connection"), countOf(int64(v.Audit.Rows), "row"))
	return nil
}

// connectionsOf returns the connections of a member's account.
func connectionsOf(ctx context.Context, h *host.Host, member string) ([]*host.Connection, error) {
	all, err := allConnections(ctx, h)
	return slices.DeleteFunc(all, func(c *host.Connection) bool { return c.Account.URN != member }), err
}
