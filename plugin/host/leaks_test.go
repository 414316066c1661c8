package host

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"
)

// wantNoLeaks wants every goroutine that the test starts from here on, and
// those that they start, to have ended when the test has closed what it made
// later. A label tells them from the goroutines of the tests that run beside
// it, which goleak cannot: that is for TestMain, when all have ended.
func wantNoLeaks(t *testing.T) {
	t.Helper()
	for _, stack := range goroutinesOf(t.Name()) {
		if strings.Contains(stack, "host.wantNoLeaks+") {
			return // it is watched since an earlier host
		}
	}
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("test", t.Name())))
	t.Cleanup(func() {
		pprof.SetGoroutineLabels(context.Background())
		left := goroutinesOf(t.Name())
		for end := time.Now().Add(time.Second * patience); len(left) > 0 && time.Now().Before(end); left = goroutinesOf(t.Name()) {
			time.Sleep(5 * time.Millisecond)
		}
		if len(left) > 0 {
			t.Errorf("goroutines are left:\n%s", strings.Join(left, "\n\n"))
		}
	})
}

// goroutinesOf returns the stacks of the goroutines with a test's label.
func goroutinesOf(test string) []string {
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		panic(err)
	}
	var stacks []string
	for _, stack := range strings.Split(profile.String(), "\n\n") {
		// The first use of os/signal starts a goroutine for ever.
		if strings.Contains(stack, `{"test":`+strconv.Quote(test)+`}`) && !strings.Contains(stack, "os/signal.loop+") {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}
