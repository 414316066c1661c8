package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

func (a *app) describeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "describe CONNECTOR[.ACTION]", Short: "Show what a connector or an action takes and gives",
		Example: `  linkstep describe linkedin
  linkstep describe linkedin.search_people
  linkstep describe linkedin.search_people --json    the JSON Schemas`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeActions,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			name, action, isAction := strings.Cut(args[0], ".")
			return a.withHost(ctx, func(h *host.Host) error {
				p, err := a.load(ctx, h, name)
				if err != nil {
					return err
				}
				desc := p.Description()
				if !isAction {
					if a.json {
						return a.writeJSON(map[string]any{"output": desc})
					}
					return a.describeConnector(desc)
				}
				spec, err := p.Action(action)
				if err != nil {
					return err
				}
				if a.json {
					return a.writeJSON(map[string]any{"output": spec})
				}
				return a.describeAction(desc, spec)
			})
		},
	}
	a.pluginFlag(cmd)
	return cmd
}

func (a *app) describeConnector(desc *plugin.Description) error {
	fmt.Fprintf(a.out, "%s %s: %s\n\nActions\n", desc.Name, desc.Version, desc.Summary)
	for _, spec := range desc.Actions {
		fmt.Fprintf(a.out, "  %s.%s  %s\n", desc.Name, spec.Name, spec.Title)
	}
	fmt.Fprintf(a.out, "\nSettings of a connection (linkstep connect %s --set name=value)\n", desc.Name)
	return a.describeFields(desc.ConfigSchema)
}

func (a *app) describeAction(desc *plugin.Description, spec *plugin.ActionSpec) error {
	fmt.Fprintf(a.out, "%s.%s: %s\n%s\n\n", desc.Name, spec.Name, spec.Title, spec.Description)
	fmt.Fprintf(a.out, "Effect    %s\n", spec.Effect)
	if len(spec.Scopes) > 0 {
		var sets []string
		for _, set := range spec.Scopes {
			sets = append(sets, strings.Join(set, " "))
		}
		fmt.Fprintf(a.out, "Scopes    %s\n", strings.Join(sets, ", or "))
	}
	if len(spec.Products) > 0 {
		fmt.Fprintf(a.out, "Needs     approval of the application for: %s\n", strings.Join(spec.Products, ", "))
	}
	calls := "calls"
	if spec.Cost == 1 {
		calls = "call"
	}
	fmt.Fprintf(a.out, "Cost      %d %s of the daily quota\n\nInput\n", spec.Cost, calls)
	if err := a.describeFields(spec.Input); err != nil {
		return err
	}
	fmt.Fprint(a.out, "\nOutput\n")
	if err := a.describeFields(spec.Output); err != nil {
		return err
	}
	for i, e := range spec.Examples {
		if i == 0 {
			fmt.Fprint(a.out, "\nExamples\n")
		}
		fmt.Fprintf(a.out, "  %s\n    linkstep invoke %s.%s --input '%s'\n", e.Title, desc.Name, spec.Name, e.Input)
	}
	return nil
}
