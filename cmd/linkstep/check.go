package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

func (a *app) checkCommand() *cobra.Command {
	var deep, all bool
	cmd := &cobra.Command{
		Use: "check [NAME]", Short: "Show the state of a connection",
		Long: "Show account, scopes, tokens, API version and which actions can be used. Only --deep\ncalls the vendor, which counts against the daily quota.",
		Example: `  linkstep check me
  linkstep check me --deep
  linkstep check --all --json      as linkstep connections; exit status 4 when one needs a person`,
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
				p, err := a.load(ctx, h, conn.Connector)
				if err != nil {
					return err
				}
				res, err := p.Check(ctx, conn, &plugin.CheckRequest{Deep: deep})
				if err != nil {
					return err
				}
				if a.json {
					return a.writeJSON(map[string]any{"output": res})
				}
				return a.printCheck(conn.Name, conn.Connector, conn.Account, &checkView{res})
			})
		},
	}
	cmd.Flags().BoolVar(&deep, "deep", false, "call the vendor to find out")
	cmd.Flags().BoolVar(&all, "all", false, "check every connection")
	a.pluginFlag(cmd)
	return cmd
}

// checkAll checks every connection; one that fails does not hide the others.
func (a *app) checkAll(ctx context.Context, h *host.Host, deep bool) error {
	views, err := a.outlooks(ctx, h, deep)
	if err != nil {
		return err
	}
	if a.json {
		if err := a.writeJSON(outlookDocument(views)); err != nil {
			return err
		}
	}
	person := false
	for _, v := range views {
		person = person || v.NeedsPerson
		if a.json {
			continue
		}
		if v.Error != nil {
			fmt.Fprintf(a.out, "%s (%s)\n", v.Name, v.Connector)
			printError(a.err, v.Error)
		} else if err := a.printCheck(v.Name, v.Connector, v.Account, v.Check); err != nil {
			return err
		}
		fmt.Fprintln(a.out)
	}
	if person {
		return statusError(exitPerson)
	}
	return nil
}

func (a *app) printCheck(name, connector string, account plugin.Account, res *checkView) error {
	w := a.out
	fmt.Fprintf(w, "%s (%s)\n", name, connector)
	fmt.Fprintf(w, "account   %s\n", accountWords(res.known(account)))
	fmt.Fprintf(w, "scopes    granted: %s", strings.Join(res.ScopesGranted, " "))
	if len(res.ScopesMissing) > 0 {
		fmt.Fprintf(w, "; missing: %s", strings.Join(res.ScopesMissing, " "))
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "token     %s\n", res.tokenWords())
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
