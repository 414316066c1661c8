package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin/host"
)

const checkLong = `Show the state of a connection: account, scopes, tokens, API version, which
actions can be used and how much of the daily quotas is used. Only --deep calls
the vendor, which counts against them.

The exit status is 4 when a connection needs a person, as it does when its login
has ended. With --json the output is what linkstep connections --json gives for
a connection, and with --all that of all.`

func (a *app) checkCommand() *cobra.Command {
	var deep, all bool
	cmd := &cobra.Command{
		Use: "check [NAME]", Short: "Show the state of a connection", Long: checkLong,
		Example: `  linkstep check me
  linkstep check me --deep
  linkstep check --all --json`,
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
				return a.checkOne(ctx, h, conn, deep)
			})
		},
	}
	cmd.Flags().BoolVar(&deep, "deep", false, "call the vendor to find out")
	cmd.Flags().BoolVar(&all, "all", false, "check every connection")
	a.pluginFlag(cmd)
	return cmd
}

// checkOne checks a connection.
func (a *app) checkOne(ctx context.Context, h *host.Host, conn *host.Connection, deep bool) error {
	views, err := a.outlooks(ctx, h, []*host.Connection{conn}, deep)
	if err != nil {
		return err
	}
	v := &views[0]
	switch {
	case v.Error != nil:
		return v.Error
	case a.json:
		err = a.writeJSON(map[string]any{"output": v})
	default:
		err = a.printCheck(v)
	}
	if err == nil && v.NeedsPerson {
		err = statusError(exitPerson)
	}
	return err
}

// checkAll checks every connection; one that fails does not hide the others.
func (a *app) checkAll(ctx context.Context, h *host.Host, deep bool) error {
	conns, err := allConnections(ctx, h)
	if err != nil {
		return err
	}
	views, err := a.outlooks(ctx, h, conns, deep)
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
		} else if err := a.printCheck(&v); err != nil {
			return err
		}
		fmt.Fprintln(a.out)
	}
	if person {
		return statusError(exitPerson)
	}
	return nil
}

// printCheck words what a plugin said of a connection.
func (a *app) printCheck(v *outlookView) error {
	w, check := a.out, v.Check
	fmt.Fprintf(w, "%s (%s)\n", v.Name, v.Connector)
	fmt.Fprintf(w, "state     %s\n", v.State)
	fmt.Fprintf(w, "account   %s\n", accountWords(check.known(v.Account)))
	granted := "none"
	if check.Token.Present {
		granted = scopeWords(check.ScopesGranted)
	}
	fmt.Fprintf(w, "scopes    granted: %s", granted)
	if len(check.ScopesMissing) > 0 {
		fmt.Fprintf(w, "; missing: %s", strings.Join(check.ScopesMissing, " "))
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "token     %s\n", check.tokenWords())
	if check.API.Version != "" {
		fmt.Fprintf(w, "API       version %s, %s\n", check.apiWords(), check.API.State)
	}
	err := a.table("ACTION\tSTATUS\tWHY", func(row func(...any)) {
		for _, s := range check.Actions {
			row(s.Action, s.Status, whyWords(s.Reason, s.Hint))
		}
	})
	if err == nil && len(v.Usage) > 0 {
		err = a.printBuckets(v.Usage)
	}
	a.printDiagnostics(check.Diagnostics)
	return err
}

// whyWords joins a reason and what helps to one line: a reason is a sentence
// without its full stop.
func whyWords(reason, hint string) string {
	if reason == "" || hint == "" {
		return reason + hint
	}
	return reason + ". " + hint
}
