package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/conform"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/store"
)

// conformFlags are the flags of linkstep conform.
type conformFlags struct {
	settings, junit string
	dev, writes     bool
	tokenStdin      stdinFlag
	timeout         time.Duration
}

const conformLong = `Try a plugin binary against the contract between hosts and connectors, and say
what does not hold and what its author should change.

A case that cannot run says why. Most of what is not run without settings runs
with those of a connection. Where the login page is on this machine, as that of
a sandbox is (--dev), the command logs in by itself: it posts decision=allow to
the login's address, which must answer with a redirect that has code and state.
Any other login needs an access token. Only actions that read are run, unless
--allow-writes. Exit status: 0 nothing failed, 1 something did, 130 Ctrl-C, which
ends the run with what it had found.`

const conformExample = `  linkstep conform ./hello
  linkstep conform ./hello --settings sandbox.json --dev
  linkstep conform ./hello --settings settings.json --access-token-stdin < token.txt
  linkstep conform ./hello --junit conform.xml        for a build server
  linkstep conform ./hello --json`

func (a *app) conformCommand() *cobra.Command {
	var f conformFlags
	cmd := &cobra.Command{
		Use: "conform FILE", Short: "Try a plugin binary against the contract", Long: conformLong, Example: conformExample,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := a.conformOptions(cmd.Context(), &f)
			if err != nil {
				return err
			}
			memory, err := store.Memory()
			if err != nil {
				return err
			}
			defer memory.Close()
			opts.Store = memory
			report, err := conform.Run(cmd.Context(), host.File(args[0]), opts)
			if report == nil {
				return err
			}
			return a.reportConform(report, err, &f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.settings, "settings", "", "JSON `file` with the settings of a connection to try, mode 0600")
	stdinVar(cmd, &f.tokenStdin, "access-token-stdin", "token", "read an access token that logs the connection in from standard input")
	flags.BoolVar(&f.dev, "dev", false, "allow hosts other than the vendor's, a sandbox for example, and send them made-up tokens")
	flags.BoolVar(&f.writes, "allow-writes", false, "run the examples of actions that create, update or delete, too")
	flags.StringVar(&f.junit, "junit", "", "also write the report as JUnit XML to this `file`")
	flags.DurationVar(&f.timeout, "timeout", 10*time.Second, "how long one call may take")
	_ = cmd.MarkFlagFilename("settings", "json")
	_ = cmd.MarkFlagFilename("junit", "xml")
	return cmd
}

func (a *app) conformOptions(ctx context.Context, f *conformFlags) (*conform.Options, error) {
	if err := f.tokenStdin.check(); err != nil {
		return nil, err
	}
	opts := &conform.Options{Dev: f.dev, AllowWrites: f.writes, Logger: a.logger(slog.LevelError), Timeout: f.timeout}
	if !a.json {
		opts.Progress = func(g *conform.Group) { fmt.Fprintln(a.err, g) }
	}
	if f.settings != "" {
		s := settings{}
		if err := s.read(ctx, f.settings); err != nil {
			return nil, err
		}
		var err error
		if opts.Settings, err = json.Marshal(s); err != nil {
			return nil, err
		}
	}
	if f.tokenStdin.set {
		if f.settings == "" {
			return nil, usagef("--access-token-stdin needs a connection to log in; add --settings FILE")
		}
		var err error
		if opts.Token, err = a.readSecret(ctx, "access token"); err != nil {
			return nil, err
		}
	}
	return opts, nil
}

// reportConform prints the report and ends the command accordingly. Of a run
// that was ended before its end, what it had found is reported all the same.
func (a *app) reportConform(report *conform.Report, ended error, f *conformFlags) error {
	if f.junit != "" {
		if err := writeJUnit(f.junit, report); err != nil {
			return err
		}
	}
	if a.json {
		doc := map[string]any{}
		if ended != nil {
			doc = errorDocument(plugin.AsError(ended))
		}
		doc["output"] = report
		if err := a.writeJSON(doc); err != nil {
			return err
		}
	} else if err := report.WriteText(a.out); err != nil {
		return err
	}
	switch {
	case ended != nil && a.json:
		return statusError(exitStatus[plugin.KindOf(ended)])
	case ended != nil:
		return ended
	}
	if report.NeedsConnection && f.settings == "" {
		fmt.Fprint(a.err, "hint: Give the settings of a connection with --settings FILE, and more cases run.\n")
	}
	if report.Failed() {
		return statusError(exitInternal)
	}
	return nil
}

func writeJUnit(path string, report *conform.Report) error {
	out, err := os.Create(path)
	if err == nil {
		err = errors.Join(report.WriteJUnit(out), out.Close())
	}
	if err == nil {
		return nil
	}
	return &plugin.Error{
		Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone, Err: err,
		Message: "the JUnit file " + path + " cannot be written: " + cause(err), Hint: "Name another file with --junit.",
	}
}
