// Package cmd holds the tests of the house as a whole: its layout and its
// import arrows. The commands are in the folders below.
package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/linkstep/linkstep"

// arrows are the packages of the module that each package may import. A
// package that is not here is a mistake of this table or of the house.
var arrows = map[string][]string{
	"plugin":                      nil,
	"plugin/internal/guard":       {"plugin", "plugin/internal/traceparent"},
	"plugin/internal/traceparent": nil,
	"plugin/internal/plugintest":  {"plugin", "plugin/internal/traceparent"},
	"plugin/internal/wire":        {"plugin", "plugin/internal/wire/pb"},
	"plugin/internal/wire/pb":     nil,
	"plugin/serve":                {"plugin", "plugin/internal/guard", "plugin/internal/wire"},
	"plugin/host":                 {"plugin", "plugin/compat", "plugin/internal/guard", "plugin/internal/traceparent", "plugin/internal/wire"},
	"plugin/store":                {"plugin"},
	"plugin/store/storetest":      nil,
	"plugin/conform":              {"plugin", "plugin/host"},
	"plugin/schema":               {"plugin"},
	"plugin/compat":               {"plugin"},

	"connector":                           {"plugin", "schemas", "connector/restli", "connector/oauth", "connector/quota", "connector/retry", "connector/cache"},
	"connector/restli":                    nil,
	"connector/oauth":                     nil,
	"connector/quota":                     nil,
	"connector/retry":                     nil,
	"connector/cache":                     nil,
	"connector/sandbox":                   {"connector/sandbox/internal/people", "connector/sandbox/internal/protocol"},
	"connector/sandbox/internal/people":   nil,
	"connector/sandbox/internal/protocol": nil,
	"connector/internal/gen":              {"connector", "plugin", "plugin/schema"},
	"schemas":                             nil,

	"cmd":                   nil,
	"cmd/linkstep":          {"plugin", "plugin/host", "plugin/serve", "plugin/conform", "plugin/compat", "plugin/store", "connector", "connector/sandbox"},
	"cmd/linkstep-linkedin": {"plugin", "plugin/serve", "connector"},
}

// libraries are the packages outside the standard library that each package
// may import, by prefix. A package that is not here may import none.
var libraries = map[string][]string{
	"plugin/internal/guard":       {"go.opentelemetry.io/otel/trace"},
	"plugin/internal/plugintest":  {"go.opentelemetry.io/otel/trace"},
	"plugin/internal/traceparent": {"go.opentelemetry.io/otel/trace"},
	"plugin/internal/wire":        {"github.com/hashicorp/go-plugin", "google.golang.org/grpc", "google.golang.org/protobuf"},
	"plugin/internal/wire/pb":     {"google.golang.org/grpc", "google.golang.org/protobuf"},
	"plugin/serve":                {"github.com/hashicorp/go-plugin", "github.com/hashicorp/go-hclog", "google.golang.org/grpc"},
	"plugin/host":                 {"github.com/hashicorp/go-plugin", "github.com/hashicorp/go-hclog", "google.golang.org/grpc", "github.com/santhosh-tekuri/jsonschema/v6", "go.opentelemetry.io/otel/trace", "go.opentelemetry.io/otel/attribute", "go.opentelemetry.io/otel/codes"},
	"plugin/conform":              {"github.com/santhosh-tekuri/jsonschema/v6"},
	"plugin/schema":               {"github.com/invopop/jsonschema"},
	"plugin/store":                {"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/tink-crypto/tink-go/v2", "google.golang.org/protobuf", "github.com/godbus/dbus/v5"},
	"plugin/store/storetest":      {"github.com/jackc/pgx/v5"},
	"connector/oauth":             {"golang.org/x/oauth2", "golang.org/x/sync", "github.com/golang-jwt/jwt/v5"},
	"connector/retry":             {"github.com/sethvargo/go-retry"},
	"connector/cache":             {"github.com/maypok86/otter/v2", "golang.org/x/sync"},
	"connector/internal/gen":      {"github.com/invopop/jsonschema"},
	"cmd/linkstep":                {"github.com/spf13/cobra"},
}

// lean are what the installed plugin binary must not link, directly or not.
var lean = []string{
	module + "/plugin/host", module + "/plugin/store", module + "/plugin/schema", module + "/connector/sandbox",
	"go.opentelemetry.io/otel/sdk", "go.opentelemetry.io/otel/exporters", "github.com/invopop/jsonschema", "github.com/santhosh-tekuri/jsonschema", "modernc.org/sqlite", "github.com/jackc/pgx", "github.com/tink-crypto", "github.com/godbus/dbus", "github.com/spf13/cobra",
}

// listed is what go list says of a package.
type listed struct {
	ImportPath string
	Doc        string
	Imports    []string
	Standard   bool
}

func goList(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Doc,Imports,Standard"}, args...)...)
	cmd.Dir = ".."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v\n%s", args, err, stderr.Bytes())
	}
	var list []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return list
		case err != nil:
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

func TestImportArrows(t *testing.T) {
	for _, p := range goList(t, "./...") {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		allowed, known := arrows[name]
		if !known {
			t.Errorf("package %s is not in the table of arrows", name)
			continue
		}
		if p.Doc == "" && name != "cmd" { // cmd has tests only, go list does not see their comment
			t.Errorf("package %s has no package comment", name)
		}
		for _, imp := range p.Imports {
			own, isOwn := strings.CutPrefix(imp, module+"/")
			switch {
			case isOwn && !slices.Contains(allowed, own):
				t.Errorf("%s imports %s, against the arrows", name, own)
			case !isOwn && strings.Contains(strings.Split(imp, "/")[0], ".") && !hasPrefix(imp, libraries[name]):
				t.Errorf("%s imports the library %s, which is not its business", name, imp)
			}
		}
	}
}

func hasPrefix(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
}

func TestPluginBinaryIsLean(t *testing.T) {
	for _, p := range goList(t, "-deps", "./cmd/linkstep-linkedin") {
		if hasPrefix(p.ImportPath, lean) {
			t.Errorf("cmd/linkstep-linkedin links %s", p.ImportPath)
		}
	}
}

func TestTopLevelIsFixed(t *testing.T) {
	want := []string{"LICENSE", "README.md", "cmd", "connector", "go.mod", "go.sum", "manifest.json", "plugin", "schemas", "testdata"}
	got := topLevel(t)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("top level (-want +got):\n%s", diff)
	}
}

// topLevel returns what is at the top of the project, dotfiles aside: what git
// keeps there, so that a user's own files do not count, else all of it.
func topLevel(t *testing.T) []string {
	t.Helper()
	var names []string
	cmd := exec.Command("git", "ls-files")
	cmd.Dir = ".."
	if files, err := cmd.Output(); err == nil && len(files) > 0 {
		for _, file := range strings.Fields(string(files)) {
			names = append(names, strings.Split(file, "/")[0])
		}
	} else {
		entries, err := os.ReadDir("..")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, ".") })
}

func TestFilesAreOfReadableSize(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".pb.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if n := bytes.Count(text, []byte("\n")); n > 400 {
			t.Errorf("%s has %d lines; split it by idea", path, n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
