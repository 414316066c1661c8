package main

import (
	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin/serve"
)

// serveConnectorCommand is what the host runs of itself as the plugin process
// of a built-in connector.
func (a *app) serveConnectorCommand() *cobra.Command {
	return &cobra.Command{
		Use: serveCommand + " NAME", Short: "Serve a built-in connector as a plugin process", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			build, ok := builtin[args[0]]
			if !ok {
				return usagef("no built-in connector %q", args[0])
			}
			serve.Main(build)
			return nil
		},
	}
}
