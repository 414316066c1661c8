package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

func (a *app) eraseCommand() *cobra.Command {
	var member string
	var yes bool
	cmd := &cobra.Command{
		Use: "erase --member URN", Short: "Erase what is kept of a member",
		Long: `Erase all that the store holds on a member, which linkstep privacy export shows
before: connections of the member's account are disconnected, and the member is
taken out of the rows of the audit trail, which stay without.`,
		Example: `  linkstep privacy erase --member urn:li:person:dyLyRENc09
  linkstep privacy erase --member urn:li:person:dyLyRENc09 --yes --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if err := checkMember(member); err != nil {
				return err
			}
			return a.withTrail(ctx, func(h *host.Host, t *trail) error {
				conns, err := connectionsOf(ctx, h, member)
				if err != nil {
					return err
				}
				if err := a.confirmErasure(ctx, member, conns, yes); err != nil {
					return err
				}
				v, err := erase(ctx, h, t, member, conns)
				if err != nil {
					return err
				}
				return a.reportErased(v)
			})
		},
	}
	a.memberFlag(cmd, &member)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// confirmErasure asks, where there is somebody to ask.
func (a *app) confirmErasure(ctx context.Context, member string, conns []*host.Connection, yes bool) error {
	if yes {
		return nil
	}
	if f, ok := a.in.(*os.File); !ok || !isTerminal(f) {
		return usagef("nothing was erased: nobody can be asked here, so --yes is needed; see first: linkstep privacy export --member %s", member)
	}
	fmt.Fprintf(a.err, "This erases what is kept of %s", member)
	for _, conn := range conns {
		fmt.Fprintf(a.err, ", and the connection %s", conn.Name)
	}
	fmt.Fprint(a.err, ".\nType yes to go on: ")
	line, err := await(ctx, func() (string, error) {
		line, _ := bufio.NewReader(a.in).ReadString('\n')
		return line, nil
	})
	if err != nil {
		fmt.Fprintln(a.err) // after the prompt
		return err
	}
	if strings.TrimSpace(line) != "yes" {
		return usagef("nothing was erased")
	}
	return nil
}

// isTerminal reports whether somebody may type there.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// erasedView is the receipt of an erasure.
type erasedView struct {
	Member      string             `json:"member"`
	Connections []erasedConnection `json:"connections"`
	AuditRows   int64              `json:"audit_rows"` // that named the member
	Notes       []string           `json:"notes"`
}

type erasedConnection struct {
	Connection string       `json:"connection"`
	Deleted    host.Entries `json:"deleted"`
}

// erase deletes the connections first: the trail then has rows about that too,
// out of which the member is taken with the rest.
func erase(ctx context.Context, h *host.Host, t *trail, member string, conns []*host.Connection) (*erasedView, error) {
	v := &erasedView{Member: member, Connections: []erasedConnection{}, Notes: memberNotes}
	for _, conn := range conns {
		deleted, err := h.Connections().Delete(ctx, conn)
		if err != nil {
			return nil, err
		}
		v.Connections = append(v.Connections, erasedConnection{conn.Name, deleted})
	}
	rows, err := t.opened().Erase(ctx, member)
	if err != nil {
		return nil, err
	}
	v.AuditRows = rows
	_ = h.Record(ctx, &plugin.AuditEntry{Action: auditErase}, nil) // about nobody, who is erased
	return v, nil
}

func (a *app) reportErased(v *erasedView) error {
	if a.json {
		return a.writeJSON(map[string]any{"output": v})
	}
	for _, c := range v.Connections {
		fmt.Fprintf(a.out, "disconnected %s; deleted: %s\n", c.Connection, entriesWords(c.Deleted))
	}
	fmt.Fprintf(a.out, "erased %s: %s, from %s of the audit trail\n", v.Member, countOf(int64(len(v.Connections)), "connection"), countOf(v.AuditRows, "row"))
	for _, note := range v.Notes {
		fmt.Fprintln(a.err, note)
	}
	return nil
}

func countOf(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
