package host

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// binary makes a copy of this test binary that serves the test connector: its
// name says so.
func binary(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Link(exe, path); err == nil {
		return path
	}
	in, err := os.Open(exe)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, _, err := copyTo(path, in); err != nil {
		t.Fatal(err)
	}
	return path
}

// copyTo copies to a path and returns the checksum.
func copyTo(path string, in io.Reader) (string, int64, error) {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return "", 0, err
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, hash), in)
	return hex.EncodeToString(hash.Sum(nil)), n, errors.Join(err, out.Close())
}

// sum is the checksum of a file.
func sum(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// writeManifest writes a manifest with these artifacts into a folder.
func writeManifest(t *testing.T, folder string, artifacts ...plugin.Artifact) {
	t.Helper()
	doc, err := json.Marshal(plugin.Manifest{Name: plugintest.Name, Meta: plugin.ManifestMeta{Linkstep: plugin.ManifestLinkstep{Artifacts: artifacts}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "manifest.json"), doc, 0o600); err != nil {
		t.Fatal(err)
	}
}

// here is an artifact for this platform.
func here(path, sum string) plugin.Artifact {
	return plugin.Artifact{OS: runtime.GOOS, Arch: runtime.GOARCH, Path: path, SHA256: sum}
}

func TestInstall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home", "connectors")
	h := newHost(t, &Options{Store: new(plugintest.Store), InstalledDir: dir})
	file := binary(t, "plugin-tester")
	for range 2 { // the second takes the place of the first
		src, err := h.Install(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		want := Source{Name: plugintest.Name, Kind: "installed", Path: filepath.Join(dir, "tester", "plugin-tester")}
		if diff := cmp.Diff(want, src, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".reach" }, cmp.Ignore())); diff != "" {
			t.Errorf("source (-want +got):\n%s", diff)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v, %v; want the connector alone", entries, err)
	}
	manifest, err := readManifest(filepath.Join(dir, "tester"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]plugin.Artifact{here("plugin-tester", sum(t, file))}, manifest.Meta.Linkstep.Artifacts); diff != "" {
		t.Errorf("artifacts (-want +got):\n%s", diff)
	}
	for path, mode := range map[string]os.FileMode{"": 0o700, "plugin-tester": 0o700, "manifest.json": 0o600} {
		if info, err := os.Stat(filepath.Join(dir, "tester", path)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("mode of %q = %v, %v; want %v: it is its owner's alone", path, info.Mode(), err, mode)
		}
	}

	src, err := h.Find(plugintest.Name)
	if err != nil {
		t.Fatal(err)
	}
	p := load(t, h, src)
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
		t.Fatal(got.Err)
	}
	// What runs is a private copy, which is gone with the process.
	if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", p.PID())); err == nil && strings.HasPrefix(exe, dir) {
		t.Errorf("what runs is %s, which may change under it", exe)
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := leftovers(t, h); len(left) > 0 {
		t.Errorf("left in the private folder: %v", left)
	}

	// One byte more, and it does not run.
	installed := filepath.Join(dir, "tester", "plugin-tester")
	before := sum(t, installed)
	out, err := os.OpenFile(installed, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = h.Load(t.Context(), src)
	var e *plugin.Error
	if !errors.As(err, &e) || e.Kind != plugin.PluginTampered || !strings.Contains(e.Message, before) || !strings.Contains(e.Message, sum(t, installed)) || e.Hint != installHint {
		t.Errorf("a changed binary gives %v, want plugin_tampered that names %s and %s", err, before, sum(t, installed))
	}
	if left := leftovers(t, h); len(left) > 0 {
		t.Errorf("left in the private folder: %v", left)
	}
}

func TestInstallRefuses(t *testing.T) {
	tests := []struct {
		name string
		dir  func(t *testing.T) string // of installed connectors
		file func(t *testing.T) string
		kind plugin.Kind
		why  string
	}{
		{"no folder", func(*testing.T) string { return "" }, func(t *testing.T) string { return binary(t, "plugin-tester") }, plugin.InvalidConfig, "the host was not told where"},
		{"folder is a file", func(t *testing.T) string { return file(t, "f", "", 0o600) }, func(t *testing.T) string { return binary(t, "plugin-tester") }, plugin.StoreUnavailable, "nothing can be written there"},
		{"no plugin", func(t *testing.T) string { return t.TempDir() }, func(t *testing.T) string { return file(t, "notes", "hello\n", 0o755) }, plugin.PluginStart, "it is not installed unseen"},
		{"no file", func(t *testing.T) string { return t.TempDir() }, func(t *testing.T) string { return filepath.Join(t.TempDir(), "x") }, plugin.PluginStart, "a typing error"},
		{"no run bit", func(t *testing.T) string { return t.TempDir() }, func(t *testing.T) string { return file(t, "x", "", 0o600) }, plugin.PluginStart, "the copy would have one, and hide the mistake"},
		{"a name that is none", func(t *testing.T) string { return t.TempDir() }, func(t *testing.T) string { return binary(t, "plugin-host") }, plugin.PluginIncompatible, "its keys would be the host's"},
		{"a manifest beside it says no", func(t *testing.T) string { return t.TempDir() }, func(t *testing.T) string {
			path := binary(t, "plugin-tester")
			writeManifest(t, filepath.Dir(path), here("plugin-tester", strings.Repeat("0", 64)))
			return path
		}, plugin.PluginTampered, "as when it is run"},
		{"called manifest.json", func(t *testing.T) string { return t.TempDir() }, func(t *testing.T) string {
			path := binary(t, "plugin-tester")
			named := filepath.Join(filepath.Dir(path), "manifest.json")
			if err := os.Rename(path, named); err != nil {
				t.Fatal(err)
			}
			return named
		}, plugin.PluginTampered, "the binary would be its own manifest"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := tt.dir(t)
			h := newHost(t, &Options{InstalledDir: dir})
			_, err := h.Install(t.Context(), tt.file(t))
			var e *plugin.Error
			if !errors.As(err, &e) || e.Kind != tt.kind || e.Hint == "" {
				t.Errorf("Install = %v, want an error of kind %v with a hint: %s", err, tt.kind, tt.why)
			}
			if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
				t.Errorf("half-installed: %v", entries)
			}
		})
	}
}

func TestInstallFailureKeepsTheOld(t *testing.T) {
	dir := t.TempDir()
	h := newHost(t, &Options{InstalledDir: dir})
	if _, err := h.Install(t.Context(), binary(t, "plugin-tester")); err != nil {
		t.Fatal(err)
	}
	before := sum(t, filepath.Join(dir, "tester", "manifest.json"))
	if _, err := h.Install(t.Context(), file(t, "notes", "hello\n", 0o755)); err == nil {
		t.Fatal("a text is installed")
	}
	if _, err := h.Find("tester"); err != nil || sum(t, filepath.Join(dir, "tester", "manifest.json")) != before {
		t.Errorf("the connector that was there is changed: %v", err)
	}
}

func hintOf(err error) string {
	if e := plugin.AsError(err); e != nil {
		return e.Hint
	}
	return ""
}

func TestManifestBesideAFile(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	right := sum(t, exe)
	other := plugin.Artifact{OS: "plan9", Arch: "mips", Path: "plugin-tester", SHA256: right}
	tests := []struct {
		name     string
		manifest func(t *testing.T, folder string)
		kind     plugin.Kind // Unknown: it runs
		say      string
		why      string
	}{
		{"none", func(*testing.T, string) {}, plugin.Unknown, "", "the person named the file, that is enough"},
		{"right", func(t *testing.T, dir string) { writeManifest(t, dir, here("plugin-tester", right)) }, plugin.Unknown, "", "it is the file that the manifest names"},
		{"right, in capitals", func(t *testing.T, dir string) { writeManifest(t, dir, here("plugin-tester", strings.ToUpper(right))) }, plugin.Unknown, "", "hexadecimal has two spellings"},
		{"without artifacts", func(t *testing.T, dir string) { writeManifest(t, dir) }, plugin.Unknown, "", "the repository's own manifest has none"},
		{"of another platform beside ours", func(t *testing.T, dir string) { writeManifest(t, dir, other, here("plugin-tester", right)) }, plugin.Unknown, "", "one manifest, many platforms"},
		{"lies", func(t *testing.T, dir string) { writeManifest(t, dir, here("plugin-tester", strings.Repeat("ab", 32))) }, plugin.PluginTampered, right + ", the manifest says " + strings.Repeat("ab", 32), "both checksums are named"},
		{"names another file", func(t *testing.T, dir string) { writeManifest(t, dir, here("plugin-other", right)) }, plugin.PluginTampered, "names no artifact for", "the file is not the manifest's"},
		{"of another platform", func(t *testing.T, dir string) { writeManifest(t, dir, other) }, plugin.PluginTampered, "names no artifact for", "nothing vouches for this file"},
		// A manifest without a checksum once counted as one that asks for none.
		{"without a checksum", func(t *testing.T, dir string) { writeManifest(t, dir, here("plugin-tester", "")) }, plugin.PluginTampered, "names no SHA-256", "leaving it out must not switch the check off"},
		{"with half a checksum", func(t *testing.T, dir string) { writeManifest(t, dir, here("plugin-tester", right[:32])) }, plugin.PluginTampered, "names no SHA-256", "it could never be right"},
		{"is no JSON", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte("{"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, plugin.PluginTampered, "is no manifest", "half-written"},
		{"is huge", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "manifest.json"), make([]byte, manifestMax+1), 0o600); err != nil {
				t.Fatal(err)
			}
		}, plugin.PluginTampered, "is over 1 MiB", "not read for ever"},
		{"is a folder", func(t *testing.T, dir string) {
			if err := os.Mkdir(filepath.Join(dir, "manifest.json"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, plugin.PluginStart, "cannot be read", "it cannot be obeyed, and nobody has seen that it lies"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := binary(t, "plugin-tester")
			tt.manifest(t, filepath.Dir(path))
			h := newHost(t, nil)
			p, err := h.Load(t.Context(), File(path))
			if plugin.KindOf(err) != tt.kind || (err != nil && !strings.Contains(err.Error(), tt.say)) {
				t.Fatalf("Load = %v, want kind %v saying %q: %s", err, tt.kind, tt.say, tt.why)
			}
			if hint := hintOf(err); err != nil && !strings.Contains(hint, "or move it away") {
				t.Errorf("hint %q: nothing is installed here", hint)
			}
			if p != nil && p.Description().Name != plugintest.Name {
				t.Errorf("name = %q", p.Description().Name)
			}
		})
	}
}

func TestFind(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	add := func(name string, artifact plugin.Artifact) {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		writeManifest(t, filepath.Join(dir, name), artifact)
	}
	add("good", here("x", sum(t, exe)))
	add("outside", here("../../x", sum(t, exe)))
	add("absolute", here("/bin/true", sum(t, exe)))
	add("elsewhere", plugin.Artifact{OS: "plan9", Arch: "mips", Path: "x", SHA256: sum(t, exe)})
	add(".new-123", here("x", sum(t, exe))) // what a crash of install leaves
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "notes"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h := newHost(t, &Options{InstalledDir: dir, Builtin: []Source{Self("good"), Self("built")}})

	tests := []struct {
		name, find string
		from       string // kind of the source
		kind       plugin.Kind
		say        string
		why        string
	}{
		{"installed", "good", "installed", plugin.Unknown, "", "before the built-in one"},
		{"built in", "built", "built-in", plugin.Unknown, "", "when none is installed"},
		{"unknown", "buildt", "", plugin.UnknownName, `there is no connector "buildt"`, "a typing error"},
		{"outside", "outside", "", plugin.PluginTampered, `outside its folder, "../../x"`, "a manifest must not name any file of the machine"},
		{"absolute", "absolute", "", plugin.PluginTampered, `outside its folder, "/bin/true"`, "the same"},
		{"another platform", "elsewhere", "", plugin.PluginTampered, "names no artifact for", "copied from another machine"},
		{"no manifest", "empty", "", plugin.PluginTampered, "has no manifest.json", "half a folder"},
		{"a path", "../good", "", plugin.UnknownName, "there is no connector", "a name is no path"},
		{"a file", "notes", "", plugin.UnknownName, "there is no connector", "a file is no connector"},
		{"left by a crash", ".new-123", "", plugin.UnknownName, "there is no connector", "a folder that was being made"},
		{"nothing", "", "", plugin.UnknownName, "there is no connector", "no name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src, err := h.Find(tt.find)
			if src.Kind != tt.from || plugin.KindOf(err) != tt.kind || (err != nil && !strings.Contains(err.Error(), tt.say)) {
				t.Errorf("Find(%q) = a source of kind %q, %v; want %q, kind %v saying %q: %s", tt.find, src.Kind, err, tt.from, tt.kind, tt.say, tt.why)
			}
		})
	}

	all, err := h.FindAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range all {
		got = append(got, strings.TrimSpace(f.Source.Name+" "+f.Source.Kind+" "+map[bool]string{true: "broken"}[f.Err != nil]))
	}
	want := []string{"absolute  broken", "built built-in", "elsewhere  broken", "empty  broken", "good installed", "outside  broken"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("FindAll (-want +got):\n%s", diff)
	}
}

func TestFindWithoutFolder(t *testing.T) {
	tests := []struct {
		name, dir string
		kind      plugin.Kind
		why       string
	}{
		{"none", "", plugin.UnknownName, "nothing is installed"},
		{"not there yet", filepath.Join(t.TempDir(), "connectors"), plugin.UnknownName, "the first run"},
		{"unreadable", file(t, "connectors", "", 0o600), plugin.StoreUnavailable, "a broken home must not look like an empty one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t, &Options{InstalledDir: tt.dir})
			if _, err := h.Find("x"); plugin.KindOf(err) != tt.kind {
				t.Errorf("Find = %v, want kind %v: %s", err, tt.kind, tt.why)
			}
			if all, err := h.FindAll(); (err != nil) != (tt.kind == plugin.StoreUnavailable) || len(all) != 0 {
				t.Errorf("FindAll = %v, %v: %s", all, err, tt.why)
			}
		})
	}
}
