package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/compat"
	"github.com/linkstep/linkstep/plugin/host"
)

const schemasDiffLong = `Compare two versions of a connector and tell what breaks the steps that use it
from what does not. A version is a folder with manifest.json and its schemas, a
folder of schemas alone, a file with what linkstep describe NAME --json prints,
or a plugin binary.

What breaks: an action that is gone; another effect, or a promise taken back; a
login that comes or goes; an input that is new and required, or takes less than
before; an output that is gone, is not promised any more, or has types and
values that were not known; stricter terms for keeping data.

A version may break what an earlier one promised where its major number is
higher, or its minor one while the major is 0. The changes are listed then too,
and the command passes; with --json, may_break is true. A host that replaces a
running connector goes by the same rule.
Exit status: 0 nothing breaks, or the new version allows it, 1 something breaks.`

const schemasDiffExample = `  linkstep schemas diff testdata/compat/0.1.0 .
  linkstep schemas diff testdata/compat/0.1.0 ./hello
  linkstep schemas diff old.json new.json --json`

func (a *app) schemasCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "schemas", Short: "Compare versions of a connector", Example: schemasDiffExample, Args: cobra.NoArgs,
		RunE: a.group,
	}
	cmd.AddCommand(&cobra.Command{
		Use: "diff OLD NEW", Short: "Tell what a new version of a connector breaks", Long: schemasDiffLong, Example: schemasDiffExample,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			old, err := a.versionAt(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			now, err := a.versionAt(cmd.Context(), args[1])
			if err != nil {
				return err
			}
			return a.reportChanges(old, now)
		},
	})
	return cmd
}

// versionAt is the version of a connector in a folder or a file.
func (a *app) versionAt(ctx context.Context, path string) (d *plugin.Description, err error) {
	binary, err := isBinary(path)
	if err == nil && binary {
		err = a.withHost(ctx, func(h *host.Host) error {
			p, err := h.Load(ctx, host.File(path))
			if err == nil {
				d = p.Description()
			}
			return err
		})
		return d, err
	}
	if err == nil {
		d, err = compat.Load(path)
	}
	if err != nil {
		return nil, &plugin.Error{
			Kind: plugin.InvalidInput, Source: plugin.SourceUser, Effect: plugin.EffectNone, Err: err, Detail: err.Error(),
			Message: path + " is no version of a connector: " + cause(err),
			Hint:    "Name a folder with manifest.json or schemas, a description as JSON, or a plugin binary.",
		}
	}
	return d, nil
}

// isBinary reports whether a file may be a program: it is none when JSON
// begins in it.
func isBinary(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return false, err
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := f.Read(head)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return !bytes.HasPrefix(bytes.TrimSpace(head[:n]), []byte("{")), nil
}

// reportChanges prints the changes, and ends the command accordingly.
func (a *app) reportChanges(old, now *plugin.Description) error {
	changes := compat.Compare(old, now)
	breaking, allowed := len(compat.Breaking(changes)), compat.MayBreak(old.Version, now.Version)
	if a.json {
		if err := a.writeJSON(map[string]any{"output": map[string]any{"breaking": breaking, "may_break": allowed, "changes": changes}}); err != nil {
			return err
		}
	} else {
		for _, c := range changes {
			fmt.Fprintln(a.out, c)
		}
		fmt.Fprintf(a.out, "%d breaking, %d compatible\n", breaking, len(changes)-breaking)
	}
	switch {
	case breaking == 0:
		return nil
	case allowed:
		if !a.json {
			fmt.Fprintf(a.out, "Version %s may break what version %s promised.\n", now.Version, old.Version)
		}
		return nil
	}
	version := "a new major version"
	if next := compat.NextToBreak(old.Version); next != "" {
		version = "version " + next
	}
	fmt.Fprintf(a.err, "hint: Steps that use this connector may fail. Take the change back, or give the connector %s.\n", version)
	return statusError(exitInternal)
}
