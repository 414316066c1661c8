package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// connectorView is a connector in the output of linkstep connectors.
type connectorView struct {
	Name   string        `json:"name"`
	Source string        `json:"source"` // file, installed, built-in
	Path   string        `json:"path"`
	Error  *plugin.Error `json:"error,omitempty"` // why it cannot be used
}

func (a *app) connectorsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "connectors", Short: "List the connectors and where each comes from",
		Long: "List the connectors. An installed connector comes before the built-in one of its name;\n--plugin, at other commands, comes before both.",
		Example: `  linkstep connectors
  linkstep connectors --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withHost(cmd.Context(), func(h *host.Host) error {
				all, err := h.FindAll()
				if err != nil {
					return err
				}
				views := []connectorView{}
				for _, f := range all {
					v := connectorView{Name: f.Source.Name, Source: f.Source.Kind, Path: f.Source.Path, Error: plugin.AsError(f.Err)}
					if f.Err != nil {
						v.Source = "unusable"
					}
					views = append(views, v)
				}
				if a.json {
					return a.writeJSON(map[string]any{"output": map[string]any{"connectors": views}})
				}
				return a.table("CONNECTOR\tSOURCE\tPATH", func(row func(...any)) {
					for _, v := range views {
						row(v.Name, v.Source, v.Path)
						if v.Error != nil {
							fmt.Fprintf(a.err, "warning: %s\nhint: %s\n", v.Error.Message, v.Error.Hint)
						}
					}
				})
			})
		},
	}
}

func (a *app) actionsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "actions [CONNECTOR]", Short: "List the actions of the connectors",
		Example: `  linkstep actions
  linkstep actions linkedin --json
  linkstep actions --plugin ./linkstep-linkedin`,
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: a.completeConnectors,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return a.withHost(ctx, func(h *host.Host) error {
				plugins, err := a.loadAll(ctx, h, args)
				if err != nil {
					return err
				}
				if a.json {
					list := []map[string]any{}
					for _, p := range plugins {
						for _, spec := range p.Description().Actions {
							list = append(list, map[string]any{
								"name": p.Description().Name + "." + spec.Name, "title": spec.Title, "effect": spec.Effect,
								"access": spec.Access, "scopes": spec.Scopes, "cost": spec.Cost, "version": spec.Version,
							})
						}
					}
					return a.writeJSON(map[string]any{"output": map[string]any{"actions": list}})
				}
				return a.table("ACTION\tEFFECT\tACCESS\tWHAT IT DOES", func(row func(...any)) {
					for _, p := range plugins {
						for _, spec := range p.Description().Actions {
							row(p.Description().Name+"."+spec.Name, spec.Effect, spec.Access, spec.Title)
						}
					}
				})
			})
		},
	}
	a.pluginFlag(cmd)
	return cmd
}

// loadAll loads the connector named in args, or the one of --plugin, or all.
func (a *app) loadAll(ctx context.Context, h *host.Host, args []string) ([]*host.Plugin, error) {
	if len(args) > 0 || a.plugin != "" {
		p, err := a.load(ctx, h, strings.Join(args, ""))
		return []*host.Plugin{p}, err
	}
	all, err := h.FindAll()
	if err != nil {
		return nil, err
	}
	var plugins []*host.Plugin
	for _, f := range all {
		if f.Err != nil {
			return nil, f.Err
		}
		p, err := h.Load(ctx, f.Source)
		if err != nil {
			return nil, err
		}
		plugins = append(plugins, p)
	}
	return plugins, nil
}

func (a *app) installCommand() *cobra.Command {
	return &cobra.Command{
		Use: "install FILE", Short: "Install a plugin binary",
		Long: "Copy a plugin binary to $LINKSTEP_HOME/connectors/NAME and write its manifest.json there,\nwith the checksum that is verified at every start. NAME is what the plugin calls itself.",
		Example: `  linkstep install ./linkstep-linkedin
  linkstep connectors`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return a.withHost(ctx, func(h *host.Host) error {
				src, err := h.Install(ctx, args[0])
				if err != nil {
					return err
				}
				if a.json {
					return a.writeJSON(map[string]any{"output": connectorView{Name: src.Name, Source: src.Kind, Path: src.Path}})
				}
				fmt.Fprintf(a.err, "installed %s\n", src.Name)
				fmt.Fprintln(a.out, src.Path)
				return nil
			})
		},
	}
}

// table prints rows in columns, with a header.
func (a *app) table(header string, rows func(row func(cells ...any))) error {
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, header)
	rows(func(cells ...any) {
		for i, c := range cells {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, c)
		}
		fmt.Fprintln(w)
	})
	return w.Flush()
}
