package host

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// TestSwappedBetweenCheckAndStart puts another file in the place of the plugin
// while that is being hashed: what runs is what was hashed.
func TestSwappedBetweenCheckAndStart(t *testing.T) {
	h := newHost(t, nil)
	h.restart = crashes
	private, err := h.privateFolder()
	if err != nil {
		t.Fatal(err)
	}
	path := binary(t, "plugin-tester")
	right := sum(t, path)
	writeManifest(t, filepath.Dir(path), here("plugin-tester", right))
	other := file(t, "other", "#!/bin/sh\necho taken over\n", 0o755)
	swapped := make(chan error, 1)
	go func() {
		// The copy is there as soon as its first bytes are.
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); runtime.Gosched() {
			if copies, _ := filepath.Glob(filepath.Join(private, "plugin-tester-*")); len(copies) > 0 {
				break
			}
		}
		swapped <- os.Rename(other, path)
	}()
	p := load(t, h, File(path))
	if err := <-swapped; err != nil {
		t.Fatal(err)
	}
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
		t.Error(got.Err)
	}
	// Even if the swap came too late.
	if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", p.PID())); err == nil && filepath.Dir(exe) != private {
		t.Errorf("%s runs, want the copy in %s that was hashed", exe, private)
	}
	// The next start looks again.
	send(t, p.PID(), syscall.SIGKILL)
	<-p.current.ended()
	_, err = p.Invoke(t.Context(), account(), request("events", `{}`), nil)
	if plugin.KindOf(err) != plugin.PluginTampered || !strings.Contains(err.Error(), right) {
		t.Errorf("the changed file gives %v, want plugin_tampered", err)
	}
	until(t, p, Failed)
	if left := leftovers(t, h); len(left) > 0 {
		t.Errorf("left in the private folder: %v", left)
	}
}

// TestAnotherProcessor starts this very program as one for another processor.
func TestAnotherProcessor(t *testing.T) {
	if !isLinux() {
		t.Skip("the header that is changed here is one of ELF, which Linux runs")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	// e_machine, at byte 18 of an ELF file: 8 is MIPS.
	content[18], content[19] = 8, 0
	_, err = newHost(t, nil).Load(t.Context(), File(file(t, "plugin-tester", string(content), 0o755)))
	if plugin.KindOf(err) != plugin.PluginStart || !strings.Contains(err.Error(), "is not a program for this machine") {
		t.Errorf("Load = %v, want plugin_start that says what is wrong with it", err)
	}
}
