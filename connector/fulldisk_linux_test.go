package connector_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// smallDisk tells the test's own process that the folder is a disk of its own.
const smallDisk = "LINKSTEP_TEST_SMALL_DISK"

// The disk fills up while a token is refreshed. Each refresh token works once,
// so the one that LinkedIn gives meanwhile is all that is left of the login: it
// is not used, is kept, and is saved as soon as there is room.
func TestFullDiskInMidRefresh(t *testing.T) {
	if disk := os.Getenv(smallDisk); disk != "" {
		fillInMidRefresh(t, disk)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDiskInMidRefresh$", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), smallDisk+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}}
	out, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) || strings.Contains(string(out), noMount) {
		t.Skipf("needs a user namespace to mount a small file system in: %s%v", out, err)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

const noMount = "no mount: "

// fillInMidRefresh runs in a mount namespace of its own.
func fillInMidRefresh(t *testing.T, disk string) {
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=8m"); err != nil {
		t.Fatal(noMount, err)
	}
	b := newBench(t, sandbox.PartnerClient, nil)
	s, err := store.Open(t.Context(), filepath.Join(disk, "home"), &store.Options{KeyFile: filepath.Join(disk, "key.json")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	b.store = s
	b.open()
	b.srv.SetQuirks(sandbox.Quirks{RotateRefreshTokens: true})
	b.logIn(0)
	b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
	_, before := b.tokens()

	b.srv.ExpireAccessTokens()
	if err := b.srv.Fail(sandbox.Fault{Path: "/oauth/v2/accessToken", Stall: time.Second}); err != nil {
		t.Fatal(err)
	}
	b.srv.ResetRequests()
	underWay := make(chan error, 1)
	go func() {
		_, err := b.try("get_profile", `{"max_age_seconds":0}`)
		underWay <- err
	}()
	for range 2000 {
		if len(b.srv.Faults()) == 0 { // LinkedIn is asked
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	room := filepath.Join(disk, "room")
	if err := os.WriteFile(room, make([]byte, 16<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk does not fill up: %v", err)
	}
	first := <-underWay
	_, second := b.try("get_profile", `{"max_age_seconds":0}`)
	for name, err := range map[string]error{"the step under way": first, "another meanwhile": second} {
		if plugin.KindOf(err) != plugin.StoreUnavailable || !strings.Contains(detailed(err), "is full") {
			t.Errorf("%s: %s, want store_unavailable and that the disk is full", name, detailed(err))
		}
	}
	if _, now := b.tokens(); now != before {
		t.Error("the disk had room: the test shows nothing")
	}

	if err := os.Remove(room); err != nil {
		t.Fatal(err)
	}
	b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
	b.open() // another process
	b.invoke("get_profile", `{"max_age_seconds":0}`, nil)
	want := []string{"GET /v2/userinfo 401", "POST /oauth/v2/accessToken 200", "GET /v2/userinfo 200", "GET /v2/userinfo 200"}
	if diff := cmp.Diff(want, b.steps()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}
