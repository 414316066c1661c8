package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// testCommand is the README's command that runs the tests: this one.
const testCommand = "go test ./..."

// readmeLimit bounds the time that the README's commands take together.
const readmeLimit = 3 * time.Minute

// TestReadmeCommands runs every command of the README's terminal sessions, in
// order and in one shell, as a new user would, and holds what they print against
// what it says.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := consoleCommands(string(readme))
	if len(commands) < 8 {
		t.Fatalf("the README has only %d commands: %q", len(commands), commands)
	}
	tmp, err := os.MkdirTemp("", "ls")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	ran := false
	_, err = exec.LookPath("curl") // the tests need nothing but Go
	haveCurl := err == nil
	script := "set -eu\ntrap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n"
	for _, c := range commands {
		if c.line == testCommand {
			ran = true
			continue
		}
		line := c.line
		if strings.HasPrefix(line, "curl ") && !haveCurl {
			continue
		}
		if before, background := strings.CutSuffix(line, " &"); background { // its words come at any time
			line = before + " >&2 &"
		}
		script += "printf '\\n%s\\n' " + shellQuote("$ "+c.line) + "\n" + line + "\n"
	}
	if !ran {
		t.Errorf("the README does not name the command that runs the tests, %q", testCommand)
	}
	if gate, err := os.ReadFile("../../.ci/run"); err != nil || !strings.Contains(string(gate), "\n"+testCommand+"\n") {
		t.Errorf(".ci/run does not run the README's test command, %q (%v)", testCommand, err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), readmeLimit)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "bash", "-c", script)
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = "../.."
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(),
		"HOME="+tmp, "TMPDIR="+tmp, "LINKSTEP_HOME=", "LINKSTEP_KEY_FILE=", "XDG_DATA_HOME=", "XDG_CONFIG_HOME=",
		"PATH="+filepath.Join(tmp, ".local", "bin")+":"+os.Getenv("PATH"),
		"GOMODCACHE="+goEnv(t, "GOMODCACHE"), "GOCACHE="+goEnv(t, "GOCACHE"), "GOFLAGS="+goFlags(t))
	if err := cmd.Run(); err != nil {
		t.Fatalf("the README's commands: %v\n%s\nstandard error:\n%s", err, &stdout, &stderr)
	}
	compareSaid(t, commands, stdout.String())
}

// TestReadmeGate holds the list of checks in the README against what the gate
// runs.
func TestReadmeGate(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	gate, err := os.ReadFile("../../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "\n    gofmt -l .  ")
	if !found {
		t.Fatal("the README has no line of checks")
	}
	checks, _, _ := strings.Cut(rest, "\n")
	for _, check := range regexp.MustCompile(` {2,}| && `).Split(strings.TrimSpace(checks), -1) {
		if !strings.Contains(string(gate), "\n"+check+"\n") {
			t.Errorf(".ci/run does not run %q, as the README says", check)
		}
	}
}

// consoleCommand is a command of the README, and what it says it prints.
type consoleCommand struct {
	line string
	says []string // a line of dots stands for any number of lines; none: not told
}

// consoleCommands returns what stands in the console blocks: commands after
// "$ ", and their outputs.
func consoleCommands(text string) []consoleCommand {
	var commands []consoleCommand
	inside := false
	for _, line := range strings.Split(text, "\n") {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case inside && isCommand:
			commands = append(commands, consoleCommand{line: command})
		case inside:
			last := &commands[len(commands)-1]
			last.says = append(last.says, line)
		}
	}
	return commands
}

// compareSaid holds what the commands printed against what the README says.
func compareSaid(t *testing.T, commands []consoleCommand, printed string) {
	t.Helper()
	for _, c := range commands {
		if c.line == testCommand || len(c.says) == 0 {
			continue
		}
		_, after, found := strings.Cut("\n"+printed, "\n$ "+c.line+"\n")
		if !found {
			t.Errorf("README, %s: it did not run", c.line)
			continue
		}
		said, rest, _ := strings.Cut("\n"+after, "\n$ ")
		printed = "$ " + rest
		if !saysAll(steady(strings.Join(c.says, "\n")), steady(said)) {
			t.Errorf("README, %s: it says\n%s\nand the command printed\n%s", c.line, strings.Join(c.says, "\n"), said)
		}
	}
}

// saysAll reports whether lines are as they were told, with any lines where
// dots stand.
func saysAll(told, lines []string) bool {
	for i, line := range told {
		if line == "..." {
			for skip := 0; skip <= len(lines); skip++ {
				if saysAll(told[i+1:], lines[skip:]) {
					return true
				}
			}
			return false
		}
		if len(lines) == 0 || lines[0] != line {
			return false
		}
		lines = lines[1:]
	}
	return len(lines) == 0
}

// unsteady is what differs from one run to the next: moments, ports,
// processes, how long it took, and how many cases the kit has.
var unsteady = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|127\.0\.0\.1:\d+|process \d+|in \d+(\.\d+)?s|\d+ passed|\d+ not run`)

// steady returns the lines without what is unsteady, the name of the machine,
// and the width of columns.
func steady(text string) []string {
	if name, err := os.Hostname(); err == nil {
		text = strings.ReplaceAll(text, " "+name+" ", " box ")
	}
	text = unsteady.ReplaceAllString(text, "#")
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// shellQuote makes a text one word of a shell.
func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// goFlags are the flags of the go command, with which it leaves out what only a
// debugger reads: that takes longer to link than the rest.
func goFlags(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(goEnv(t, "GOFLAGS") + " -ldflags=-w")
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
