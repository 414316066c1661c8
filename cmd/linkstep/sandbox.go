package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
)

// sandboxFlags are the flags of linkstep sandbox.
type sandboxFlags struct {
	addr, readyFile, client, clock string
	redirects                      []string
	seed                           uint64
	members                        int
}

const sandboxLong = `Run a LinkedIn on this machine: OAuth with its consent page, the API with
LinkedIn's error bodies and daily quotas, and invented members. It is for
testing a workflow before LinkedIn has approved anything; nothing leaves the
machine. It runs until Ctrl-C and keeps nothing.

It fails as LinkedIn does, when told to: JSON under /_sandbox/ of its address
sets faults, daily limits and the clock, and GET /_sandbox/fixtures lists the
answers there are.

The ready file (mode 0600) holds the settings of a connection to it and is
removed at the end. A file that no sandbox has written is never replaced.`

const sandboxExample = `  linkstep sandbox --addr 127.0.0.1:9090 --ready-file sandbox.json
  linkstep connect linkedin --name me --dev --settings sandbox.json --yes    in another terminal
  linkstep sandbox --client 78selfserve001      as an application without LinkedIn's approval
  curl --json '{"fixture": "err_503_html", "times": 1}' http://127.0.0.1:9090/_sandbox/faults    its next answer is a 503`

func (a *app) sandboxCommand() *cobra.Command {
	var f sandboxFlags
	cmd := &cobra.Command{
		Use: "sandbox", Short: "Run a LinkedIn on this machine", Long: sandboxLong, Example: sandboxExample, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.sandbox(cmd, &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", "127.0.0.1:0", "loopback address to listen on; port 0 is any free one")
	flags.StringVar(&f.readyFile, "ready-file", "", "write the settings of a connection to this `file` once ready")
	flags.StringVar(&f.client, "client", sandbox.PartnerClient, "application that the settings are for; the page at / lists them")
	flags.StringArrayVar(&f.redirects, "redirect-url", nil, "redirect URL registered for every application; repeatable")
	flags.StringVar(&f.clock, "clock", "2026-11-24T12:00:00Z", "time at which its clock starts, or now")
	flags.Uint64Var(&f.seed, "seed", 1, "who the members are; the same seed invents the same people")
	flags.IntVar(&f.members, "members", 10_000, "number of members, up to a million")
	_ = cmd.MarkFlagFilename("ready-file", "json")
	return cmd
}

func (a *app) sandbox(cmd *cobra.Command, f *sandboxFlags) error {
	opts := &sandbox.Options{Addr: f.addr, Seed: f.seed, Members: f.members, RedirectURLs: f.redirects}
	if f.clock == "now" {
		opts.RealTime = true
	} else if err := opts.Clock.UnmarshalText([]byte(f.clock)); err != nil {
		return usagef("--clock %q: write it like 2026-11-24T12:00:00Z, or now", f.clock)
	}
	if f.members < 1 || f.members > sandbox.MembersMax {
		return usagef("--members %d: it is between 1 and %d", f.members, sandbox.MembersMax)
	}
	for _, redirect := range f.redirects {
		if u, err := url.Parse(redirect); err != nil || u.Host == "" || u.Fragment != "" || u.Scheme != "http" && u.Scheme != "https" {
			return usagef("--redirect-url %q: write it like %s", redirect, sandbox.DefaultRedirectURL)
		}
	}
	if f.readyFile != "" {
		if err := checkReadyFile(f.readyFile); err != nil {
			return err
		}
	}
	srv, err := sandbox.Start(opts)
	if err != nil {
		return &plugin.Error{
			Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone, Err: err,
			Message: err.Error(), Hint: "Choose another --addr, for example 127.0.0.1:0 for any free port.",
		}
	}
	defer srv.Close()
	settings, err := srv.SettingsFor(f.client)
	if err != nil {
		return usagef("--client %q: %s", f.client, err)
	}
	if f.readyFile != "" {
		ready, err := writeReadyFile(f.readyFile, settings)
		if err != nil {
			return err
		}
		defer ready.remove()
	}
	if err := a.announceSandbox(f, srv, &settings); err != nil {
		return err
	}
	<-cmd.Context().Done()
	fmt.Fprint(a.err, "sandbox stopped\n")
	return nil
}

// announceSandbox says where the sandbox is and how to connect to it.
func (a *app) announceSandbox(f *sandboxFlags, srv *sandbox.Server, s *sandbox.Settings) error {
	if a.json {
		return a.writeJSON(map[string]any{"output": map[string]any{"url": srv.URL(), "client_id": s.ClientID, "redirect_url": s.RedirectURL}})
	}
	fmt.Fprintf(a.out, "sandbox ready at %s\n", srv.URL())
	fmt.Fprintf(a.out, "  clients, members, quotas   %s/\n", srv.URL())
	fmt.Fprintf(a.out, "  OAuth                      %s/oauth/v2/authorization\n", srv.URL())
	fmt.Fprintf(a.out, "  API                        %s/v2, %s/rest\n", srv.URL(), srv.URL())
	fmt.Fprintf(a.out, "  clock                      %s\n", srv.Now().UTC().Format("2006-01-02T15:04:05Z"))
	file := f.readyFile
	if file == "" {
		fmt.Fprintf(a.out, "  client id                  %s (settings with the secret: --ready-file FILE)\n", s.ClientID)
		file = "FILE"
	}
	fmt.Fprintf(a.out, "connect with\n  linkstep connect linkedin --name me --dev --settings %s --yes\n", file)
	return nil
}

// writePrivate writes a file that only its owner can read, whole or not at all.
func writePrivate(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".linkstep-") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
