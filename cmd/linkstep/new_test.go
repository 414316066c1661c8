package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// newSession is what the author of a connector types.
const newSession = `set -eux
linkstep new connector hello --module-dir "$CHECKOUT"
cd hello
go build
linkstep conform ./hello 2> told.txt
if grep hint told.txt; then exit 1; fi # no advice to give settings: there are none
linkstep install ./hello
if linkstep connect hello --name h 2> told.txt; then exit 1; fi
grep 'hello needs no connection' told.txt
test "$(linkstep invoke hello.greet --plugin ./hello --input '{"name":"Ada"}')" = '{
  "text": "Hello, Ada!"
}'
if linkstep invoke hello.greet --plugin ./hello --input '{}' 2> told.txt; then exit 1; fi
linkstep $(sed -n 's/^hint: See the fields with: linkstep //p' told.txt) | grep 'Whom to greet'
sed -i.old 's/title=Name/title=Their name/' greet.go
sed -i.old 's/if report.Failed()/if true/' connector_test.go
if go test . > report.txt; then exit 1; fi
grep 'passed   no secret shows in the log' report.txt
mv connector_test.go.old connector_test.go
go generate ./...
grep 'Their name' schemas/greet.input.json
go vet ./...
go test .
test -z "$(gofmt -l .)"
go list -deps . > deps.txt
`

// newLimit bounds the session: the go command builds what the cache lacks.
const newLimit = 2 * time.Minute

// TestNewConnector does as a new author would, in a clean home, with real
// processes.
func TestNewConnector(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	tmp, err := os.MkdirTemp("", "ls") // short: sockets lie in it
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	if err := os.Symlink(self, filepath.Join(tmp, "linkstep")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), newLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", newSession)
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = tmp
	cmd.Env = append(os.Environ(),
		"CHECKOUT="+checkout, "HOME="+tmp, "TMPDIR="+tmp, "PATH="+tmp+":"+os.Getenv("PATH"),
		"LINKSTEP_HOME=", "LINKSTEP_KEY_FILE=", "XDG_DATA_HOME=", "XDG_CONFIG_HOME=",
		"GOMODCACHE="+goEnv(t, "GOMODCACHE"), "GOCACHE="+goEnv(t, "GOCACHE"), "GOFLAGS="+goFlags(t), "GOPROXY="+goEnv(t, "GOPROXY"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	deps, err := os.ReadFile(filepath.Join(tmp, "hello", "deps.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, heavy := range []string{"plugin/host", "plugin/schema", "invopop/jsonschema"} {
		if strings.Contains(string(deps), heavy) {
			t.Errorf("the new plugin binary links %s", heavy)
		}
	}
}

// runNew runs linkstep new connector.
func runNew(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs}
	root := a.rootCommand()
	root.SetArgs(append([]string{"new", "connector"}, args...))
	status = a.finish(root.ExecuteContextC(t.Context()))
	return status, out.String(), errs.String()
}

func TestNewConnectorRefuses(t *testing.T) {
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	fake := t.TempDir() // a checkout by its name, without a package
	if err := os.WriteFile(filepath.Join(fake, "go.mod"), []byte("module "+linkstepModule+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(fake, "go.sum"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		args   []string
		status int
		want   string
		why    string
	}{
		{"no name", nil, exitUsage, "accepts 1 arg", "there is no default"},
		{"capitals", []string{"Hello"}, exitUsage, "cannot be called", "a host would refuse it later"},
		{"a path", []string{"../hello"}, exitUsage, "cannot be called", "the name is no folder"},
		{"the host's name", []string{"host"}, exitUsage, "cannot be called", "its store keys would be the host's"},
		{"the name of a folder of it", []string{"schemas"}, exitUsage, "cannot be called", "go build would write into the folder"},
		{"a module of two lines", []string{"hello", "--module", "a\nb"}, exitUsage, "--module", "it goes into go.mod"},
		{"a checkout of something else", []string{"hello", "--module-dir", t.TempDir()}, exitUsage, "no checkout of", "the replace would point nowhere"},
		{"a name that Go forbids", []string{"con", "--module-dir", checkout}, 3, "hint: Choose another name", "a network would not help"},
		{"a folder that exists", []string{"hello", "--dir", "taken"}, 6, "taken exists", "somebody's work is in it"},
		{"a parent that does not", []string{"hello", "--dir", "no/hello"}, 3, "cannot be written", "a typing mistake, perhaps"},
		{"nothing to fetch from", []string{"hello", "--module-dir", fake}, 8, "nothing was written", "there may be a network later"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			t.Setenv("GOPROXY", "off")
			if err := os.WriteFile("taken", []byte("work"), 0o600); err != nil {
				t.Fatal(err)
			}
			status, stdout, stderr := runNew(t, tt.args...)
			if status != tt.status || stdout != "" || !strings.Contains(stderr, tt.want) || !strings.Contains(stderr, "\nhint: ") && status != exitUsage {
				t.Errorf("new connector %q: status %d, want %d with %q: %s\n%s%s", tt.args, status, tt.status, tt.want, tt.why, stdout, stderr)
			}
			wantFolder(t, "taken")
		})
	}
}

func TestNewConnectorWithoutGo(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("PATH", "")
	status, _, stderr := runNew(t, "hello")
	if status != 3 || !strings.Contains(stderr, "hint: Install Go") {
		t.Errorf("status %d, want 3 with where Go is to be had:\n%s", status, stderr)
	}
	wantFolder(t)
}

// wantFolder fails when the working folder has other files than these.
func wantFolder(t *testing.T, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the folder (-want +got):\n%s", diff)
	}
}
