package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// testCommand is the README's command that runs the tests: this one.
const testCommand = "go test ./..."

// readmeLimit bounds the time that the README's commands take together.
const readmeLimit = 3 * time.Minute

// TestReadmeCommands runs every command of the README's terminal sessions, in
// order and in one shell, as a new user would.
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
	script := "set -eu\ntrap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n"
	ran := false
	for _, c := range commands {
		if c == testCommand {
			ran = true
			continue
		}
		script += "echo \"$ " + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(c) + "\"\n" + c + "\n"
	}
	if !ran {
		t.Errorf("the README does not name the command that runs the tests, %q", testCommand)
	}
	if gate, err := os.ReadFile("../../.ci/run"); err != nil || !strings.Contains(string(gate), "\n"+testCommand+"\n") {
		t.Errorf(".ci/run does not run the README's test command, %q (%v)", testCommand, err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), readmeLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", script)
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(),
		"HOME="+tmp, "TMPDIR="+tmp, "LINKSTEP_HOME=", "LINKSTEP_KEY_FILE=", "XDG_DATA_HOME=", "XDG_CONFIG_HOME=",
		"PATH="+filepath.Join(tmp, ".local", "bin")+":"+os.Getenv("PATH"),
		"GOMODCACHE="+goEnv(t, "GOMODCACHE"), "GOCACHE="+goEnv(t, "GOCACHE"), "GOFLAGS="+goFlags(t))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("the README's commands: %v\n%s", err, out)
	}
}

// consoleCommands returns the lines after "$ " in the console blocks.
func consoleCommands(text string) []string {
	var commands []string
	inside := false
	for _, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case inside && strings.HasPrefix(line, "$ "):
			commands = append(commands, strings.TrimPrefix(line, "$ "))
		}
	}
	return commands
}

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
