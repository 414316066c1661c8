package connector

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/store"
	"github.com/linkstep/linkstep/plugin/store/storetest"
)

// ReserverVariable makes the test binary a process that reserves, see
// ReserverMain.
const ReserverVariable = "LINKSTEP_RESERVER"

const (
	reserverCallers = 4 // of one process
	reservedPath    = "GET /v2/people"
)

// reservers are processes that reserve the calls of one application, in the
// database home or, if there is one, at url.
type reservers struct {
	home, key, url string
	processes      int
	attempts       int // of each process; 0: until it is refused
	limit          int // of the application

	granted atomic.Int64  // as the processes know
	some    chan struct{} // closed when an eighth is granted; nil: nobody asks
	first   sync.Once     // closes it

	mu      sync.Mutex // guards running
	running []*exec.Cmd
}

// ReserverMain is a process that writes a byte for each call it is granted.
func ReserverMain() {
	attempts, errA := strconv.Atoi(os.Args[4])
	limit, errL := strconv.Atoi(os.Args[5])
	r := &reservers{home: os.Args[1], key: os.Args[2], url: os.Args[3], attempts: attempts, limit: limit}
	if err := errors.Join(errA, errL, r.reserve(context.Background())); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (r *reservers) reserve(ctx context.Context) error {
	s, err := store.Open(ctx, r.home, &store.Options{KeyFile: r.key, URL: r.url})
	if err != nil {
		return err
	}
	defer s.Close()
	ledger := quota.NewLedger(storeCounters{s}, quota.Account{ClientID: "78abc", Member: strconv.Itoa(os.Getpid())}, &quota.Options{
		Limits: []quota.Limit{{Scope: quota.Application, Endpoint: reservedPath, Calls: int64(r.limit)}},
		Now:    func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) },
	})
	var wg sync.WaitGroup
	errs := make([]error, reserverCallers)
	for i := range errs {
		wg.Go(func() {
			for n := i; r.attempts == 0 || n < r.attempts; n += reserverCallers {
				_, err := ledger.Reserve(ctx, reservedPath, quota.Interactive)
				var exhausted *quota.ExhaustedError
				switch {
				case err == nil:
					_, err = os.Stdout.Write([]byte("."))
				case errors.As(err, &exhausted) && r.attempts == 0:
					return
				case errors.As(err, &exhausted):
					err = nil
				}
				if err != nil {
					errs[i] = err
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Write counts what the processes were granted.
func (r *reservers) Write(p []byte) (int, error) {
	if n := r.granted.Add(int64(len(p))); r.some != nil && n >= int64(r.limit/8) {
		r.first.Do(func() { close(r.some) })
	}
	return len(p), nil
}

// run runs the processes until each has ended by itself. One that was killed
// is started again.
func (r *reservers) run(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range r.processes {
		wg.Go(func() {
			for again := true; again; {
				cmd := exec.Command(self, r.home, r.key, r.url, strconv.Itoa(r.attempts), strconv.Itoa(r.limit))
				cmd.Env = append(os.Environ(), ReserverVariable+"=1")
				cmd.Stdout, cmd.Stderr = r, os.Stderr
				r.mu.Lock()
				err := cmd.Start()
				r.running[i] = cmd
				r.mu.Unlock()
				if err == nil {
					err = cmd.Wait()
				}
				exit, _ := errors.AsType[*exec.ExitError](err)
				again = exit != nil && exit.ExitCode() == -1 // by a signal
				if err != nil && !again {
					t.Errorf("process %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
}

// killEvery kills one of the processes once some calls are granted, and at each
// interval, until done is closed, and returns how many it was.
func (r *reservers) killEvery(interval time.Duration, done <-chan struct{}) (kills int) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	some := r.some
	for {
		select {
		case <-tick.C:
		case <-some:
			some = nil
		case <-done:
			return kills
		}
		if r.killOne() {
			kills++
		}
	}
}

// killOne kills one of the processes that run, if any does.
func (r *reservers) killOne() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range rand.Perm(r.processes) {
		if cmd := r.running[i]; cmd != nil && cmd.Process != nil && cmd.Process.Kill() == nil {
			return true
		}
	}
	return false
}

// counted is what the store knows of the application's calls.
func (r *reservers) counted(t *testing.T) int64 {
	t.Helper()
	s, err := store.Open(t.Context(), r.home, &store.Options{KeyFile: r.key, URL: r.url})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all, err := s.Counters(t.Context(), &plugin.CountersRequest{Prefix: quotaPrefix + "application/"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all.Counters {
		if c.Key == quotaPrefix+"application/78abc/"+reservedPath {
			return c.Used
		}
	}
	return 0
}

// Processes on one store reserve against one limit through the ledger.
// Together they are granted exactly that. Killed and started again, they are
// granted no more, and lose at most what was in flight.
func TestReserversShareALimit(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		reserversShareALimit(t, func() string { return "" })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		reserversShareALimit(t, storetest.Run(t).Schema)
	})
}

func reserversShareALimit(t *testing.T, url func() string) {
	processes, limit, interval := 4, 500, 50*time.Millisecond
	if os.Getenv("LINKSTEP_SOAK") != "" {
		processes, limit, interval = 8, 50_000, time.Second
	}
	for _, killed := range []bool{false, true} {
		t.Run(fmt.Sprintf("killed %t", killed), func(t *testing.T) {
			dir := t.TempDir()
			r := &reservers{home: filepath.Join(dir, "home"), key: filepath.Join(dir, "key"), url: url(), processes: processes, limit: limit}
			r.running = make([]*exec.Cmd, processes)
			start, done, kills := time.Now(), make(chan struct{}), 0
			var killer sync.WaitGroup
			if killed {
				r.some = make(chan struct{})
				killer.Go(func() { kills = r.killEvery(interval, done) })
			} else {
				r.attempts = limit * 8 / 5 / processes // more than there are
			}
			r.run(t)
			close(done)
			killer.Wait()
			took := time.Since(start).Round(time.Millisecond)

			granted := r.granted.Load()
			if counted := r.counted(t); counted != int64(limit) {
				t.Errorf("%d of %d are counted", counted, limit)
			}
			if killed && kills == 0 {
				t.Error("nobody was killed")
			}
			lost := int64(limit) - granted
			if lost < 0 || lost > int64(kills*reserverCallers) {
				t.Errorf("the processes know of %d granted calls of %d, after %d kills", granted, limit, kills)
			}
			t.Logf("%d processes were granted %d of %d; %d kills, %d lost in flight; %v", processes, granted, limit, kills, lost, took)
		})
	}
}
