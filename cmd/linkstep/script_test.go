package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/serve"
)

// leanPlugin is what cmd/linkstep-linkedin is.
func leanPlugin() {
	serve.Main(func(log *slog.Logger) plugin.Connector { return connector.New(&connector.Options{Logger: log}) })
}

// uncounted is the LinkedIn connector without [plugin.CapabilityUsage].
type uncounted struct{ plugin.Connector }

func (u uncounted) Describe(ctx context.Context, req *plugin.DescribeRequest) (*plugin.Description, error) {
	desc, err := u.Connector.Describe(ctx, req)
	if err != nil {
		return nil, err
	}
	fewer := *desc
	fewer.Capabilities = slices.DeleteFunc(slices.Clone(desc.Capabilities), func(c string) bool { return c == plugin.CapabilityUsage })
	return &fewer, nil
}

func uncountedPlugin() {
	serve.Main(func(log *slog.Logger) plugin.Connector {
		return uncounted{connector.New(&connector.Options{Logger: log})}
	})
}

// TestMain lets the test binary play both commands, and an engine that embeds
// the host, so that tests run real processes. A checked copy of the plugin has its name with something after it.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "linkstep-linkedin-") {
		leanPlugin()
	}
	testscript.Main(suite{m}, map[string]func(){
		"linkstep": main, "linkstep-linkedin": leanPlugin, "linkstep-uncounted": uncountedPlugin, "linkstep-engine": engineMain,
	})
}

// suite runs more tests at the same time than there are cores: many of them
// wait, or watch one process compute.
type suite struct{ *testing.M }

func (s suite) Run() int {
	flag.Parse()
	_ = flag.Set("test.parallel", "4")
	return s.M.Run()
}

// scriptLimit ends a script that hangs. It counts from the start of all, which
// wait for each other and for other tests.
const scriptLimit = 5 * time.Minute

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:      filepath.Join("..", "..", "testdata", "scripts"),
		Deadline: time.Now().Add(scriptLimit),
		Setup: func(env *testscript.Env) error {
			// A socket's path must stay short, and the folder of a script is long.
			tmp, err := os.MkdirTemp("", "ls")
			if err != nil {
				return err
			}
			env.Defer(func() {
				left, err := os.ReadDir(tmp)
				if err == nil && len(left) > 0 {
					env.T().Log("left in TMPDIR: ", left)
					env.T().FailNow()
				}
				_ = os.RemoveAll(tmp)
			})
			big := `{"keywords":"` + strings.Repeat("x", 2<<20) + `"}`
			if err := os.WriteFile(filepath.Join(env.WorkDir, "big.json"), []byte(big), 0o600); err != nil {
				return err
			}
			env.Setenv("TMPDIR", tmp)
			env.Setenv("HOME", filepath.Join(env.WorkDir, "user"))
			env.Setenv("LINKSTEP_HOME", filepath.Join(env.WorkDir, "home"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready":   cmdReady,
			"exits":   cmdExits,
			"field":   cmdField,
			"nowhere": cmdNowhere,
		},
	})
}

// cmdReady waits until a file has content: ready FILE.
func cmdReady(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			return
		}
	}
	ts.Fatalf("%s did not appear", args[0])
}

// cmdExits runs a command and checks its exit status: exits STATUS COMMAND...
func cmdExits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("%v: exit status %s, want %s", args[1:], got, args[0])
	}
}

// cmdField checks a field of the JSON document on stdout, by a dotted path,
// and with a third argument puts it into a variable: field PATH VALUE|> [VAR].
func cmdField(ts *testscript.TestScript, neg bool, args []string) {
	var doc any
	out := ts.ReadFile("stdout")
	dec := json.NewDecoder(strings.NewReader(out))
	dec.UseNumber()
	if err := dec.Decode(&doc); err != nil {
		ts.Fatalf("stdout is no JSON: %v\n%s", err, out)
	}
	if dec.More() {
		ts.Fatalf("stdout is more than one JSON document:\n%s", out)
	}
	got, found := lookUp(doc, args[0])
	switch {
	case neg:
		if found {
			ts.Fatalf("%s is there: %s", args[0], got)
		}
	case args[1] == ">":
		ts.Setenv(args[2], got)
	case got != args[1]:
		ts.Fatalf("%s is %s, want %s", args[0], got, args[1])
	}
}

// lookUp follows a dotted path; length as its last part is that of a list.
func lookUp(doc any, path string) (string, bool) {
	for _, part := range strings.Split(path, ".") {
		switch v := doc.(type) {
		case map[string]any:
			child, ok := v[part]
			if !ok {
				return "", false
			}
			doc = child
		case []any:
			if part == "length" {
				doc = json.Number(strconv.Itoa(len(v)))
				continue
			}
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return "", false
			}
			doc = v[i]
		default:
			return "", false
		}
	}
	if s, ok := doc.(string); ok {
		return s, true
	}
	text, err := json.Marshal(doc)
	return string(text), err == nil
}

// cmdNowhere checks that no file below a folder holds a text that stands in
// the JSON file of settings under a name: nowhere FOLDER FILE NAME.
func cmdNowhere(ts *testscript.TestScript, _ bool, args []string) {
	var settings map[string]string
	if err := json.Unmarshal([]byte(ts.ReadFile(args[1])), &settings); err != nil {
		ts.Fatalf("%s: %v", args[1], err)
	}
	secret := settings[args[2]]
	if len(secret) < 8 {
		ts.Fatalf("%s of %s is no secret: %q", args[2], args[1], secret)
	}
	files := 0
	err := filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(secret)) {
			ts.Fatalf("%s holds %s", path, args[2])
		}
		return err
	})
	if err != nil || files == 0 {
		ts.Fatalf("looking through %s: %d files, %v", args[0], files, err)
	}
}
