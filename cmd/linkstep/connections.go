package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin/host"
)

const connectionsLong = `List the connections and how long each will last: the days left on the access
and the refresh token, whether the access is renewed by itself or why not, which
scopes are missing and which quotas run low. Nothing is asked of the vendor.

The state is one of: ok; quota_low, three quarters of a daily quota are used;
ends_soon, a person has to log in again within ten days; needs_person, it does
not work until somebody logs in again or mends the settings; error, its plugin
cannot say. linkstep check exits with 4 for the last two.

With --json, for monitors: output.connections is a list of objects with name,
connector, account, dev, created_at, state, needs_person, check (scopes, tokens,
actions, api and diagnostics), usage (as linkstep quota --json gives it) and,
when the plugin cannot say, error instead of these two. Fields may be added.`

func (a *app) connectionsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "connections", Short: "List the connections and how long each will last", Long: connectionsLong, Args: cobra.NoArgs,
		Example: `  linkstep connections
  linkstep connections --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return a.withStore(ctx, func(h *host.Host) error { return a.connections(ctx, h) })
		},
	}
	a.pluginFlag(cmd)
	return cmd
}

func (a *app) connections(ctx context.Context, h *host.Host) error {
	conns, err := allConnections(ctx, h)
	if err != nil {
		return err
	}
	views, err := a.outlooks(ctx, h, conns, false)
	if err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(outlookDocument(views))
	}
	if len(views) == 0 {
		fmt.Fprint(a.err, "There is no connection yet. Make one with: linkstep connect linkedin\n")
		return nil
	}
	return a.table("NAME\tCONNECTOR\tACCOUNT\tSTATE\tACCESS\tREFRESH\tAPI\tREMARKS", func(row func(...any)) {
		for _, v := range views {
			access, refresh, api := "-", "-", "-"
			if v.Check != nil {
				access, refresh, api = v.Check.accessLeft(), v.Check.refreshLeft(), v.Check.apiWords()
			}
			row(v.Name, v.Connector, accountWords(v.Account), v.State, access, refresh, api, v.remarks())
		}
	})
}
