package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// holders returns the files below a folder that hold a text.
func holders(t *testing.T, dir, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			found = append(found, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// output runs a command and decodes the output of its one document.
func (u *user) output(v any, args ...string) {
	u.t.Helper()
	out, err := u.command(append(args, "--json")...).Output()
	if err != nil {
		u.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	if err := json.Unmarshal(out, &struct{ Output any }{v}); err != nil {
		u.t.Fatalf("%v: %v\n%s", args, err, out)
	}
}

// account returns the account that the connection "me" has.
func (u *user) account() (id, urn, name string) {
	u.t.Helper()
	var p struct{ ID, URN, Name string }
	u.output(&p, "invoke", "linkedin.get_profile")
	return p.ID, p.URN, p.Name
}

func TestExportAndErase(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.connect("--keep-profile")
	id, urn, name := u.account()

	file := filepath.Join(t.TempDir(), "member.json")
	out, err := u.command("privacy", "export", "--member", urn, "--output", file).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("1 connection, 2 rows")) {
		t.Fatalf("export: %v\n%s", err, out)
	}
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the export has the mode %v, %v; want 0600", info.Mode(), err)
	}
	if bytes.Contains(doc, []byte(u.sandbox.Settings().ClientSecret)) {
		t.Error("the export has the client secret")
	}
	var v exportView
	if err := json.Unmarshal(doc, &v); err != nil || v.Member != urn || len(v.Connections) != 1 {
		t.Fatalf("export: %v\n%s", err, doc)
	}
	c := v.Connections[0]
	if c.Name != "me" || c.Account.Name != name || c.Entries["token"] != 1 || c.Entries["settings"] != 1 || !slices.Equal(c.Secrets, []string{"client_secret"}) {
		t.Errorf("the connection in the export: %+v", c)
	}
	if v.Audit.Rows != 2 || v.Audit.Entries[0].Action != "linkedin.get_profile" || v.Audit.Entries[1].Action != "host.authorize" {
		t.Errorf("the rows in the export: %+v", v.Audit)
	}

	// Nobody can be asked here, so nothing is erased.
	for _, args := range [][]string{{"privacy", "erase", "--member", urn}, {"privacy", "erase", "--yes"}} {
		cmd := u.command(args...)
		cmd.Stdin = strings.NewReader("yes\n")
		if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != exitUsage {
			t.Errorf("%v: exit status %d\n%s", args, cmd.ProcessState.ExitCode(), out)
		}
	}
	if again, _, _ := u.account(); again != id {
		t.Error("the connection is another one")
	}

	home := filepath.Join(strings.TrimPrefix(u.env[2], "LINKSTEP_HOME="))
	prefix := "linkedin/connections/"
	if len(holders(t, home, prefix)) == 0 {
		t.Error("the raw search does not find the keys of the connection while they are there")
	}
	var erased erasedView
	u.output(&erased, "privacy", "erase", "--member", urn, "--yes")
	want := erasedView{Member: urn, AuditRows: 5, Notes: memberNotes, Connections: []erasedConnection{{"me", c.Entries}}}
	if diff := cmp.Diff(want, erased); diff != "" {
		t.Errorf("receipt (-want +got):\n%s", diff)
	}
	for what, text := range map[string]string{"the id": id, "the URN": urn, "the name": name, "a key of the connection": prefix} {
		if found := holders(t, home, text); len(found) > 0 {
			t.Errorf("%s is still in %v", what, found)
		}
	}
	var after exportView
	u.output(&after, "privacy", "export", "--member", urn)
	if len(after.Connections) != 0 || after.Audit.Rows != 0 {
		t.Errorf("after the erasure: %+v", after)
	}
	var trail struct{ Entries []auditView }
	u.output(&trail, "audit", "--limit", "2")
	if len(trail.Entries) != 2 || trail.Entries[0].Action != auditExport || trail.Entries[1].Action != auditErase || trail.Entries[1].Members != 0 {
		t.Errorf("the trail: %+v", trail.Entries)
	}
}
