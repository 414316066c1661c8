package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin/host"
)

// connectFlags are the flags of linkstep connect.
type connectFlags struct {
	name         string
	dev          bool
	set          []string
	settings     string
	secretStdin  stdinFlag
	tokenStdin   stdinFlag
	replace      bool
	keepProfile  bool
	yes          bool
	noBrowser    bool
	loginTimeout time.Duration
}

const connectLong = `Log in to an account and keep it as a connection.

The browser opens at the vendor's consent page, which sends the answer to the
redirect_url on this machine. Register that URL in the vendor's developer
portal first. Where no browser opens, open the printed URL anywhere and paste
the address that it leads to.

Secrets are never arguments: give the client secret with --client-secret-stdin
or in a --settings file (mode 0600), a JSON object of settings. Tokens that were
made elsewhere come with --access-token-stdin: the access token on the first
line, on the second one the refresh token if there is one.

When there is a connection of that name, it is reconnected: it keeps its name
and its settings, secrets included, but for those that are given anew. Another
member's account is refused without --replace. A login that fails changes
nothing.

Of the account only its id is kept, unless --keep-profile is given. After a
revocation the name goes too; give the flag again then.`

const connectExample = `  linkstep connect linkedin --name me --set client_id=78abc --client-secret-stdin < secret.txt
  linkstep connect linkedin --name me --settings settings.json
  linkstep connect linkedin --name me --access-token-stdin < tokens.txt
  linkstep connect linkedin --name me                                        log in again, all else stays
  linkstep connect linkedin --name me --dev --settings sandbox.json --yes    against linkstep sandbox`

func (a *app) connectCommand() *cobra.Command {
	var f connectFlags
	cmd := &cobra.Command{
		Use: "connect CONNECTOR", Short: "Log in to an account and keep it as a connection",
		Long: connectLong, Example: connectExample,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeConnectors,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.secretStdin.check(); err != nil {
				return err
			}
			if err := f.tokenStdin.check(); err != nil {
				return err
			}
			if f.secretStdin.set && f.tokenStdin.set {
				return usagef("--client-secret-stdin and --access-token-stdin both want standard input; put the client secret into a --settings file")
			}
			c := &connecting{app: a, connectFlags: &f, connector: args[0], given: cmd.Flags().Changed}
			return a.withStore(cmd.Context(), func(h *host.Host) error { return c.run(cmd.Context(), h) })
		},
	}
	a.pluginFlag(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "name of the connection (default: the connector's)")
	flags.StringArrayVar(&f.set, "set", nil, "a setting, `name=value`; repeatable (see: linkstep describe CONNECTOR)")
	flags.StringVar(&f.settings, "settings", "", "JSON `file` of settings, mode 0600")
	stdinVar(cmd, &f.secretStdin, "client-secret-stdin", "client secret", "read the client secret from standard input")
	stdinVar(cmd, &f.tokenStdin, "access-token-stdin", "token", "read an access token, and a refresh token on the next line, from standard input")
	flags.BoolVar(&f.dev, "dev", false, "allow hosts other than the vendor's, a sandbox for example")
	flags.BoolVar(&f.replace, "replace", false, "let another account take the place of the connection's")
	flags.BoolVar(&f.keepProfile, "keep-profile", false, "keep the account's name too")
	flags.BoolVar(&f.yes, "yes", false, "consent without a browser; only against a sandbox on this machine")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "print the URL only")
	flags.DurationVar(&f.loginTimeout, "timeout", 10*time.Minute, "how long to wait for the consent")
	_ = cmd.MarkFlagFilename("settings", "json")
	return cmd
}
