package host

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

// installerEnv names what the child "installer" installs, and where.
const installerEnv = "LINKSTEP_TEST_INSTALL"

// actAsInstaller installs a plugin until it is killed.
func actAsInstaller() {
	file := os.Getenv(installerEnv)
	h := New(&Options{InstalledDir: filepath.Dir(filepath.Dir(file)), StartTimeout: time.Minute})
	if _, err := h.Install(context.Background(), file); err != nil {
		panic(err)
	}
}

// names lists a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// TestInstallIsKilled kills an installation while the plugin is being asked
// what it is. Until then it is left alone, after that it is swept away.
func TestInstallIsKilled(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "source")
	if err := os.Rename(filepath.Dir(binary(t, "plugin-unanswering")), source); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "child", "installer")
	cmd.Env = append(os.Environ(), installerEnv+"="+filepath.Join(source, "plugin-unanswering"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	defer func() {
		if !killed {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}()
	stages := func() []string {
		list, err := filepath.Glob(filepath.Join(dir, stagePrefix+"*"))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	for end := time.Now().Add(10 * time.Second); len(stages()) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing is being installed")
		}
	}

	h := newHost(t, &Options{InstalledDir: dir})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := h.Install(ctx, binary(t, "plugin-tester")); plugin.KindOf(err) != plugin.Deadline {
		t.Errorf("a second installation = %v, want it to wait for the first until its deadline", err)
	}
	if _, err := h.FindAll(); err != nil || len(stages()) != 1 {
		t.Errorf("FindAll = %v and leaves %v, want the installation in progress", err, stages())
	}

	killed = true
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	// A child that it was about to start holds its lock until it has begun.
	for end := time.Now().Add(time.Second * patience); err == nil && len(stages()) != 0 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		_, err = h.FindAll()
	}
	if err != nil || len(stages()) != 0 {
		t.Errorf("FindAll = %v and leaves %v, want nothing of what was killed", err, stages())
	}
	// The folder of the killed host, with its copy of the binary, goes too.
	if _, err := h.privateFolder(); err != nil {
		t.Fatal(err)
	}
}

// TestInstallIsKilledBetweenTheRenames looks for a connector whose old version
// was moved away for a new one that never came.
func TestInstallIsKilledBetweenTheRenames(t *testing.T) {
	dir := t.TempDir()
	h := newHost(t, &Options{InstalledDir: dir})
	if _, err := h.Install(t.Context(), binary(t, "plugin-tester")); err != nil {
		t.Fatal(err)
	}
	old, fresh := filepath.Join(dir, stagePrefix+"1"+oldSuffix), filepath.Join(dir, stagePrefix+"1")
	moveAway := func() {
		t.Helper()
		if err := os.Rename(filepath.Join(dir, "tester"), old); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(fresh, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	moveAway()
	src, err := h.Find("tester")
	if err != nil || src.Kind != "installed" {
		t.Fatalf("Find = %s, %v; want the old version", src.Kind, err)
	}
	load(t, h, src)
	if diff := cmp.Diff([]string{"tester"}, names(t, dir)); diff != "" {
		t.Errorf("after Find (-want +got):\n%s", diff)
	}

	moveAway()
	if _, err := h.Install(t.Context(), binary(t, "plugin-next")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"tester"}, names(t, dir)); diff != "" {
		t.Errorf("after Install (-want +got):\n%s", diff)
	}
	if src, err = h.Find("tester"); err != nil || filepath.Base(src.Path) != "plugin-next" {
		t.Errorf("Find = %s, %v; want the new version", src.Path, err)
	}
}
