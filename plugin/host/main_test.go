package host

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
	"github.com/linkstep/linkstep/plugin/serve"
)

// TestMain is the host under test, and the plugins that it starts: the test
// binary executes itself. All that a run leaves in TMPDIR, and every
// goroutine, is a failure. Which test leaves a goroutine, newHost tells, see
// [wantNoLeaks].
func TestMain(m *testing.M) {
	if mode, ok := childMode(); ok {
		child(mode)
		return
	}
	dir, err := os.MkdirTemp("", "lt")
	if err != nil {
		panic(err)
	}
	if err := os.Setenv("TMPDIR", dir); err != nil {
		panic(err)
	}
	flag.Parse()
	_ = flag.Set("test.parallel", strconv.Itoa(beside))
	code := m.Run()
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 && code == 0 {
		fmt.Fprintln(os.Stderr, "left in TMPDIR:", left)
		code = 1
	}
	_ = os.RemoveAll(dir)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// childMode tells whether this process was started as a plugin, by arguments
// or by a file name like plugin-tester.
func childMode() (mode string, ok bool) {
	if len(os.Args) >= 3 && os.Args[1] == "child" { // more of them tell processes apart
		return os.Args[2], true
	}
	mode, ok = strings.CutPrefix(filepath.Base(os.Args[0]), "plugin-")
	mode, _, _ = strings.Cut(mode, "-") // the number that a private copy has
	return mode, ok
}

// self is a plugin that this test binary serves.
func self(mode string) Source { return Self("", "child", mode) }

// child is a plugin, or what pretends to be one.
func child(mode string) {
	opts := plugintest.Options{}
	switch mode {
	case "tester":
	case "otherwise", hostName:
		opts.Name = mode
	case "next":
		opts.Version = "1.3.0"
	case "older":
		opts.Protocol = -1
	case "unanswering":
		opts.HangDescribe = true
	case "unconnecting":
		opts.HangConnect = true
	case "unclosing":
		opts.HangClose = true
	case "slow":
		opts.SlowClose = 500 * time.Millisecond
	case "noisy":
		fmt.Println("starting up")
		fmt.Println("a|b|c|d")
		fmt.Println(strings.Repeat("x", 1<<20))
		fmt.Fprintln(os.Stderr, `{"@message":5}`)
		fmt.Fprintln(os.Stderr, `{"@message":"m","@level":[],"@timestamp":{},"a":{"b":null}}`)
		fmt.Fprintln(os.Stderr, `{"@message":`, strings.Repeat("[", 20000))
		fmt.Fprintln(os.Stderr, "\xff\xfe\x00")
	case "leaver":
		// A process outside the group, which holds the outputs open.
		cmd := exec.Command("/bin/sleep", "3")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Start(); err != nil {
			panic(err)
		}
	case "parent", "parent-unclosing":
		opts.HangClose = mode == "parent-unclosing"
		startInGroup()
	case "building":
		serve.Main(func(*slog.Logger) plugin.Connector {
			startInGroup()
			select {}
		})
	case "spinner":
		// One goroutine of this process can keep all others from running.
		if os.Getenv("GODEBUG") == "" {
			exe, err := os.Executable()
			if err == nil {
				err = syscall.Exec(exe, os.Args, append(os.Environ(), "GODEBUG=asyncpreemptoff=1", "GOMAXPROCS=1"))
			}
			panic(err)
		}
	case "silent":
		select {}
	case "quits":
		fmt.Fprintln(os.Stderr, "there is no license file")
		os.Exit(3)
	case "panics":
		panic("at the start")
	case "garbage":
		fmt.Println("hello, I am a shell script")
		select {}
	case "newer":
		fmt.Println("1|2|unix|/nowhere|grpc|")
		select {}
	case "core":
		fmt.Println("9|1|unix|/nowhere|grpc|")
		select {}
	case "nowhere":
		fmt.Println("1|1|unix|/nowhere|grpc|")
		select {}
	case "mute":
		path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s")
		if _, err := net.Listen("unix", path); err != nil {
			panic(err)
		}
		fmt.Printf("1|1|unix|%s|grpc|\n", path)
		select {}
	case "netrpc":
		fmt.Println("1|1|unix|/nowhere|netrpc|")
		select {}
	case "endless":
		fmt.Println("1|1|unix|" + strings.Repeat("x", 1<<20))
		select {}
	case "speaks-1":
		serveProtocols(1)
		return
	case "speaks-2":
		serveProtocols(2)
		return
	case "speaks-3":
		serveProtocols(3)
		return
	case "speaks-1-2":
		serveProtocols(1, 2)
		return
	case "installer":
		actAsInstaller()
	case "engine":
		actAsEngine("tester", 0)
	case "engine-calling":
		actAsEngine("tester", 8)
	case "engine-unclosing":
		actAsEngine("unclosing", 0)
	case "engine-parent":
		actAsEngine("parent", 0)
	case "engine-parent-unclosing":
		actAsEngine("parent-unclosing", 0)
	case "engine-building":
		actAsStartingEngine("building")
	case "engine-unanswering":
		actAsStartingEngine("unanswering")
	default:
		fmt.Fprintln(os.Stderr, "no such child:", mode)
		os.Exit(4)
	}
	serve.Main(func(log *slog.Logger) plugin.Connector {
		opts.Log = log
		return plugintest.New(&opts)
	})
}

// actAsEngine loads a plugin, makes calls that do not end, says the process id
// of the plugin, and waits to be killed.
func actAsEngine(mode string, calls int) {
	h := New(&Options{Store: new(plugintest.Store)})
	p, err := h.Load(context.Background(), self(mode))
	if err != nil {
		panic(err)
	}
	folder, err := h.privateFolder()
	if err != nil {
		panic(err)
	}
	began, conn := make(chan struct{}), account()
	for range calls {
		go func() {
			_, err := p.Invoke(context.Background(), conn, request("wait_write", `{}`), func(*plugin.Event) error {
				began <- struct{}{}
				return nil
			})
			panic(err)
		}()
		<-began
	}
	fmt.Println(p.PID(), folder)
	select {}
}

// actAsStartingEngine begins to load a plugin that does not answer, says its
// process id once it runs, and waits to be killed.
func actAsStartingEngine(mode string) {
	h := New(nil)
	go func() {
		_, err := h.Load(context.Background(), self(mode))
		panic(err)
	}()
	folder, err := h.privateFolder()
	if err != nil {
		panic(err)
	}
	pid := awaitProcess(mode)
	for mode == "unanswering" { // it has a socket when it is past the handshake
		if sockets, _ := filepath.Glob(filepath.Join(folder, "*", "*")); len(sockets) > 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	fmt.Println(pid, folder)
	select {}
}

// newHost returns a host with a store in memory, closed when the test ends, by
// when every goroutine of the test must have ended.
func newHost(t *testing.T, opts *Options) *Host {
	t.Helper()
	wantNoLeaks(t)
	o := Options{Store: new(plugintest.Store)}
	if opts != nil {
		o = *opts
	}
	h := New(&o)
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Errorf("closing the host: %v", err)
		}
	})
	return h
}

// load loads a connector.
func load(t *testing.T, h *Host, src Source) *Plugin {
	t.Helper()
	p, err := h.Load(t.Context(), src)
	if err != nil {
		t.Fatalf("loading %s %s: %v", src.Kind, src.Path, err)
	}
	return p
}

// tester returns a loaded test connector in a process of its own.
func tester(t *testing.T, opts *Options) *Plugin {
	t.Helper()
	return load(t, newHost(t, opts), self("tester"))
}

// token is a secret of the connection that the tests use.
const token = `tok+en/with "quotes" & <marks>`

// account is a connection of the test connector.
func account(secrets ...string) *Connection {
	conn := NewConnection(plugintest.Name, "me")
	conn.Secrets = map[string]plugin.Secret{"token": plugin.NewSecret(token)}
	for _, s := range secrets {
		conn.Secrets["other_token"] = plugin.NewSecret(s)
	}
	return conn
}

// request asks for an action.
func request(action, input string) *plugin.InvokeRequest {
	return &plugin.InvokeRequest{Action: action, Input: []byte(input)}
}

// gone reports whether a process ends within a time.
func gone(pid int, within time.Duration) bool {
	for end := time.Now().Add(within); ; time.Sleep(5 * time.Millisecond) {
		if !alive(pid) {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}

// alive reports whether a process runs. One that has ended and waits to be
// reaped by a parent that does not care is not alive.
func alive(pid int) bool {
	return syscall.Kill(pid, 0) == nil && !strings.HasPrefix(stateOf(pid), "Z")
}

// stateOf returns the state of a process as /proc tells it, "" where there is
// no /proc.
func stateOf(pid int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(status), "\nState:")
	return strings.TrimSpace(rest)
}

func isLinux() bool {
	_, err := os.Stat("/proc/self")
	return err == nil
}

// environOf reads the answer of the action environ.
func environOf(t *testing.T, res *plugin.Result) []string {
	t.Helper()
	var out struct {
		Output []string `json:"output"`
	}
	if err := json.Unmarshal(res.Output, &out); err != nil {
		t.Fatal(err)
	}
	return out.Output
}
