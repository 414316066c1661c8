package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// canaries are texts that must not be found where they do not belong.
type canaries struct {
	user    *user
	urn     string            // of the member whose name is looked for
	names   map[string]string // by what they are; only results may have them
	secrets map[string]string // nothing may have them
	results []said            // what commands gave that succeeded
	errors  []said            // what commands wrote to standard error, or when they failed
	ran     [][]string        // the command lines
}

// said is what a command wrote.
type said struct {
	command string
	text    []byte
}

// member is one of the sandbox's.
func (u *user) member(index int) (id, name string) {
	u.t.Helper()
	resp, err := http.Get(fmt.Sprintf("%s/_sandbox/members?start=%d&count=1", u.sandbox.URL(), index))
	if err != nil {
		u.t.Fatal(err)
	}
	defer resp.Body.Close()
	var list []struct{ ID, Name string }
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil || len(list) != 1 {
		u.t.Fatalf("members %v, %v", list, err)
	}
	return list[0].ID, list[0].Name
}

// home is $LINKSTEP_HOME.
func (u *user) home() string {
	i := slices.IndexFunc(u.env, func(v string) bool { return strings.HasPrefix(v, "LINKSTEP_HOME=") })
	return strings.TrimPrefix(u.env[i], "LINKSTEP_HOME=")
}

// run runs a command, keeps what it writes, and reports whether it succeeded.
func (c *canaries) run(args ...string) bool {
	c.user.t.Helper()
	return c.runWith("", args...)
}

// runWith is run with something on standard input.
func (c *canaries) runWith(in string, args ...string) bool {
	c.user.t.Helper()
	cmd := c.user.command(args...)
	cmd.Stdin = strings.NewReader(in)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	_ = cmd.Run()
	if cmd.ProcessState == nil {
		c.user.t.Fatalf("%v did not run", args)
	}
	return c.keep(cmd, out.Bytes(), err.Bytes())
}

// keep keeps what a command wrote, and reports whether it succeeded.
func (c *canaries) keep(cmd *exec.Cmd, out, err []byte) bool {
	args := cmd.Args[1:]
	c.ran = append(c.ran, args)
	line := "linkstep " + strings.Join(args, " ")
	c.errors = append(c.errors, said{line, err})
	if !cmd.ProcessState.Success() {
		c.errors = append(c.errors, said{line, out})
		return false
	}
	c.results = append(c.results, said{line, out})
	return true
}

// pass is run for a command that must succeed.
func (c *canaries) pass(args ...string) {
	c.user.t.Helper()
	if !c.run(args...) {
		last := c.errors[len(c.errors)-2:]
		c.user.t.Errorf("%s failed: %s%s", last[0].command, last[0].text, last[1].text)
	}
}

// values reads all that the store holds, in the clear.
func (c *canaries) values() map[string][]byte {
	c.user.t.Helper()
	t, all := c.user.t, map[string][]byte{}
	s, err := store.Open(t.Context(), c.user.home(), nil) // it knows where its key is
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	keys, err := s.List(t.Context(), &plugin.ListRequest{})
	if err != nil || len(keys.Keys) == 0 {
		t.Fatalf("the store has %+v, %v", keys, err)
	}
	for _, key := range keys.Keys {
		got, err := s.Get(t.Context(), &plugin.GetRequest{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		all[key] = got.Value
	}
	return all
}

// learnTokens makes the tokens of this moment canaries.
func (c *canaries) learnTokens(when string) {
	c.user.t.Helper()
	found := 0
	for key, value := range c.values() {
		if !strings.HasSuffix(key, "/token") {
			continue
		}
		var tok map[string]any
		if err := json.Unmarshal(value, &tok); err != nil {
			c.user.t.Fatal(err)
		}
		for _, name := range []string{"access_token", "refresh_token", "id_token"} {
			if text, _ := tok[name].(string); text != "" {
				c.secrets[name+" "+when] = text
				found++
			}
		}
	}
	if found < 2 {
		c.user.t.Fatalf("%d tokens %s", found, when)
	}
}

// search wants no canary in a text.
func (c *canaries) search(where string, text []byte, of ...map[string]string) {
	c.user.t.Helper()
	for _, group := range of {
		for what, canary := range group {
			for _, form := range formsOf(canary) {
				if bytes.Contains(text, []byte(form)) {
					c.user.t.Errorf("%s holds the %s as %.20q", where, what, form)
				}
			}
		}
	}
}

// searchFiles wants no canary in any file below a folder, and returns the names
// of the files.
func (c *canaries) searchFiles(folder string) []string {
	c.user.t.Helper()
	var names []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		c.search(path, text, c.secrets, c.names)
		names = append(names, d.Name())
		return err
	})
	if err != nil {
		c.user.t.Fatal(err)
	}
	return names
}

// Tokens, the client secret, a member's name and the account's own pass
// through the commands, at all levels of the log and through errors. Nothing
// that stays on the machine, is logged or goes with an error has them.
func TestCanaries(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("looks at processes in /proc")
	}
	t.Parallel()
	u := newUser(t)
	c := &canaries{user: u, secrets: map[string]string{"client secret": u.sandbox.Settings().ClientSecret}}
	id, name := u.member(7)
	_, own := u.member(0)
	c.urn, c.names = "urn:li:person:"+id, map[string]string{}
	c.learnName("member", name)
	c.learnName("account", own)
	u.sandbox.SetQuirks(sandbox.Quirks{RotateRefreshTokens: true})
	u.connect("--log-level", "debug")
	c.learnTokens("of the login")
	c.logIn()

	person := `{"person":"` + id + `","max_age_seconds":0}`
	for _, log := range [][]string{{"--log-level", "debug", "--log-format", "json"}, {"--log-level", "error"}, {"--log-level", "info"}, {"--log-level", "warn"}}[:scaled(1, 4)] {
		for _, args := range [][]string{
			{"invoke", "linkedin.get_person", "--input", person}, {"invoke", "linkedin.get_profile", "--json"},
			{"invoke", "linkedin.search_people", "--stream", "--json", "--input", `{"last_name":"` + name[strings.LastIndexByte(name, ' ')+1:] + `"}`},
			{"check", "me", "--deep"}, {"connections", "--json"}, {"quota", "--json"}, {"audit", "--json"},
			{"privacy", "export", "--member", c.urn}, {"keys", "rotate"},
			{"invoke", "linkedin.get_people", "--input", `{"people":["` + id + `"],"max_age_seconds":0}`},
			{"check", "--all"}, {"keys"}, {"connectors"}, {"actions", "linkedin"}, {"describe", "linkedin.get_person"},
		} {
			c.pass(append(args, log...)...)
		}
		for _, args := range [][]string{ // LinkedIn gives these to others only
			{"invoke", "linkedin.list_connections"}, {"invoke", "linkedin.count_connections"}, {"keys", "use", "keyring"},
		} {
			c.run(append(args, log...)...)
		}
	}
	c.pass("keys", "use", "file", filepath.Join(u.tmp, "key.json"), "-v")
	u.sandbox.ExpireAccessTokens()
	u.sandbox.SetQuirks(sandbox.Quirks{}) // or the refused refresh would spend the token
	if err := u.sandbox.Fail(sandbox.Fault{Path: tokenPath, Times: 1, Status: 400, Body: `{"error":"invalid_request","error_description":"A required parameter \"x\" is missing","member":"` + own + `"}`}); err != nil {
		t.Fatal(err)
	}
	if c.run("invoke", "linkedin.get_profile", "--input", `{"max_age_seconds":0}`, "-v") {
		t.Error("a refused refresh was no error")
	}
	u.sandbox.ClearFaults()
	u.sandbox.SetQuirks(sandbox.Quirks{RotateRefreshTokens: true})
	c.pass("invoke", "linkedin.get_person", "--input", person, "-v")
	c.learnTokens("after a refresh")

	// Errors: LinkedIn's own, and replies about the member that are no replies.
	// The message of an error is kept, as LinkedIn wants to be told of it.
	faults := []sandbox.Fault{
		{Truncate: true}, {Reset: true},
		{Status: 400, Body: `{"message":"Bad request","status":400,"input":"` + name + `"}`},
		{Status: 500, Body: `<html>` + name + `</html>`},
		{Status: 200, Body: `{"id":7,"localizedFirstName":"` + name + `"}`},
		{Status: 200, Body: `{"` + name + `":`},
	}
	for _, f := range sandbox.Fixtures()[:scaled(0, len(sandbox.Fixtures()))] {
		faults = append(faults, sandbox.Fault{Fixture: f.Name})
	}
	failed := false
	for _, f := range faults {
		u.sandbox.ClearFaults()
		if err := u.sandbox.Fail(f); err != nil {
			t.Fatal(err)
		}
		failed = !c.run("invoke", "linkedin.get_person", "--input", person, "-v", "--json", "--timeout", "5s") || failed
	}
	u.sandbox.ClearFaults()
	if !failed {
		t.Error("no fault was an error")
	}

	// In mid-call: the log of the database is there, and both processes.
	if err := u.sandbox.Fail(sandbox.Fault{Times: -1, Stall: time.Minute, Path: "/v2"}); err != nil {
		t.Fatal(err)
	}
	cmd := u.command("invoke", "linkedin.get_person", "--input", person)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	u.sandbox.ResetRequests()
	var pids []int
	within(t, 10*time.Second, "a plugin process", func() bool {
		pids = children(t, cmd.Process.Pid)
		return len(pids) == 1
	})
	for _, pid := range append(pids, cmd.Process.Pid) {
		for _, file := range []string{"environ", "cmdline"} {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
			if err != nil || len(text) == 0 {
				t.Fatalf("%s of process %d: %d bytes, %v", file, pid, len(text), err)
			}
			c.search(fmt.Sprintf("%s of a process", file), text, c.secrets, c.names)
		}
	}
	if files := c.searchFiles(u.home()); !slices.Contains(files, "linkstep.db-wal") {
		t.Errorf("there is no log of the database among %q", files)
	}
	c.searchFiles(u.tmp)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	u.sandbox.ClearFaults()

	for key, value := range c.values() {
		c.search("the value "+key, value, c.names)
	}
	c.pass("privacy", "erase", "--member", c.urn, "--yes", "-v")
	c.pass("disconnect", "me", "-v")
	c.searchFiles(u.home())
	c.wantAll()
	c.searchSaid()
	spoken := 0
	for _, r := range c.results {
		spoken += bytes.Count(r.text, []byte(name))
	}
	if spoken == 0 {
		t.Error("the member's name is in no result: it did not pass through")
	}
}
