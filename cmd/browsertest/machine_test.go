package browsertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// limit bounds every wait of this package.
const limit = 30 * time.Second

// environ is the environment of every process of the test: nothing of the
// person's who runs it, and a folder below which all of it stays.
func environ(dir string) []string {
	return []string{
		"PATH=" + filepath.Join(dir, "bin") + ":/usr/local/bin:/usr/bin:/bin",
		"HOME=" + filepath.Join(dir, "user"), "TMPDIR=" + filepath.Join(dir, "tmp"),
	}
}

// opener stands for the program that opens the person's browser: it hands the
// address to the test, or fails as on a machine without a desktop.
const opener = `#!/bin/sh
[ -z "$OPENER_FAILS" ] || exit 3
printf '%s' "$1" > "$OPENED.new" && mv "$OPENED.new" "$OPENED"
`

// buildCommands builds linkstep into the folder that the environment names
// first, and puts the opener beside it.
func buildCommands(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{"bin", "tmp", "user"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "bin")+"/", "./cmd/linkstep")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build.Args, err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "bin", "xdg-open"), []byte(opener), 0o700); err != nil {
		t.Fatal(err)
	}
}

// machine is a new user's machine with a sandbox on it.
type machine struct {
	t        *testing.T
	bin      string
	env      []string
	dir      string // of this machine's own files
	redirect string // where answers go
	settings string // file of the settings of a connection to the sandbox
}

func newMachine(t *testing.T, dir string) *machine {
	t.Helper()
	own, err := os.MkdirTemp(dir, "m")
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, dir: own, bin: filepath.Join(dir, "bin", "linkstep"), redirect: freeRedirect(t)}
	if err := os.Mkdir(m.tmp(), 0o700); err != nil {
		t.Fatal(err)
	}
	m.settings = filepath.Join(m.dir, "settings.json")
	m.env = append(environ(dir), "TMPDIR="+m.tmp(),
		"LINKSTEP_HOME="+filepath.Join(m.dir, "home"), "LINKSTEP_KEY_FILE="+filepath.Join(m.dir, "key.json"), "OPENED="+filepath.Join(m.dir, "opened"))
	sandbox := m.start("sandbox", "--members", "100", "--redirect-url", m.redirect, "--ready-file", m.settings)
	t.Cleanup(func() {
		sandbox.interrupt()
		sandbox.exits(0)
	})
	m.within("the sandbox is ready", func() bool {
		info, err := os.Stat(m.settings)
		return err == nil && info.Size() > 0
	})
	return m
}

// tmp is the folder for this machine's temporary files.
func (m *machine) tmp() string { return filepath.Join(m.dir, "tmp") }

// freeRedirect returns a redirect URL whose port nothing listens on.
func freeRedirect(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return fmt.Sprintf("http://localhost:%d/callback", ln.Addr().(*net.TCPAddr).Port)
}

// within fails the test unless cond holds in time.
func (m *machine) within(what string, cond func() bool) {
	m.t.Helper()
	for end := time.Now().Add(limit); !cond(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			m.t.Fatalf("not within %s: %s", limit, what)
		}
	}
}

// linkstep runs a command that must succeed, and returns its result.
func (m *machine) linkstep(args ...string) string {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, m.bin, args...)
	cmd.Env, cmd.WaitDelay = m.env, limit
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		m.t.Fatalf("linkstep %v: %v\n%s", args, err, stderr.Bytes())
	}
	return string(out)
}

// wantProfile checks that a connection works, and for whom.
func (m *machine) wantProfile(connection, name string) {
	m.t.Helper()
	var profile struct{ Name string }
	out := m.linkstep("invoke", "linkedin.get_profile", "--connection", connection)
	if err := json.Unmarshal([]byte(out), &profile); err != nil || profile.Name != name {
		m.t.Errorf("the profile of %s is that of %q, want %q (%v)", connection, profile.Name, name, err)
	}
}

// wantNoConnection checks that a login has left nothing behind.
func (m *machine) wantNoConnection() {
	m.t.Helper()
	var doc struct{ Output json.RawMessage }
	out := m.linkstep("connections", "--json")
	if err := json.Unmarshal([]byte(out), &doc); err != nil || strings.Contains(out, `"me"`) {
		m.t.Errorf("there is a connection (%v): %s", err, out)
	}
}
