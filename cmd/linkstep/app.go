package main

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/store"
)

// app is what all commands share.
type app struct {
	in       io.Reader
	out, err io.Writer

	json   bool // --json
	log    logging
	plugin string // --plugin
	store  string // --store

	args []string // the command line
	ran  bool     // it was understood
}

// linkedin is the connector that is built in.
const linkedin = "linkedin"

// version is the version of the host.
const version = "0.1.0"

// serveCommand makes this program serve a built-in connector as a plugin.
const serveCommand = "serve-connector"

const rootLong = `Linkstep runs LinkedIn steps of workflows: it connects accounts, runs the
actions of connectors, which are processes of their own, and keeps to
LinkedIn's daily quotas.

State lives in $LINKSTEP_HOME, encrypted where it is secret. Results go to
standard output, words for people to standard error.`

const rootExample = `  linkstep demo                                  see everything work, offline
  linkstep sandbox --ready-file sandbox.json     a LinkedIn on this machine
  linkstep connect linkedin --name me --set client_id=78abc --client-secret-stdin
  linkstep invoke linkedin.get_profile --json
  linkstep describe linkedin.search_people       what an action takes and gives
  source <(linkstep completion bash)             complete names with Tab`

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "linkstep", Short: "LinkedIn steps for any workflow engine", Long: rootLong, Example: rootExample,
		Version: version, SilenceErrors: true, SilenceUsage: true, Args: cobra.NoArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			a.ran = true
			return checkTimeout(cmd)
		},
		RunE: a.group,
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print exactly one JSON document")
	root.PersistentFlags().StringVar(&a.store, "store", "", "`URL` of a PostgreSQL store that several hosts share, without a password (default $LINKSTEP_STORE_URL)")
	a.logFlags(root)
	root.AddCommand(
		a.demoCommand(), a.sandboxCommand(),
		a.connectorsCommand(), a.actionsCommand(), a.describeCommand(), a.installCommand(),
		a.connectCommand(), a.connectionsCommand(), a.checkCommand(), a.disconnectCommand(),
		a.invokeCommand(), a.quotaCommand(), a.auditCommand(), a.privacyCommand(), a.keysCommand(), a.conformCommand(),
		a.newCommand(), a.schemasCommand(),
		a.serveConnectorCommand(),
	)
	return root
}

// pluginFlag adds --plugin to a command.
func (a *app) pluginFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.plugin, "plugin", "", "plugin binary to use instead of the installed or built-in one")
	_ = cmd.MarkFlagFilename("plugin")
}

// withHost runs f with a host that keeps nothing.
func (a *app) withHost(ctx context.Context, f func(h *host.Host) error) error {
	return a.runHost(ctx, &host.Options{}, f)
}

// withStore runs f with a host on the store of the home folder and its audit
// trail.
func (a *app) withStore(ctx context.Context, f func(h *host.Host) error) error {
	return a.withTrail(ctx, func(h *host.Host, _ *trail) error { return f(h) })
}

// withTrail is withStore for what reads the trail too.
func (a *app) withTrail(ctx context.Context, f func(h *host.Host, t *trail) error) error {
	return a.withOpened(ctx, func(s *store.Store, t *trail) error {
		return a.runHost(ctx, &host.Options{Store: s, Audit: t}, func(h *host.Host) error { return f(h, t) })
	})
}

// withOpened runs f with the store of the home folder and its audit trail, for
// what needs no host.
func (a *app) withOpened(ctx context.Context, f func(s *store.Store, t *trail) error) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	t, err := a.openTrail(s)
	if err != nil {
		return err
	}
	defer t.close()
	return f(s, t)
}

// runHost runs f with a host and closes it, whatever happens.
func (a *app) runHost(ctx context.Context, opts *host.Options, f func(h *host.Host) error) (err error) {
	opts.Logger = a.logger(slog.LevelWarn)
	opts.Builtin = []host.Source{host.Self(linkedin, serveCommand, linkedin)}
	switch dir, err := home(); {
	case err == nil:
		opts.InstalledDir = filepath.Join(dir, "connectors")
	case opts.Store != nil:
		return err
	}
	h := host.New(opts)
	defer func() {
		if closeErr := h.Close(context.WithoutCancel(ctx)); err == nil {
			err = closeErr
		}
	}()
	return f(h)
}

// load loads a connector by name, or the binary that --plugin names.
func (a *app) load(ctx context.Context, h *host.Host, name string) (*host.Plugin, error) {
	var src host.Source
	var err error
	if a.plugin != "" {
		src = host.File(a.plugin)
		src.Name = name
	} else if src, err = h.Find(name); err != nil {
		return nil, err
	}
	return h.Load(ctx, src)
}

// builtin builds the connectors that this program serves as plugins.
var builtin = map[string]func(log *slog.Logger) plugin.Connector{
	linkedin: func(log *slog.Logger) plugin.Connector { return connector.New(&connector.Options{Logger: log}) },
}
