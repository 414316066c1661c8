package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// connectFlags are the flags of linkstep connect.
type connectFlags struct {
	name         string
	dev          bool
	set          []string
	settings     string
	secretStdin  bool
	tokenStdin   bool
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
or in a --settings file (mode 0600), a JSON object of settings.`

const connectExample = `  linkstep connect linkedin --name me --set client_id=78abc --client-secret-stdin < secret.txt
  linkstep connect linkedin --name me --settings settings.json
  linkstep connect linkedin --name me --access-token-stdin < token.txt
  linkstep connect linkedin --name me --dev --settings sandbox.json --yes    against linkstep sandbox`

func (a *app) connectCommand() *cobra.Command {
	var f connectFlags
	cmd := &cobra.Command{
		Use: "connect CONNECTOR", Short: "Log in to an account and keep it as a connection",
		Long: connectLong, Example: connectExample,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeConnectors,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.secretStdin && f.tokenStdin {
				return usagef("--client-secret-stdin and --access-token-stdin both want standard input; put the client secret into a --settings file")
			}
			ctx := cmd.Context()
			return a.withStore(ctx, func(h *host.Host) error { return a.connect(ctx, h, args[0], &f) })
		},
	}
	a.pluginFlag(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "name of the connection (default: the connector's)")
	flags.StringArrayVar(&f.set, "set", nil, "a setting, `name=value`; repeatable (see: linkstep describe CONNECTOR)")
	flags.StringVar(&f.settings, "settings", "", "JSON `file` of settings, mode 0600")
	flags.BoolVar(&f.secretStdin, "client-secret-stdin", false, "read the client secret from standard input")
	flags.BoolVar(&f.tokenStdin, "access-token-stdin", false, "read an access token, from the vendor's token generator, from standard input")
	flags.BoolVar(&f.dev, "dev", false, "allow hosts other than the vendor's, a sandbox for example")
	flags.BoolVar(&f.yes, "yes", false, "consent without a browser; only against a sandbox on this machine")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "print the URL only")
	flags.DurationVar(&f.loginTimeout, "timeout", 10*time.Minute, "how long to wait for the consent")
	_ = cmd.MarkFlagFilename("settings", "json")
	return cmd
}

// connect makes a connection: it is stored only after the login succeeded, and
// what a failed login left behind is deleted.
func (a *app) connect(ctx context.Context, h *host.Host, connector string, f *connectFlags) (err error) {
	ctx, cancel := context.WithTimeout(ctx, f.loginTimeout)
	defer cancel()
	name := f.name
	if name == "" {
		name = connector
	}
	if err := a.nameIsFree(ctx, h, name); err != nil {
		return err
	}
	p, err := a.load(ctx, h, connector)
	if err != nil {
		return err
	}
	conn := host.NewConnection(connector, name)
	conn.Dev = f.dev
	if conn.Settings, conn.Secrets, err = a.settingsFor(p, f); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = h.Connections().Delete(context.WithoutCancel(ctx), conn)
		}
	}()
	res, err := a.login(ctx, p, conn, f)
	if err != nil {
		return err
	}
	conn.Account = res.Account
	if err := h.Connections().Save(ctx, conn); err != nil {
		return err
	}
	return a.reportConnected(conn, res)
}

// nameIsFree refuses a name that cannot be used before anybody logs in.
func (a *app) nameIsFree(ctx context.Context, h *host.Host, name string) error {
	if err := host.CheckConnectionName(name); err != nil {
		return err
	}
	_, err := h.Connections().Get(ctx, name)
	switch {
	case err == nil:
		return host.ConnectionExists(name)
	case plugin.KindOf(err) == plugin.UnknownName:
		return nil
	}
	return err
}

// settingsFor gathers the settings from the file, the flags and standard
// input, in this order, and checks them all at once.
func (a *app) settingsFor(p *host.Plugin, f *connectFlags) (json.RawMessage, map[string]plugin.Secret, error) {
	var schema configSchema
	if err := json.Unmarshal(p.Description().ConfigSchema, &schema); err != nil {
		return nil, nil, fmt.Errorf("the connector's config schema: %w", err)
	}
	s := settings{}
	var err error
	if f.settings != "" {
		if s, err = readSettings(f.settings); err != nil {
			return nil, nil, err
		}
	}
	if err := s.set(f.set, schema); err != nil {
		return nil, nil, err
	}
	if f.secretStdin {
		secret, err := a.readSecret("client secret")
		if err != nil {
			return nil, nil, err
		}
		s["client_secret"] = secret.Reveal()
	}
	whole, err := json.Marshal(s)
	if err != nil {
		return nil, nil, err
	}
	if err := p.ValidateSettings(whole); err != nil {
		return nil, nil, err
	}
	return s.split(schema)
}

// connectedView is the output of linkstep connect.
type connectedView struct {
	Connection  string              `json:"connection"`
	Connector   string              `json:"connector"`
	Account     plugin.Account      `json:"account"`
	Granted     []string            `json:"scopes_granted"`
	Missing     []string            `json:"scopes_missing"`
	ExpiresAt   *time.Time          `json:"expires_at,omitempty"`
	Diagnostics []plugin.Diagnostic `json:"diagnostics,omitempty"`
}

func (a *app) reportConnected(conn *host.Connection, res *plugin.AuthorizeResponse) error {
	v := connectedView{
		Connection: conn.Name, Connector: conn.Connector, Account: conn.Account,
		Granted: orEmpty(res.Granted), Missing: orEmpty(res.Missing), Diagnostics: res.Diagnostics,
	}
	if !res.ExpiresAt.IsZero() {
		v.ExpiresAt = &res.ExpiresAt
	}
	if a.json {
		return a.writeJSON(map[string]any{"output": v})
	}
	who := conn.Account.Name
	if who == "" {
		who = conn.Account.ID
	}
	fmt.Fprintf(a.out, "connected %s to %s as %s\n", v.Connection, v.Connector, who)
	fmt.Fprintf(a.out, "scopes granted: %s\n", strings.Join(v.Granted, " "))
	if len(v.Missing) > 0 {
		fmt.Fprintf(a.err, "warning: not granted: %s\nhint: Give the application the products that these scopes belong to, then connect again.\n", strings.Join(v.Missing, " "))
	}
	if v.ExpiresAt != nil {
		fmt.Fprintf(a.out, "access until: %s\n", v.ExpiresAt.UTC().Format(time.RFC3339))
	}
	a.printDiagnostics(v.Diagnostics)
	fmt.Fprintf(a.err, "next: linkstep actions %s\n", conn.Connector)
	return nil
}

// printDiagnostics words diagnostics for a person.
func (a *app) printDiagnostics(ds []plugin.Diagnostic) {
	for _, d := range ds {
		fmt.Fprintf(a.err, "%s: %s\n", d.Severity, d.Message)
		if d.Hint != "" {
			fmt.Fprintf(a.err, "hint: %s\n", d.Hint)
		}
	}
}

// orEmpty makes a list that JSON writes as [] and not as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
