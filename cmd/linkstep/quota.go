package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

func (a *app) quotaCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "quota [NAME]", Short: "Show how much of the daily quotas is used",
		Long: "Show the calls of this UTC day for each endpoint, per application and per member,\nand the limit where one is known: configured, learned from a refusal, or LinkedIn's\ndocumented default. Without a name, all connections are shown.",
		Example: `  linkstep quota
  linkstep quota me --json`,
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return a.withStore(ctx, func(h *host.Host) error { return a.quota(ctx, h, args) })
		},
	}
	a.pluginFlag(cmd)
	return cmd
}

// quotaView is the quota of one connection in the output of linkstep quota.
type quotaView struct {
	Connection string               `json:"connection"`
	Buckets    []plugin.UsageBucket `json:"buckets"`
	Error      *plugin.Error        `json:"error,omitempty"` // why there are none
}

func (a *app) quota(ctx context.Context, h *host.Host, args []string) error {
	var conns []*host.Connection
	var err error
	if len(args) == 0 {
		conns, err = allConnections(ctx, h)
	} else {
		var conn *host.Connection
		conn, err = named(ctx, h, args[0])
		conns = append(conns, conn)
	}
	if err != nil {
		return err
	}
	plugins := &loader{app: a, host: h}
	views := []quotaView{}
	var failed *plugin.Error
	for _, conn := range conns {
		var usage *plugin.UsageResponse
		p, err := plugins.load(ctx, conn.Connector)
		if err == nil {
			usage, err = usageOf(ctx, p, conn)
		}
		if err != nil && (len(args) > 0 || errors.Is(err, context.Canceled)) {
			return err
		}
		v := quotaView{Connection: conn.Name, Buckets: []plugin.UsageBucket{}, Error: plugin.AsError(err)}
		if err == nil {
			v.Buckets = orEmpty(usage.Buckets)
		} else {
			failed = v.Error
		}
		views = append(views, v)
	}
	if err := a.printQuotas(views); err != nil {
		return err
	}
	if failed != nil { // one that fails does not hide the others
		return statusError(exitStatus[failed.Kind])
	}
	return nil
}

// usageOf asks for what a connection has used; a connector that counts no calls
// has nothing to tell, and nothing is wrong.
func usageOf(ctx context.Context, p *host.Plugin, conn *host.Connection) (*plugin.UsageResponse, error) {
	if !slices.Contains(p.Description().Capabilities, plugin.CapabilityUsage) {
		return &plugin.UsageResponse{}, nil
	}
	return p.Usage(ctx, conn)
}

func (a *app) printQuotas(views []quotaView) error {
	if a.json {
		return a.writeJSON(map[string]any{"output": map[string]any{"connections": views}})
	}
	for _, v := range views {
		if v.Error != nil {
			fmt.Fprintln(a.out, v.Connection)
			printError(a.err, v.Error)
		} else if err := a.printQuota(&v); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printQuota(v *quotaView) error {
	fmt.Fprintln(a.out, v.Connection)
	if len(v.Buckets) == 0 {
		fmt.Fprint(a.out, "no calls counted today\n")
		return nil
	}
	return a.printBuckets(v.Buckets)
}

func (a *app) printBuckets(buckets []plugin.UsageBucket) error {
	return a.table("ENDPOINT\tCOUNTED FOR\tUSED\tLIMIT\t\tLEFT\tRESETS", func(row func(...any)) {
		for _, b := range buckets {
			limit, bar, left := "not known", "", ""
			if b.Limit != nil {
				limit = fmt.Sprintf("%d (%s)", *b.Limit, strings.TrimSpace(string(b.Source)+" "+b.LearnedOn))
				bar = quotaBar(b.Used, *b.Limit)
			} else if b.Refusing {
				bar, left = quotaBar(b.Used, b.Used), "0"
			}
			if b.Remaining != nil {
				left = fmt.Sprint(*b.Remaining)
			}
			row(b.Endpoint, b.Scope, b.Used, limit, bar, left, b.ResetsAt.UTC().Format(time.RFC3339))
		}
	})
}

// quotaBar draws a share of a limit, twenty characters wide.
func quotaBar(used, limit int64) string {
	const width = 20
	filled := width
	if limit > 0 {
		filled = int(min(width, (used*width+limit-1)/limit))
	}
	return "[" + strings.Repeat("#", filled) + strings.Repeat(".", width-filled) + "]"
}
