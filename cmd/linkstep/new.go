package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
)

// newFlags are the flags of linkstep new connector.
type newFlags struct{ module, checkout, dir string }

const newLong = `Write the skeleton of a connector: a Go module with one action, greet, schemas
made from Go types, and tests that run the kit. It builds and runs at once.

NAME is what the connector is called everywhere: lower-case letters, digits and
dashes. The folder must not exist. The go command completes go.mod and go.sum,
for which it needs the network unless it has fetched the same before.`

const newExample = `  linkstep new connector hello
  linkstep new connector hello --module github.com/ada/hello --dir src/hello
  linkstep new connector hello --module-dir ~/src/linkstep    against a local checkout`

func (a *app) newCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "new", Short: "Write the skeleton of a connector", Example: newExample, Args: cobra.NoArgs,
		RunE: a.group,
	}
	cmd.AddCommand(a.newConnectorCommand())
	return cmd
}

func (a *app) newConnectorCommand() *cobra.Command {
	var f newFlags
	cmd := &cobra.Command{
		Use: "connector NAME", Short: "Write the skeleton of a connector", Long: newLong, Example: newExample,
		Args: cobra.ExactArgs(1), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := f.skeleton(args[0])
			if err != nil {
				return err
			}
			if err := s.write(cmd.Context()); err != nil {
				return err
			}
			return a.reportNew(s)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.module, "module", "", "module `path` of the connector (default example.com/NAME)")
	flags.StringVar(&f.checkout, "module-dir", "", "build against the checkout of linkstep in this `folder`")
	flags.StringVar(&f.dir, "dir", "", "`folder` to write, which must not exist (default NAME)")
	_ = cmd.MarkFlagDirname("module-dir")
	_ = cmd.MarkFlagDirname("dir")
	return cmd
}

// connectorName is what a host lets a connector be called.
var connectorName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// modulePath is a path that the go command takes for a module of one's own.
var modulePath = regexp.MustCompile(`^[A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$`)

// skeleton checks what was typed. Nothing is written before.
func (f *newFlags) skeleton(name string) (*skeleton, error) {
	if !connectorName.MatchString(name) || name == "host" || name == "schemas" { // the last is a folder of the skeleton, where the binary goes
		return nil, usagef("a connector cannot be called %q: up to 40 lower-case letters, digits and dashes, a letter first, and not host or schemas", name)
	}
	s := &skeleton{Name: name, Title: title(name), Module: f.module, Version: version, dir: f.dir}
	if s.Module == "" {
		s.Module = path.Join("example.com", name)
	}
	if !modulePath.MatchString(s.Module) {
		return nil, usagef("--module %q: write it like github.com/ada/%s", s.Module, name)
	}
	if s.dir == "" {
		s.dir = name
	}
	if f.checkout != "" {
		checkout, err := filepath.Abs(f.checkout)
		if err != nil {
			return nil, err
		}
		text, err := os.ReadFile(filepath.Join(checkout, "go.mod"))
		if err != nil || !strings.HasPrefix(string(text), "module "+linkstepModule+"\n") {
			return nil, usagef("--module-dir %s: it is no checkout of %s", f.checkout, linkstepModule)
		}
		s.Checkout = checkout
	}
	return s, nil
}

// title makes words of a name: "my-crm" is "My Crm".
func title(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

// reportNew says what was written and how to go on.
func (a *app) reportNew(s *skeleton) error {
	if s.note != "" {
		fmt.Fprintln(a.err, "note: "+s.note)
	}
	if a.json {
		return a.writeJSON(map[string]any{"output": map[string]any{"name": s.Name, "module": s.Module, "path": s.dir, "files": s.files}})
	}
	fmt.Fprintln(a.out, s.dir)
	fmt.Fprintf(a.err, "wrote a connector of %d files; next:\n  cd %s && go build -o %s .\n", len(s.files), s.dir, s.Name)
	fmt.Fprintf(a.err, "  linkstep conform ./%s\n  linkstep invoke %s.greet --plugin ./%s --input '{\"name\": \"Ada\"}'\n", s.Name, s.Name, s.Name)
	return nil
}

// exists says that a folder stands in the way.
func (s *skeleton) exists() error {
	return &plugin.Error{
		Kind: plugin.Conflict, Source: plugin.SourceUser, Effect: plugin.EffectNone,
		Message: s.dir + " exists, and nothing in it is overwritten", Hint: "Name another folder with --dir, or move it away.",
	}
}

// unwritable says that the folder could not be written.
func (s *skeleton) unwritable(err error) error {
	var known *plugin.Error
	if errors.As(err, &known) {
		return err
	}
	return &plugin.Error{
		Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone, Err: err, Detail: err.Error(),
		Message: s.dir + " cannot be written: " + cause(err), Hint: "Name another folder with --dir.",
	}
}
