package main

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin"
)

// formsOf are the ways in which a text may stand somewhere.
func formsOf(text string) []string {
	var escaped strings.Builder
	for _, r := range text {
		fmt.Fprintf(&escaped, "\\u%04x", r)
	}
	ascii := strings.Trim(fmt.Sprintf("%+q", text), `"`)
	forms := []string{text, url.QueryEscape(text), url.PathEscape(text), ascii, escaped.String()}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// learnName makes the name of somebody a canary, and the family name alone.
func (c *canaries) learnName(whose, name string) {
	c.names["name of the "+whose] = name
	c.names["family name of the "+whose] = name[strings.LastIndexByte(name, ' ')+1:]
}

// searchSaid wants no secret in what commands gave, and nobody's name either in
// their errors.
func (c *canaries) searchSaid() {
	c.user.t.Helper()
	for _, r := range c.results {
		c.search("the result of "+r.command, r.text, c.secrets)
	}
	for _, e := range c.errors {
		c.search("the error output of "+e.command, e.text, c.secrets, c.names)
	}
}

// logIn logs in again in every way that a person can, and fails to.
func (c *canaries) logIn() {
	c.user.t.Helper()
	u := c.user
	c.pass("connect", "linkedin", "--name", "me", "--yes", "-v")
	c.learnTokens("of a login again")
	access, refresh := u.tokensMadeElsewhere()
	c.secrets["access token brought"], c.secrets["refresh token brought"] = access, refresh
	if !c.runWith(access+"\n"+refresh+"\n", "connect", "linkedin", "--name", "me", "--access-token-stdin", "-v") {
		u.t.Error("tokens are not taken")
	}
	if c.runWith(c.secrets["client secret"]+"wrong", "connect", "linkedin", "--name", "me", "--yes", "--client-secret-stdin", "-v") {
		u.t.Error("a wrong client secret is taken")
	}
	if c.runWith(access, "connect", "linkedin", "--name", "me", "--no-browser", "-v") { // at the wrong prompt
		u.t.Error("an access token is taken for a code")
	}
	c.paste()
	c.learnTokens("of a pasted login")
}

// paste logs in with a code that is pasted.
func (c *canaries) paste() {
	c.user.t.Helper()
	t := c.user.t
	cmd := c.user.command("connect", "linkedin", "--name", "me", "--no-browser", "-v")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	said := &lockedBuffer{}
	cmd.Stdout, cmd.Stderr = &out, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	var address string
	within(t, 20*time.Second, "an address to consent at", func() bool {
		_, after, found := strings.Cut(said.String(), "to consent:\n\n  ")
		address, _, _ = strings.Cut(after, "\n")
		return found && strings.Contains(after, "\n")
	})
	location, err := consent(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	back, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	code := back.Query().Get("code")
	c.secrets["code of a login"] = code
	fmt.Fprintln(in, code+"=")
	fmt.Fprintln(in, code)
	_ = cmd.Wait()
	if !c.keep(cmd, out.Bytes(), []byte(said.String())) {
		t.Errorf("the code was not taken: %s", said.String())
	}
}

// wantAll wants every command to have run that deals with accounts, and every
// action.
func (c *canaries) wantAll() {
	c.user.t.Helper()
	root := (&app{}).rootCommand()
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
		path := strings.Fields(cmd.CommandPath())[1:]
		group := cmd.HasSubCommands() && cmd.Name() != "keys"
		if len(path) == 0 || group || slices.Contains([]string{"demo", "sandbox", "install", "conform", "new", "schemas", serveCommand}, path[0]) {
			return // deals with no account of this machine, or only gathers others
		}
		c.wantRan(path...)
	}
	visit(root)
	described, err := connector.New(nil).Describe(c.user.t.Context(), &plugin.DescribeRequest{})
	if err != nil {
		c.user.t.Fatal(err)
	}
	for _, spec := range described.Actions {
		c.wantRan("invoke", "linkedin."+spec.Name)
	}
}

func (c *canaries) wantRan(path ...string) {
	c.user.t.Helper()
	if !slices.ContainsFunc(c.ran, func(args []string) bool { return len(args) >= len(path) && slices.Equal(args[:len(path)], path) }) {
		c.user.t.Errorf("no canary went through linkstep %s", strings.Join(path, " "))
	}
}

// The account's own name is kept where that is asked for: in the database,
// encrypted, and in what commands give. A revocation takes it and the tokens.
func TestCanariesOfAKeptProfile(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	c := &canaries{user: u, names: map[string]string{}, secrets: map[string]string{"client secret": u.sandbox.Settings().ClientSecret}}
	_, own := u.member(0)
	c.learnName("account", own)
	u.connect("--keep-profile", "-v")
	c.learnTokens("of the login")
	c.pass("invoke", "linkedin.get_profile", "-v")
	c.pass("connections", "-v")
	c.pass("check", "me", "--deep", "-v")
	c.pass("connect", "linkedin", "--name", "me", "--yes", "-v")
	c.learnTokens("of a login again")
	if holds := c.holders(own); len(holds) == 0 {
		t.Error("the name is not kept")
	}
	c.searchFiles(u.home())

	u.sandbox.RevokeTokens()
	u.sandbox.Advance(time.Hour)
	if c.run("invoke", "linkedin.get_profile", "--input", `{"max_age_seconds":0}`, "-v") {
		t.Error("a revoked login works")
	}
	c.run("check", "me", "-v")
	for what, text := range c.names {
		if holds := c.holders(text); len(holds) > 0 {
			t.Errorf("after the revocation %q hold the %s", holds, what)
		}
	}
	for what, text := range c.secrets {
		if holds := c.holders(text); len(holds) > 0 && what != "client secret" {
			t.Errorf("after the revocation %q hold the %s", holds, what)
		}
	}
	c.searchFiles(u.home())
	c.searchFiles(u.tmp)
	c.searchSaid()
}

// holders are the keys of the values that hold a text.
func (c *canaries) holders(text string) []string {
	c.user.t.Helper()
	var keys []string
	for key, value := range c.values() {
		if bytes.Contains(value, []byte(text)) {
			keys = append(keys, key)
		}
	}
	return keys
}
