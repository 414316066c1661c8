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

What breaks: an action that is gone; another effect, or a promise taken back;
an input that is new and required, or takes less than before; an output that is
gone, is not promised any more, or has types and values that were not known.
Exit status: 0 nothing breaks, 1 something does.`

const schemasDiffExample = `  linkstep schemas diff testdata/compat/0.1.0 .
  linkstep schemas diff testdata/compat/0.1.0 ./hello
  linkstep schemas diff old.json new.json --json`

func (a *app) schemasCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "schemas", Short: "Compare versions of a connector", Example: schemasDiffExample, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
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
			return a.reportChanges(compat.Compare(old, now))
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
func (a *app) reportChanges(changes []compat.Change) error {
	breaking := 0
	for _, c := range changes {
		if c.Breaking {
			breaking++
		}
	}
	if a.json {
		if err := a.writeJSON(map[string]any{"output": map[string]any{"breaking": breaking, "changes": changes}}); err != nil {
			return err
		}
	} else {
		for _, c := range changes {
			fmt.Fprintln(a.out, c)
		}
		fmt.Fprintf(a.out, "%d breaking, %d compatible\n", breaking, len(changes)-breaking)
	}
	if breaking == 0 {
		return nil
	}
	fmt.Fprint(a.err, "hint: Steps that use this connector may fail. Take the change back, or give the connector a new major version.\n")
	return statusError(exitInternal)
}
