package serve_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
	"github.com/linkstep/linkstep/plugin/internal/wire"
	"github.com/linkstep/linkstep/plugin/serve"
)

// TestMain is a plugin process when the test binary is started as one. A
// goroutine that a test leaves is a failure.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "child" {
		switch os.Args[2] {
		case "greeter":
			serve.Main(NewGreeter)
		case "careless":
			serve.Main(newCareless)
		case "impatient":
			serve.MainWithin(func(*slog.Logger) plugin.Connector { return plugintest.New(nil) }, 200*time.Millisecond)
		case "parent":
			serve.Main(buildParent)
		case "building":
			serve.Main(buildForEver)
		}
		opts := plugintest.Options{HangClose: os.Args[2] == "unclosing"}
		serve.Main(func(log *slog.Logger) plugin.Connector {
			opts.Log = log
			return plugintest.New(&opts)
		})
	}
	goleak.VerifyTestMain(m)
}

// child is a plugin process that a test holds by its ends.
type child struct {
	cmd      *exec.Cmd
	lifeline io.WriteCloser
	stdout   *bufio.Reader
	stderr   bytes.Buffer
}

// start starts a plugin process as a host would, without talking to it.
func start(t *testing.T, mode string, env ...string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := socketFolder(t)
	c := &child{cmd: exec.Command(exe, "child", mode)}
	c.cmd.Env = append([]string{"PLUGIN_PROTOCOL_VERSIONS=1", "PLUGIN_UNIX_SOCKET_DIR=" + dir, "GORACE=atexit_sleep_ms=0"}, env...)
	c.cmd.Stderr = &c.stderr
	if c.lifeline, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.stdout = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.cmd.Process.Kill(); _ = c.cmd.Wait() })
	return c
}

// socketFolder returns a folder with a short path, as that of a socket must be.
func socketFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// wait returns the exit status and how long the process took to end.
func (c *child) wait(t *testing.T) (int, time.Duration) {
	t.Helper()
	began := time.Now()
	done := make(chan error, 1)
	go func() {
		_, _ = io.Copy(io.Discard, c.stdout)
		done <- c.cmd.Wait()
	}()
	select {
	case err := <-done:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the process does not end")
	}
	return c.cmd.ProcessState.ExitCode(), time.Since(began)
}

// patience stretches the times that tests allow, for a machine that is busy.
const patience = 3

// cookie is what a host puts into the environment.
var cookie = wire.Handshake.MagicCookieKey + "=" + wire.Handshake.MagicCookieValue

func TestStartedByHand(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  []string
	}{{"no cookie", nil}, {"another cookie", []string{wire.Handshake.MagicCookieKey + "=x"}}} {
		t.Run(tt.name, func(t *testing.T) {
			c := start(t, "tester", tt.env...)
			out, _ := io.ReadAll(c.stdout)
			status, _ := c.wait(t)
			exe := c.cmd.Path
			want := filepath.Base(exe) + " is a Linkstep plugin: a host starts it, it does nothing by itself.\n" +
				"Try: linkstep actions --plugin " + exe + "\n"
			if diff := cmp.Diff(want, c.stderr.String()); diff != "" || status != 2 || len(out) > 0 {
				t.Errorf("status %d, standard output %q, standard error (-want +got):\n%s", status, out, diff)
			}
		})
	}
}

func TestEnd(t *testing.T) {
	tests := []struct {
		name   string
		mode   string
		end    func(c *child) error
		atMost time.Duration
		closes bool // the connector is told
		why    string
	}{
		{"SIGTERM", "tester", func(c *child) error { return c.cmd.Process.Signal(syscall.SIGTERM) }, time.Second, true, "an orderly end"},
		{"life line", "tester", func(c *child) error { return c.lifeline.Close() }, time.Second, true, "the host is gone"},
		{"life line, a connector that does not close", "unclosing", func(c *child) error { return c.lifeline.Close() }, time.Second, false, "the host is gone, nothing may stay"},
		{"SIGINT first", "tester", func(c *child) error {
			// Ctrl-C reaches the whole group of a terminal; the host decides.
			if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
				return err
			}
			time.Sleep(50 * time.Millisecond)
			return c.cmd.Process.Signal(syscall.SIGTERM)
		}, time.Second, true, "an interrupt is not for the plugin"},
		{"twice", "tester", func(c *child) error {
			return errors.Join(c.cmd.Process.Signal(syscall.SIGTERM), c.lifeline.Close())
		}, time.Second, true, "the host does both"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := start(t, tt.mode, cookie)
			line, err := c.stdout.ReadString('\n')
			if err != nil || !strings.HasPrefix(line, "1|1|unix|") {
				t.Fatalf("handshake = %q, %v; standard error %s", line, err, c.stderr.String())
			}
			if _, err := c.lifeline.Write([]byte("what comes down the line means nothing\n")); err != nil {
				t.Fatal(err)
			}
			if err := tt.end(c); err != nil {
				t.Fatal(err)
			}
			status, took := c.wait(t)
			if status != 0 || took > tt.atMost*patience {
				t.Errorf("status %d after %s, want 0 within %s: %s", status, took, tt.atMost*patience, tt.why)
			}
			if closes := strings.Count(c.stderr.String(), `"closing"`); (closes == 1) != tt.closes || closes > 1 {
				t.Errorf("the connector was told %d times to close: %s\n%s", closes, tt.why, c.stderr.String())
			}
		})
	}
}

// TestExample runs the connector of the example as the plugin that it is.
func TestExample(t *testing.T) {
	h := host.New(nil)
	defer func() {
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	p, err := h.Load(t.Context(), host.Self("greeter", "child", "greeter"))
	if err != nil {
		t.Fatal(err)
	}
	res, err := p.Invoke(t.Context(), nil, &plugin.InvokeRequest{Action: "greet", Input: []byte(`{"name":"Ada"}`)}, nil)
	if err != nil || string(res.Output) != `{"text":"Hello, Ada!"}` {
		t.Errorf("Invoke = %v, %v", res, err)
	}
	_, err = p.Invoke(t.Context(), nil, &plugin.InvokeRequest{Action: "greet", Input: []byte(`{"name":"Nobody"}`)}, nil)
	if plugin.KindOf(err) != plugin.NotFound {
		t.Errorf("error = %v, want not_found", err)
	}
}

// TestDrainIsBounded has a call in flight that does not end by itself when the
// process is told to.
func TestDrainIsBounded(t *testing.T) {
	h := host.New(nil)
	defer func() {
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	p, err := h.Load(t.Context(), host.Self(plugintest.Name, "child", "impatient"))
	if err != nil {
		t.Fatal(err)
	}
	waiting, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := p.Invoke(t.Context(), host.NewConnection(plugintest.Name, "me"), &plugin.InvokeRequest{Action: "wait_write"}, func(*plugin.Event) error {
			close(waiting)
			return nil
		})
		ended <- err
	}()
	<-waiting
	began := time.Now()
	if err := syscall.Kill(p.PID(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if took := time.Since(began); plugin.KindOf(err) != plugin.PluginCrashed || took < 200*time.Millisecond {
			t.Errorf("the call ends with %v after %s, want plugin_crashed when the time is over", err, took)
		}
	case <-time.After(10 * time.Second):
		t.Error("the process drains for ever")
	}
}
