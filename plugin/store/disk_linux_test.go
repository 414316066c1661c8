package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/linkstep/linkstep/plugin"
)

func init() {
	children["open"] = childOpen
	children["fill"] = childFill
	children["readonly"] = childReadOnly
}

// childOpen gives up being root, to whom every folder is writable, opens the
// store, writes a value and prints the error as JSON.
func childOpen(p place, _ []string) error {
	if os.Getuid() == 0 {
		if err := syscall.Setuid(nobody); err != nil {
			return err
		}
	}
	s, err := p.try()
	if err == nil {
		_, err = s.Swap(context.Background(), &plugin.SwapRequest{Key: "linkedin/new", Value: []byte("AQX")})
		s.Close()
	}
	return json.NewEncoder(os.Stdout).Encode(plugin.AsError(err))
}

func TestReadOnlyHome(t *testing.T) {
	t.Parallel()
	const setHome = "Set LINKSTEP_HOME to a place that you can write to."
	const writable = "Make its folder writable, or set LINKSTEP_HOME to one that is."
	tests := []struct {
		name    string
		prepare func(t *testing.T, p place)
		message string
		hint    string
		why     string
	}{
		{"no folder yet", func(t *testing.T, p place) { remove(t, p.home); chmod(t, filepath.Dir(p.home), 0o555) },
			"the folder BASE/home cannot be made: no permission", setHome, "the folder above is read-only"},
		{"empty folder", func(t *testing.T, p place) { remove(t, p.home); mkdir(t, p.home); chmod(t, p.home, 0o555) },
			"BASE/home/linkstep.db cannot be written to", writable, "the database cannot be made"},
		{"folder with a database", func(t *testing.T, p place) { chmod(t, p.home, 0o555) },
			"BASE/home/linkstep.db cannot be written to", writable, "SQLite has no place for its log"},
		{"read-only database", func(t *testing.T, p place) { chmod(t, p.database(), 0o444) },
			"BASE/home/linkstep.db cannot be written to", writable, "found out before anything is written"},
		{"unreadable folder", func(t *testing.T, p place) { chmod(t, p.home, 0o000) },
			"BASE/home/linkstep.db cannot be written to", writable, "belongs to someone else"},
		{"no place for the key", func(t *testing.T, p place) {
			remove(t, p.database())
			remove(t, p.key)
			chmod(t, filepath.Dir(p.key), 0o555)
		}, "the key file BASE/config/key.json cannot be written to", "Set LINKSTEP_KEY_FILE to a place that you can write to.", "the key lies elsewhere"},
		{"unreadable key", func(t *testing.T, p place) { chmod(t, p.key, 0o000) },
			"the key file BASE/config/key.json cannot be read",
			"Restore the key, or set LINKSTEP_KEY_FILE to a file with it. If it is lost, move the database away and connect the accounts again.", "belongs to someone else"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			base := filepath.Dir(p.home)
			p.open(t).Close()
			chmod(t, filepath.Dir(base), 0o755)
			giveToNobody(t, base)
			tt.prepare(t, p)
			t.Cleanup(func() { exec.Command("chmod", "-R", "u+rwx", base).Run() })
			before := names(t, base)
			out, err := child(t, "open", p).Output()
			if err != nil {
				t.Fatal(err)
			}
			got := &plugin.Error{}
			if err := json.Unmarshal(out, got); err != nil {
				t.Fatalf("child said %s: %v", out, err)
			}
			want := &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Message: tt.message, Hint: tt.hint}
			if diff := cmp.Diff(want, plain(t, got, base), cmpopts.IgnoreFields(plugin.Error{}, "Detail")); diff != "" {
				t.Errorf("%s: (-want +got):\n%s", tt.why, diff)
			}
			if diff := cmp.Diff(before, names(t, base)); diff != "" {
				t.Errorf("%s: something was left behind (-before +after):\n%s", tt.why, diff)
			}
			if out, err := exec.Command("chmod", "-R", "u+rwX", base).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			giveToNobody(t, base)
			if out, err := child(t, "open", p).Output(); err != nil || strings.TrimSpace(string(out)) != "null" {
				t.Errorf("%s: once it is writable: %s, %v", tt.why, out, err)
			}
		})
	}
}

// childReadOnly runs in a mount namespace of its own. It writes a value, makes
// the disk of the home read-only, opens the store, prints the error, makes the
// disk writable, and goes on.
func childReadOnly(p place, _ []string) error {
	if err := syscall.Mount("tmpfs", p.home, "tmpfs", 0, ""); err != nil {
		fmt.Print(noMount, err)
		return nil
	}
	use := func() error {
		s, err := p.try()
		if err != nil {
			return err
		}
		defer s.Close()
		got, err := s.Get(context.Background(), &plugin.GetRequest{Key: "linkedin/token"})
		if err != nil {
			return err
		}
		_, err = s.Swap(context.Background(), &plugin.SwapRequest{Key: "linkedin/token", Value: append(got.Value, 'A'), Revision: got.Revision})
		return err
	}
	if err := use(); err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", p.home, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		return err
	}
	json.NewEncoder(os.Stdout).Encode(plugin.AsError(use()))
	if err := syscall.Mount("tmpfs", p.home, "tmpfs", syscall.MS_REMOUNT, ""); err != nil {
		return err
	}
	if err := use(); err != nil {
		return fmt.Errorf("with a writable disk: %w", err)
	}
	s, err := p.try()
	if err != nil {
		return err
	}
	defer s.Close()
	if got, err := s.Get(context.Background(), &plugin.GetRequest{Key: "linkedin/token"}); err != nil || string(got.Value) != "AA" {
		return fmt.Errorf("the value is %q, %w", got.Value, err)
	}
	return nil
}

func TestReadOnlyDisk(t *testing.T) {
	p := newPlace(t)
	mkdir(t, p.home)
	e := inNamespace(t, child(t, "readonly", p))
	if want := p.database() + " cannot be written to"; e.Kind != plugin.StoreUnavailable || e.Message != want || e.Hint == "" {
		t.Errorf("error is %+v, want %q", e, want)
	}
}

// inNamespace runs a child that mounts, and returns the error that it prints.
func inNamespace(t *testing.T, cmd *exec.Cmd) *plugin.Error {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}}
	out, err := cmd.Output()
	if _, ran := errors.AsType[*exec.ExitError](err); (err != nil && !ran) || strings.HasPrefix(string(out), noMount) {
		t.Skipf("needs a user namespace to mount a small file system in: %s%v", out, err)
	}
	if err != nil {
		t.Errorf("child: %v", err)
	}
	e := &plugin.Error{}
	if err := json.Unmarshal(out, e); err != nil {
		t.Fatalf("child said %s: %v", out, err)
	}
	return e
}

// noMount is what childFill says where it may not mount.
const noMount = "no mount: "

// childFill runs in a mount namespace of its own. It puts a small file system
// at the home, fills it with values until there is an error, which it prints,
// makes room, and goes on.
func childFill(p place, args []string) error {
	if err := syscall.Mount("tmpfs", p.home, "tmpfs", 0, "size="+args[0]); err != nil {
		fmt.Print(noMount, err)
		return nil
	}
	s, err := p.try()
	if err != nil {
		return json.NewEncoder(os.Stdout).Encode(plugin.AsError(err))
	}
	defer s.Close()
	ctx := context.Background()
	n := 0
	for ; err == nil; n++ {
		_, err = s.Swap(ctx, &plugin.SwapRequest{Key: fmt.Sprint("linkedin/", n), Value: []byte(numbered(n))})
	}
	json.NewEncoder(os.Stdout).Encode(plugin.AsError(err))
	last := n - 1 // it was refused
	if err := syscall.Mount("tmpfs", p.home, "tmpfs", syscall.MS_REMOUNT, "size=16m"); err != nil {
		return err
	}
	res, err := s.Swap(ctx, &plugin.SwapRequest{Key: fmt.Sprint("linkedin/", last), Value: []byte(numbered(last))})
	if err != nil || !res.Swapped {
		return fmt.Errorf("after making room: %+v, %w", res, err)
	}
	for i := range n {
		got, err := s.Get(ctx, &plugin.GetRequest{Key: fmt.Sprint("linkedin/", i)})
		if err != nil || string(got.Value) != numbered(i) {
			return fmt.Errorf("value %d of %d is %d bytes, %w", i, n, len(got.Value), err)
		}
	}
	return nil
}

func TestFullDisk(t *testing.T) {
	for _, size := range []string{"4k", "32k", "256k"} {
		t.Run(size, func(t *testing.T) {
			p := newPlace(t)
			mkdir(t, p.home)
			e := inNamespace(t, child(t, "fill", p, size))
			want := "the disk of " + p.database() + " is full"
			if e.Kind != plugin.StoreUnavailable || e.Message != want || !strings.Contains(e.Hint, "Free some space") {
				t.Errorf("error is %+v, want %q", e, want)
			}
		})
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// giveToNobody makes what is under root belong to the user that childOpen
// becomes.
func giveToNobody(t *testing.T, root string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	if out, err := exec.Command("chown", "-R", fmt.Sprint(nobody), root).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// names returns what is in a folder that may be read.
func names(t *testing.T, root string) string {
	t.Helper()
	out, err := exec.Command("ls", "-R", root).CombinedOutput()
	if err != nil {
		return err.Error()
	}
	return string(out)
}
