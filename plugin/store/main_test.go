package store_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
)

// childVariable makes the test binary a child process that runs one of children.
const childVariable = "LINKSTEP_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if name := os.Getenv(childVariable); name != "" {
		if err := children[name](place{home: os.Args[1], key: os.Args[2], url: os.Args[3]}, os.Args[4:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		removeServer()
		os.Exit(code)
	}))
}

// child prepares a child process on the store of p.
func child(t *testing.T, name string, p place, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, append([]string{p.home, p.key, p.url}, args...)...)
	cmd.Env = append(os.Environ(), childVariable+"="+name)
	cmd.Stderr = os.Stderr
	return cmd
}

// scaled is how often something is tried: few times by default, as often as
// is wanted of a release with LINKSTEP_SOAK=1.
func scaled(few, soak int) int {
	if os.Getenv("LINKSTEP_SOAK") != "" {
		return soak
	}
	return few
}

// place is where a store lies: in the folder home, or at url if there is one.
type place struct{ home, key, url string }

// newPlace returns a folder where nothing is yet.
func newPlace(t testing.TB) place {
	base := t.TempDir()
	return place{home: filepath.Join(base, "home"), key: filepath.Join(base, "config", "key.json")}
}

func (p place) database() string { return filepath.Join(p.home, "linkstep.db") }

// try opens the store of p.
func (p place) try() (*store.Store, error) {
	return store.Open(context.Background(), p.home, &store.Options{KeyFile: p.key, URL: p.url})
}

// open opens the store of p until the test ends.
func (p place) open(t testing.TB) *store.Store {
	t.Helper()
	s, err := p.try()
	if err != nil {
		t.Fatalf("Open(%s): %v", p.home, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// memory returns a store in memory until the test ends.
func memory(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Memory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// put writes a value, whatever stands there, and returns its revision.
func put(t testing.TB, s plugin.Store, key, value string) int64 {
	t.Helper()
	ctx := context.Background()
	got, err := s.Get(ctx, &plugin.GetRequest{Key: key})
	if err != nil {
		t.Fatalf("Get(%s): %v", key, err)
	}
	res, err := s.Swap(ctx, &plugin.SwapRequest{Key: key, Value: []byte(value), Revision: got.Revision})
	if err != nil || !res.Swapped {
		t.Fatalf("Swap(%s) = %+v, %v", key, res, err)
	}
	return res.Revision
}

// get reads a value as text.
func get(t testing.TB, s plugin.Store, key string) string {
	t.Helper()
	got, err := s.Get(context.Background(), &plugin.GetRequest{Key: key})
	if err != nil {
		t.Fatalf("Get(%s): %v", key, err)
	}
	return string(got.Value)
}
