package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// connectionView is a connection in the output of linkstep connections.
type connectionView struct {
	Name      string         `json:"name"`
	Connector string         `json:"connector"`
	Account   plugin.Account `json:"account"`
	Dev       bool           `json:"dev"`
	CreatedAt time.Time      `json:"created_at"`
}

func (a *app) connectionsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "connections", Short: "List the connections", Args: cobra.NoArgs,
		Example: `  linkstep connections
  linkstep connections --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return a.withStore(ctx, func(h *host.Host) error {
				conns, err := allConnections(ctx, h)
				if err != nil {
					return err
				}
				views := []connectionView{}
				for _, c := range conns {
					views = append(views, connectionView{c.Name, c.Connector, c.Account, c.Dev, c.CreatedAt})
				}
				if a.json {
					return a.writeJSON(map[string]any{"output": map[string]any{"connections": views}})
				}
				if len(views) == 0 {
					fmt.Fprint(a.err, "There is no connection yet. Make one with: linkstep connect linkedin\n")
					return nil
				}
				return a.table("NAME\tCONNECTOR\tACCOUNT\tSINCE", func(row func(...any)) {
					for _, v := range views {
						row(v.Name, v.Connector, accountWords(v.Account), v.CreatedAt.Format(time.DateOnly))
					}
				})
			})
		},
	}
}

// allConnections returns all connections, by name.
func allConnections(ctx context.Context, h *host.Host) ([]*host.Connection, error) {
	names, err := h.Connections().Names(ctx)
	if err != nil {
		return nil, err
	}
	var conns []*host.Connection
	for _, name := range names {
		conn, err := h.Connections().Get(ctx, name)
		if plugin.KindOf(err) == plugin.UnknownName {
			continue // disconnected meanwhile
		}
		if err != nil {
			return nil, err
		}
		conns = append(conns, conn)
	}
	return conns, nil
}

// chosen returns the connection of that name. Without a name it is the only
// one there is, of that connector unless connector is empty.
func chosen(ctx context.Context, h *host.Host, name, connector string) (*host.Connection, error) {
	if name != "" {
		conn, err := h.Connections().Get(ctx, name)
		if err == nil && connector != "" && conn.Connector != connector {
			return nil, usagef("the connection %s is one of %s, not of %s", name, conn.Connector, connector)
		}
		return conn, err
	}
	all, err := allConnections(ctx, h)
	if err != nil {
		return nil, err
	}
	var names []string
	var conn *host.Connection
	for _, c := range all {
		if connector == "" || c.Connector == connector {
			conn, names = c, append(names, c.Name)
		}
	}
	switch len(names) {
	case 0:
		if connector == "" {
			connector = linkedin
		}
		return nil, &plugin.Error{
			Kind: plugin.UnknownName, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
			Message: "there is no connection yet", Hint: "Make one with: linkstep connect " + connector,
		}
	case 1:
		return conn, nil
	}
	return nil, &plugin.Error{
		Kind: plugin.UnknownName, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
		Message: "there are several connections", Hint: "Name one of: " + strings.Join(names, ", "),
	}
}

func (a *app) disconnectCommand() *cobra.Command {
	return &cobra.Command{
		Use: "disconnect NAME", Short: "Delete a connection with its tokens",
		Long:    "Delete a connection and all that is kept of it: settings, client secret, tokens and\nprofile. Today's quota counters stay until midnight UTC, as LinkedIn's do.",
		Example: "  linkstep disconnect me", Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return a.withStore(ctx, func(h *host.Host) error {
				conn, err := h.Connections().Get(ctx, args[0])
				if err != nil {
					return err
				}
				n, err := h.Connections().Delete(ctx, conn)
				if err != nil {
					return err
				}
				if a.json {
					return a.writeJSON(map[string]any{"output": map[string]any{"connection": conn.Name, "entries_deleted": n}})
				}
				fmt.Fprintf(a.out, "disconnected %s: %v\n", conn.Name, n)
				fmt.Fprint(a.err, "The application still has the member's consent at the vendor; it is withdrawn under\nlinkedin.com > Settings > Data privacy > Permitted services.\n")
				return nil
			})
		},
	}
}

func (a *app) checkCommand() *cobra.Command {
	var deep, all bool
	cmd := &cobra.Command{
		Use: "check [NAME]", Short: "Show the state of a connection",
		Long: "Show account, scopes, tokens, API version and which actions can be used. Only --deep\ncalls the vendor, which counts against the daily quota.",
		Example: `  linkstep check me
  linkstep check me --deep
  linkstep check --all --json      exit status 4 when one needs a person`,
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if all && len(args) > 0 {
				return usagef("name a connection or say --all, not both")
			}
			return a.withStore(ctx, func(h *host.Host) error {
				if all {
					return a.checkAll(ctx, h, deep)
				}
				conn, err := chosen(ctx, h, strings.Join(args, ""), "")
				if err != nil {
					return err
				}
				res, err := a.checkOne(ctx, h, conn, deep)
				if err != nil {
					return err
				}
				if a.json {
					return a.writeJSON(map[string]any{"output": res})
				}
				return a.printCheck(conn, res)
			})
		},
	}
	cmd.Flags().BoolVar(&deep, "deep", false, "call the vendor to find out")
	cmd.Flags().BoolVar(&all, "all", false, "check every connection")
	a.pluginFlag(cmd)
	return cmd
}

func (a *app) checkOne(ctx context.Context, h *host.Host, conn *host.Connection, deep bool) (*plugin.CheckResponse, error) {
	p, err := a.load(ctx, h, conn.Connector)
	if err != nil {
		return nil, err
	}
	return p.Check(ctx, conn, &plugin.CheckRequest{Deep: deep})
}

// checkAll checks every connection; one that fails does not hide the others.
func (a *app) checkAll(ctx context.Context, h *host.Host, deep bool) error {
	conns, err := allConnections(ctx, h)
	if err != nil {
		return err
	}
	type checked struct {
		Connection string                `json:"connection"`
		Check      *plugin.CheckResponse `json:"check,omitempty"`
		Error      *plugin.Error         `json:"error,omitempty"`
	}
	list := []checked{}
	person := false
	for _, conn := range conns {
		res, err := a.checkOne(ctx, h, conn, deep)
		if errors.Is(err, context.Canceled) {
			return err
		}
		list = append(list, checked{conn.Name, res, plugin.AsError(err)})
		person = person || err != nil || needsPerson(res)
		if a.json {
			continue
		}
		if err != nil {
			fmt.Fprintf(a.out, "%s\n", conn.Name)
			printError(a.err, plugin.AsError(err))
		} else if err := a.printCheck(conn, res); err != nil {
			return err
		}
		fmt.Fprintln(a.out)
	}
	if a.json {
		if err := a.writeJSON(map[string]any{"output": map[string]any{"connections": list}}); err != nil {
			return err
		}
	}
	if person {
		return statusError(exitPerson)
	}
	return nil
}

// needsPerson reports whether a connection does not work and no program can
// mend it.
func needsPerson(res *plugin.CheckResponse) bool {
	for _, d := range res.Diagnostics {
		if d.Severity == plugin.Failure {
			return true
		}
	}
	return !res.Token.Present
}

func (a *app) printCheck(conn *host.Connection, res *plugin.CheckResponse) error {
	w := a.out
	fmt.Fprintf(w, "%s (%s)\n", conn.Name, conn.Connector)
	fmt.Fprintf(w, "account   %s\n", accountWords(plugin.Account{ID: res.Account.ID, URN: res.Account.URN, Name: cmp.Or(res.Account.Name, conn.Account.Name)}))
	fmt.Fprintf(w, "scopes    granted: %s", strings.Join(res.ScopesGranted, " "))
	if len(res.ScopesMissing) > 0 {
		fmt.Fprintf(w, "; missing: %s", strings.Join(res.ScopesMissing, " "))
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "token     %s\n", tokenWords(&res.Token))
	if res.API.Version != "" {
		fmt.Fprintf(w, "API       version %s, %s", res.API.Version, res.API.State)
		if res.API.Sunset != "" {
			fmt.Fprintf(w, ", ends %s", res.API.Sunset)
		}
		fmt.Fprintln(w)
	}
	err := a.table("ACTION\tSTATUS\tWHY", func(row func(...any)) {
		for _, s := range res.Actions {
			row(s.Action, s.Status, strings.TrimSpace(s.Reason+" "+s.Hint))
		}
	})
	a.printDiagnostics(res.Diagnostics)
	return err
}

func tokenWords(t *plugin.TokenStatus) string {
	if !t.Present {
		return "none: connect again"
	}
	words := "valid"
	if t.ExpiresAt != nil {
		words = fmt.Sprintf("until %s", t.ExpiresAt.UTC().Format(time.RFC3339))
		if t.Assumed {
			words += " (assumed)"
		}
	}
	switch {
	case t.Refreshable && t.RefreshExpiresAt != nil:
		words += ", refreshed by itself until " + t.RefreshExpiresAt.UTC().Format(time.RFC3339)
	case t.Refreshable:
		words += ", refreshed by itself"
	case t.WhyNot != "":
		words += ", not refreshable: " + t.WhyNot
	}
	return words
}
