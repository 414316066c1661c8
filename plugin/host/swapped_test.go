package host

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin"
)

// TestSwappedBetweenCheckAndStart changes the file after it was hashed: what
// runs is what was hashed.
func TestSwappedBetweenCheckAndStart(t *testing.T) {
	h := newHost(t, nil)
	private, err := h.privateFolder()
	if err != nil {
		t.Fatal(err)
	}
	path := binary(t, "plugin-tester")
	prog := program{path: path, sha256: sum(t, path)}
	copied, err := prog.checked(private)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil { // the name may be a link of this very program
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho taken over\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	p := load(t, h, Source{Kind: "test", Path: path, reach: func(ctx context.Context, h *Host) (reached, error) {
		return startProcess(ctx, h, program{path: copied})
	}})
	if got := run(t.Context(), p.Invoke, request("events", `{}`)); got.Err != nil {
		t.Error(got.Err)
	}
	if err := os.Remove(copied); err != nil { // by a process that knows it as its own
		t.Error(err)
	}
	// The next start looks again.
	if _, err := prog.checked(private); plugin.KindOf(err) != plugin.PluginTampered || !strings.Contains(err.Error(), prog.sha256) {
		t.Errorf("the changed file gives %v, want plugin_tampered", err)
	}
	if left := leftovers(t, h); len(left) != 1 {
		t.Errorf("in the private folder: %v, want the sockets of one process", left)
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
