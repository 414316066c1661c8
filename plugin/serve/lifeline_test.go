package serve_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// buildParent returns a connector that has started a process in its group, of
// which standard output tells before the handshake.
func buildParent(*slog.Logger) plugin.Connector {
	cmd := exec.Command("/bin/sleep", "60")
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	fmt.Println(cmd.Process.Pid)
	return plugintest.New(nil)
}

// buildForEver does not return: the connector waits for what does not come.
func buildForEver(log *slog.Logger) plugin.Connector {
	buildParent(log)
	select {}
}

// TestOrphan cuts the life line of a plugin that has started a process, as the
// end of its host does: neither stays.
func TestOrphan(t *testing.T) {
	for _, tt := range []struct{ name, mode, why string }{
		{"served", "parent", "the host would have killed the group"},
		{"building", "building", "a connector may dial, or wait for a lock, before it is served"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			within(t, time.Second, func(t *testing.T) time.Duration {
				cmd := plugins(t, tt.mode)
				c := begin(t, cmd)
				child := readChild(t, c)
				if tt.mode == "parent" {
					if line, err := c.stdout.ReadString('\n'); err != nil || !strings.HasPrefix(line, "1|1|unix|") {
						t.Fatalf("handshake = %q, %v", line, err)
					}
				}
				if err := c.lifeline.Close(); err != nil {
					t.Fatal(err)
				}
				_, took := c.wait(t)
				waitGone(t, child, tt.why)
				return took
			})
		})
	}
}

// TestOrphanInAForeignGroup has a shell start the plugin in the shell's own
// group, as a script does: the shell must see the plugin's end.
func TestOrphanInAForeignGroup(t *testing.T) {
	cmd := plugins(t, "parent")
	cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `"$0" "$@"; echo the shell lives`}, cmd.Args...)
	c := begin(t, cmd)
	child := readChild(t, c)
	defer func() { _ = syscall.Kill(child, syscall.SIGKILL) }()
	if err := c.lifeline.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(c.stdout)
	if err != nil || !strings.HasSuffix(string(out), "the shell lives\n") {
		t.Errorf("the shell says %q, %v: it was killed with the plugin", out, err)
	}
}

// plugins is a command that runs a plugin, of a mode, at the head of a process
// group, as a host does.
func plugins(t *testing.T, mode string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "child", mode)
	cmd.Env = []string{cookie, "PLUGIN_PROTOCOL_VERSIONS=1", "PLUGIN_UNIX_SOCKET_DIR=" + socketFolder(t), "GORACE=atexit_sleep_ms=0"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// begin starts a plugin whose ends the test holds.
func begin(t *testing.T, cmd *exec.Cmd) *child {
	t.Helper()
	c := &child{cmd: cmd}
	lifeline, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.lifeline, c.stdout = lifeline, bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return c
}

// readChild reads which process the plugin has started.
func readChild(t *testing.T, c *child) (pid int) {
	t.Helper()
	if _, err := fmt.Fscanln(c.stdout, &pid); err != nil || pid < 2 {
		t.Fatalf("the plugin says no process id: %v", err)
	}
	return pid
}

// waitGone waits until a process has ended, reaped or not: after the plugin
// was killed its parent is one that need not care.
func waitGone(t *testing.T, pid int, why string) {
	t.Helper()
	for range 200 {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if syscall.Kill(pid, 0) != nil || strings.Contains(string(status), "\nState:\tZ") {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("the plugin's child %d lives: %s", pid, why)
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// within wants something done within a time that is the same on a busy
// machine: of three attempts one must be so fast.
func within(t *testing.T, most time.Duration, attempt func(t *testing.T) time.Duration) {
	t.Helper()
	var took [3]time.Duration
	for i := range took {
		if took[i] = attempt(t); took[i] <= most || t.Failed() {
			return
		}
	}
	t.Errorf("it takes %s, want %s at most once", took, most)
}
