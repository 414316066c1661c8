package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin/store"
)

func (a *app) keysCommand() *cobra.Command {
	keys := &cobra.Command{
		Use: "keys", Short: "Show and manage the key that encrypts the store",
		Long: `Show where the key is that encrypts the store, its id and when it was made.
The key itself is never shown.

It is where LINKSTEP_KEY_FILE says, else where the store says: in a file or in
the keyring of the desktop.`,
		Example: `  linkstep keys
  linkstep keys rotate
  linkstep keys use keyring`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.showKey(cmd.Context()) },
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
	use := &cobra.Command{
		Use: "use", Short: "Move the key into the keyring or into a file",
		Long: `Move the key to another place, while hosts go on running. It is written there,
read back, and then recorded in the store. It also stays where it was, for
backups and for other stores: remove it there when there are none.`,
		Example: `  linkstep keys use keyring
  linkstep keys use file`,
		Args: cobra.NoArgs,
		RunE: a.group,
	}
	use.AddCommand(&cobra.Command{
		Use: "keyring", Short: "Move the key into the keyring of the desktop",
		Long: `Move the key into the keyring of the desktop, on Linux that of GNOME, KDE or
whatever else offers the Secret Service, on macOS the keychain. Whoever runs
linkstep then has to be logged in to the desktop, with the keyring unlocked. A
store that several hosts share has its key in a file.`,
		Example: "  linkstep keys use keyring",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.moveKey(cmd.Context(), (*store.Store).UseKeyring)
		},
	}, &cobra.Command{
		Use: "file [PATH]", Short: "Move the key into a file",
		Long: `Move the key into a file, by default ~/.config/linkstep/key.json. A key file
that is there already keeps the keys of other stores and gets this one's.`,
		Example: `  linkstep keys use file
  linkstep keys use file /media/stick/key.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := append(args, "")[0]
			return a.moveKey(cmd.Context(), func(s *store.Store, ctx context.Context) (*store.KeyMove, error) {
				return s.UseKeyFile(ctx, path)
			})
		},
	})
	keys.AddCommand(use)
	return keys
}

// keyPlace is where a key is, in the output of a command.
func keyPlace(p store.KeyPlace) map[string]string {
	return map[string]string{"source": p.Source, "name": p.Name}
}

func (a *app) showKey(ctx context.Context) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	k, err := s.Key(ctx)
	if err != nil {
		return err
	}
	if a.json {
		out := map[string]any{"database": k.Database, "id": k.ID, "place": keyPlace(k.Place), "recorded": keyPlace(k.Recorded), "rotating": k.Rotating}
		if !k.Made.IsZero() {
			out["made_at"] = k.Made.Format(time.RFC3339)
		}
		return a.writeJSON(map[string]any{"output": out})
	}
	made := "unknown, before this was noted"
	if !k.Made.IsZero() {
		made = k.Made.Format(time.RFC3339)
	}
	fmt.Fprintf(a.out, "store  %s\nkey    %d\nplace  %s\nmade   %s\n", k.Database, k.ID, k.Place, made)
	if k.Place != k.Recorded {
		fmt.Fprintf(a.err, "note: LINKSTEP_KEY_FILE names this place; without it the key is taken from %s\n", k.Recorded)
	}
	if k.Rotating {
		fmt.Fprint(a.err, "note: a rotation was interrupted, or goes on; finish it with: linkstep keys rotate\n")
	}
	return nil
}

func (a *app) moveKey(ctx context.Context, move func(*store.Store, context.Context) (*store.KeyMove, error)) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	done, err := move(s, ctx)
	if err != nil {
		return err
	}
	if k, err := s.Key(ctx); err == nil && k.Place != k.Recorded {
		fmt.Fprint(a.err, "warning: LINKSTEP_KEY_FILE names another place and goes before this one: unset it wherever linkstep runs\n")
	}
	if a.json {
		return a.writeJSON(map[string]any{"output": map[string]any{"from": keyPlace(done.From), "to": keyPlace(done.To), "moved": done.Moved}})
	}
	if !done.Moved {
		fmt.Fprintf(a.out, "the key is in %s already\n", done.To)
		return nil
	}
	fmt.Fprintf(a.out, "the key is in %s\n", done.To)
	fmt.Fprintf(a.err, "%s has it still: remove it there when no backup and no other store needs it\n", done.From)
	return nil
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
