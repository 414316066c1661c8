package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin/host"
)

// completeConnectors completes the name of a connector.
func (a *app) completeConnectors(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	_ = a.withHost(cmd.Context(), func(h *host.Host) error {
		all, err := h.FindAll()
		for _, f := range all {
			names = append(names, f.Source.Name)
		}
		return err
	})
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeActions completes CONNECTOR.ACTION.
func (a *app) completeActions(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	_ = a.withHost(cmd.Context(), func(h *host.Host) error {
		plugins, err := a.loadAll(cmd.Context(), h, nil)
		if err != nil {
			return err
		}
		for _, p := range plugins {
			for _, spec := range p.Description().Actions {
				names = append(names, p.Description().Name+"."+spec.Name+"\t"+spec.Title)
			}
		}
		return nil
	})
	slices.Sort(names)
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeConnections completes the name of a connection.
func (a *app) completeConnections(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	_ = a.withStore(cmd.Context(), func(h *host.Host) (err error) {
		names, err = h.Connections().Names(cmd.Context())
		return err
	})
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeConnectionFlag completes the value of --connection.
func (a *app) completeConnectionFlag(cmd *cobra.Command) {
	_ = cmd.RegisterFlagCompletionFunc("connection", func(cmd *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
		return a.completeConnections(cmd, nil, prefix)
	})
}

// completeMembers completes the URN of the account of a connection.
func (a *app) completeMembers(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var urns []string
	_ = a.withStore(cmd.Context(), func(h *host.Host) error {
		conns, err := allConnections(cmd.Context(), h)
		for _, conn := range conns {
			if conn.Account.URN != "" {
				urns = append(urns, conn.Account.URN+"\t"+conn.Name)
			}
		}
		return err
	})
	return urns, cobra.ShellCompDirectiveNoFileComp
}
