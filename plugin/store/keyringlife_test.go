package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// A rotation in the middle of a move, and a move in the middle of a rotation:
// the one that comes second begins again, and neither is undone.
func TestMoveMeetsRotation(t *testing.T) {
	d, p := newDesktop(t), newPlace(t)
	file := p.key
	put(t, p.open(t), "linkedin/token", "AQX")
	p.key = ""
	s, other := p.open(t), p.open(t)
	was := key(t, s)
	d.onCreate(func() {
		if _, err := other.RotateKey(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.UseKeyring(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantToken(t, "after the move", p.open(t))
	moved := key(t, s)
	if moved.ID == was.ID || moved.Place.Source != "keyring" {
		t.Errorf("key is %+v, want the new one in the keyring", moved)
	}
	d.onCreate(func() {
		if _, err := other.UseKeyFile(context.Background(), file); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantToken(t, "after the rotation", p.open(t))
	if now := key(t, s); now.ID == moved.ID || now.Place.Name != file {
		t.Errorf("key is %+v, want the newest in the file", now)
	}
}

// childMove moves the key to and fro without end.
func childMove(p place, args []string) error {
	p.key = ""
	s, err := p.try()
	if err != nil {
		return err
	}
	for {
		if _, err := s.UseKeyring(context.Background()); err != nil {
			return err
		}
		if _, err := s.UseKeyFile(context.Background(), args[0]); err != nil {
			return err
		}
	}
}

// A move killed at any moment, while another process rotates the key, leaves a
// store that opens.
func TestKillMove(t *testing.T) {
	newDesktop(t)
	p := newPlace(t)
	put(t, p.open(t), "linkedin/token", "AQX")
	file := p.key
	p.key = ""
	s := p.open(t)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				if _, err := s.RotateKey(context.Background()); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for range scaled(5, 200) {
		cmd := child(t, "move", p, file)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+rand.IntN(150)) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		fresh := p.open(t)
		wantToken(t, "after a kill", fresh)
		fresh.Close()
	}
	close(stop)
	wg.Wait()
	wantToken(t, "at the end", p.open(t))
}

// With GNOME's keyring, where it is installed.
func TestRealKeyring(t *testing.T) {
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs Debian's packages dbus and gnome-keyring: %v", err)
		}
	}
	const script = `
		echo -n password | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null &
		trap "kill $!; wait" EXIT
		ask() { dbus-send --session --print-reply "$@"; }
		for i in $(seq 200); do
			sleep .05
			ask --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true || continue
			ask --dest=org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.ReadAlias string:default | grep -q collection/login && break
		done
		"$@"`
	p := newPlace(t)
	put(t, p.open(t), "linkedin/token", "AQX")
	work := child(t, "keyring", p)
	cmd := exec.Command("dbus-run-session", append([]string{"--", "/bin/sh", "-c", script, "sh"}, work.Args...)...)
	cmd.Env = append(work.Env, "HOME="+p.home, "XDG_DATA_HOME="+p.home, "XDG_RUNTIME_DIR="+t.TempDir(), "DBUS_SESSION_BUS_ADDRESS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// childKeyring moves the key into the keyring, rotates it there and, when the
// keyring is locked, is told so.
func childKeyring(p place, _ []string) error {
	ctx, file := context.Background(), p.key
	p.key = ""
	s, err := p.try()
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.UseKeyring(ctx); err != nil {
		return err
	}
	if err := os.Rename(file, file+".away"); err != nil {
		return err
	}
	if _, err := s.RotateKey(ctx); err != nil {
		return err
	}
	again, err := p.try()
	if err != nil {
		return err
	}
	defer again.Close()
	got, err := again.Get(ctx, &plugin.GetRequest{Key: "linkedin/token"})
	if err != nil || string(got.Value) != "AQX" {
		return fmt.Errorf("the value is %q, %w", got.Value, err)
	}
	if out, err := exec.Command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets",
		"org.freedesktop.Secret.Service.Lock", "array:objpath:/org/freedesktop/secrets/collection/login").CombinedOutput(); err != nil {
		return fmt.Errorf("lock: %w: %s", err, out)
	}
	if _, err := p.try(); err == nil || !strings.Contains(err.Error(), "is locked") {
		return fmt.Errorf("opened with the keyring locked: %w", err)
	}
	return nil
}
