package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin/host"
)

func (a *app) disconnectCommand() *cobra.Command {
	return &cobra.Command{
		Use: "disconnect NAME", Short: "Delete a connection with its tokens",
		Long: "Delete a connection and all that is kept of it: settings, client secret, tokens and\naccount, and say what that was. Today's quota counters stay until midnight UTC, as\nLinkedIn's do, and the audit trail stays.",
		Example: `  linkstep disconnect me
  linkstep disconnect me --json`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return a.withStore(ctx, func(h *host.Host) error {
				conn, err := named(ctx, h, args[0])
				if err != nil {
					return err
				}
				deleted, err := h.Connections().Delete(ctx, conn)
				if err != nil {
					return err
				}
				if a.json {
					return a.writeJSON(map[string]any{"output": map[string]any{"connection": conn.Name, "deleted": deleted}})
				}
				fmt.Fprintf(a.out, "disconnected %s; deleted: %s\n", conn.Name, entriesWords(deleted))
				fmt.Fprint(a.err, "Today's quota counters stay until midnight UTC, as LinkedIn's do.\n")
				fmt.Fprint(a.err, "The application still has the member's consent at the vendor; it is withdrawn under\nlinkedin.com > Settings > Data privacy > Permitted services.\n")
				return nil
			})
		},
	}
}

// entriesWords says how many entries of each kind there are.
func entriesWords(entries host.Entries) string {
	var words []string
	for _, kind := range slices.Sorted(maps.Keys(entries)) {
		words = append(words, fmt.Sprintf("%d %s", entries[kind], kind))
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}
