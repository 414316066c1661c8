package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/linkstep/linkstep/plugin/store/storetest"
)

// nobody is a user that owns nothing.
const nobody = 65534

// The server of all tests is made at the first use.
var (
	shared = sync.OnceValues(func() (*storetest.Server, error) {
		s, err := storetest.New()
		made.Store(s)
		return s, err
	})
	made atomic.Pointer[storetest.Server] // to be removed at the end
)

// running returns the server, or skips the test.
func running(t testing.TB) *storetest.Server {
	t.Helper()
	s, err := shared()
	if errors.Is(err, storetest.ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newShared returns a place in PostgreSQL where nothing is yet.
func newShared(t testing.TB) place {
	p := newPlace(t)
	p.url = running(t).Schema()
	return p
}

// removeServer ends what the tests have started.
func removeServer() {
	if s := made.Load(); s != nil {
		_ = s.Close()
	}
}
