package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin/store"
)

// home is the folder that state lives in.
func home() (string, error) {
	if dir := os.Getenv("LINKSTEP_HOME"); dir != "" {
		return filepath.Abs(dir)
	}
	return store.DefaultDir()
}

// openStore opens the store: the database that --store or LINKSTEP_STORE_URL
// names, else the one in the home folder.
func (a *app) openStore(ctx context.Context) (*store.Store, error) {
	opts := &store.Options{KeyFile: os.Getenv("LINKSTEP_KEY_FILE"), URL: os.Getenv("LINKSTEP_STORE_URL")}
	if a.store != "" {
		if err := withoutPassword(a.store); err != nil {
			return nil, err
		}
		opts.URL = a.store
	}
	if opts.URL != "" {
		return store.Open(ctx, "", opts)
	}
	dir, err := home()
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, dir, opts)
}

// withoutPassword refuses a URL with a password: arguments are seen by every
// program on the machine. What the URL says is not repeated.
func withoutPassword(arg string) error {
	u, err := url.Parse(arg)
	if err != nil {
		return usagef("--store: it is no URL; write it like postgres://user@db.example.org/linkstep")
	}
	_, inUser := u.User.Password()
	if inUser || u.Query().Has("password") {
		return usagef("--store: a password does not belong on the command line, where other programs can read it; use LINKSTEP_STORE_URL or PGPASSFILE")
	}
	return nil
}

func (a *app) keysCommand() *cobra.Command {
	keys := &cobra.Command{
		Use: "keys", Short: "Manage the key that encrypts the store", Args: cobra.NoArgs,
		Example: "  linkstep keys rotate",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	keys.AddCommand(&cobra.Command{
		Use: "rotate", Short: "Make a new key and encrypt everything with it",
		Long: `Make a new key and encrypt everything in the store with it, while hosts go on
running. It may be interrupted at any point; run again, it goes on from there.
Where hosts have copies of the key file, copy it to them afterwards.`,
		Example: `  linkstep keys rotate
  linkstep keys rotate --store postgres://linkstep@db.example.org/linkstep`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.rotateKey(cmd.Context()) },
	})
	return keys
}

func (a *app) rotateKey(ctx context.Context) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	done, err := s.RotateKey(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(map[string]any{"output": map[string]any{
			"values": done.Values, "unreadable": done.Unreadable, "resumed": done.Resumed,
		}})
	}
	if done.Resumed {
		fmt.Fprint(a.err, "an earlier rotation had been interrupted; it is done now\n")
	}
	if done.Unreadable > 0 {
		fmt.Fprintf(a.err, "warning: %d values could not be read and stay as they are\n", done.Unreadable)
	}
	fmt.Fprintf(a.out, "%d values are encrypted with a new key\n", done.Values)
	return nil
}
