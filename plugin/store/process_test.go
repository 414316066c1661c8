package store_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

// children are what child processes do on a store, see child.
var children = map[string]func(p place, args []string) error{
	"write":   childWrite,
	"reserve": childReserve,
	"start":   childStart,
	"rotate":  childRotate,
	"move":    childMove,
	"keyring": childKeyring,
}

// numbered is a value that tells its number and whether it is whole.
func numbered(n int) string { return strings.Repeat(fmt.Sprintf("%08d ", n), 600) }

// childWrite writes numbered values and counts them, without end. It prints
// each number once it was acknowledged.
func childWrite(p place, _ []string) error {
	s, err := p.try()
	if err != nil {
		return err
	}
	ctx := context.Background()
	got, err := s.Get(ctx, &plugin.GetRequest{Key: "linkedin/token"})
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(strings.Split(string(got.Value)+" ", " ")[0])
	for revision := got.Revision; ; {
		n++
		swapped, err := s.Swap(ctx, &plugin.SwapRequest{Key: "linkedin/token", Value: []byte(numbered(n)), Revision: revision})
		if err != nil || !swapped.Swapped {
			return fmt.Errorf("swap %d: %+v, %w", n, swapped, err)
		}
		revision = swapped.Revision
		fmt.Printf("value %d\n", n)
		counted, err := s.Count(ctx, &plugin.CountRequest{Adds: []plugin.CounterAdd{
			{Key: "linkedin/app", Window: tuesday, N: 1}, {Key: "linkedin/member", Window: tuesday, N: 1}}})
		if err != nil {
			return err
		}
		fmt.Printf("counter %d\n", counted.Counts[0].Used)
	}
}

// A process killed at any moment, while it makes the database or writes to it,
// loses nothing that was acknowledged and leaves nothing half-written.
func TestKill(t *testing.T) { onPlaces(t, kill) }

func kill(t *testing.T, newPlace func(testing.TB) place) {
	p := newPlace(t)
	for range scaled(6, 200) {
		value, counter := killWriter(t, p, time.Duration(rand.IntN(120))*time.Millisecond)
		s, err := p.try()
		if err != nil {
			t.Fatal(err)
		}
		text := get(t, s, "linkedin/token")
		n, _ := strconv.Atoi(strings.Split(text, " ")[0])
		if (text != "" && text != numbered(n)) || n < value {
			t.Errorf("value %d of %d bytes is there, acknowledged was %d", n, len(text), value)
		}
		all, err := s.Counters(t.Context(), &plugin.CountersRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range all.Counters {
			if c.Used != all.Counters[0].Used || c.Used < int64(counter) {
				t.Errorf("counter %d is %+v, acknowledged was %d", i, c, counter)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	// On a busy machine no child may have come so far yet.
	if s := p.open(t); get(t, s, "linkedin/token") == "" {
		if value, _ := killWriter(t, p, 5*time.Second); value == 0 {
			t.Error("no child came to write anything")
		}
	}
}

// killWriter runs childWrite for some time and returns the last value and the
// last count that it knew to be written.
func killWriter(t *testing.T, p place, after time.Duration) (value, counter int) {
	t.Helper()
	cmd := child(t, "write", p)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(after, func() { cmd.Process.Kill() })
	acknowledged := map[string]int{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		what, n, _ := strings.Cut(lines.Text(), " ")
		acknowledged[what], _ = strconv.Atoi(n)
	}
	cmd.Wait()
	return acknowledged["value"], acknowledged["counter"]
}

// childReserve reserves again and again and prints how often it was granted.
func childReserve(p place, args []string) error {
	times, _ := strconv.Atoi(args[0])
	limit, _ := strconv.ParseInt(args[1], 10, 64)
	s, err := p.try()
	if err != nil {
		return err
	}
	granted := 0
	for range times {
		res, err := s.Count(context.Background(), &plugin.CountRequest{Adds: []plugin.CounterAdd{
			{Key: "linkedin/app", Window: tuesday, N: 1, Limit: limit}, {Key: "linkedin/member", Window: tuesday, N: 1}}})
		if err != nil {
			return err
		}
		if res.Granted {
			granted++
		}
	}
	fmt.Println(granted)
	return s.Close()
}

// Several processes reserve against one limit: together they get it exactly.
func TestLimitHoldsAmongProcesses(t *testing.T) { onPlaces(t, limitHoldsAmongProcesses) }

func limitHoldsAmongProcesses(t *testing.T, newPlace func(testing.TB) place) {
	p := newPlace(t)
	processes, each, limit := scaled(4, 8), scaled(300, 10_000), scaled(800, 50_000)
	total := 0
	for _, out := range runAll(t, processes, func() *exec.Cmd {
		return child(t, "reserve", p, strconv.Itoa(each), strconv.Itoa(limit))
	}) {
		n, err := strconv.Atoi(strings.TrimSpace(out))
		if err != nil {
			t.Fatalf("a child said %q", out)
		}
		total += n
	}
	all, err := p.open(t).Counters(t.Context(), &plugin.CountersRequest{})
	if err != nil {
		t.Fatal(err)
	}
	want := []plugin.Counter{{Key: "linkedin/app", Window: tuesday, Used: int64(limit)}, {Key: "linkedin/member", Window: tuesday, Used: int64(limit)}}
	if diff := cmp.Diff(want, all.Counters); diff != "" || total != limit {
		t.Errorf("%d granted of a limit of %d; counters (-want +got):\n%s", total, limit, diff)
	}
}

// childStart waits for its standard input to end, opens the store, writes a
// value of its own and reserves once.
func childStart(p place, args []string) error {
	io.Copy(io.Discard, os.Stdin)
	s, err := p.try()
	if err != nil {
		return err
	}
	ctx := context.Background()
	swapped, err := s.Swap(ctx, &plugin.SwapRequest{Key: "linkedin/" + args[0], Value: []byte(args[0])})
	if err != nil || !swapped.Swapped {
		return fmt.Errorf("swap: %+v, %w", swapped, err)
	}
	if _, err := s.Lease(ctx, &plugin.LeaseRequest{Key: "linkedin/lease", Holder: args[0], TTL: time.Second}); err != nil {
		return err
	}
	_, err = s.Count(ctx, &plugin.CountRequest{Adds: []plugin.CounterAdd{{Key: "linkedin/app", Window: tuesday, N: 1}}})
	if err != nil {
		return err
	}
	return s.Close()
}

// Several processes start at once, on nothing or on a database of the first
// version: they end with one database of this version and one key.
func TestStartAtOnce(t *testing.T) { onPlaces(t, startTogether) }

func startTogether(t *testing.T, newPlace func(testing.TB) place) {
	tests := []struct {
		name    string
		prepare func(t *testing.T, p place)
	}{
		{"nothing there", func(*testing.T, place) {}},
		{"first version", func(t *testing.T, p place) {
			p.open(t).Close()
			p.exec(t, "DROP TABLE counters; DROP TABLE leases; DROP TABLE audit; DROP TABLE audit_keys; ALTER TABLE store_key DROP COLUMN previous; ALTER TABLE store_key DROP COLUMN made; ALTER TABLE revision DROP COLUMN key_id")
			p.setVersion(t, 1)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range scaled(1, 100) {
				p := newPlace(t)
				tt.prepare(t, p)
				startAtOnce(t, p)
			}
		})
	}
}

func startAtOnce(t *testing.T, p place) {
	t.Helper()
	const processes = 6
	gate, open, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer gate.Close()
	n := 0
	time.AfterFunc(50*time.Millisecond, func() { open.Close() })
	runAll(t, processes, func() *exec.Cmd {
		n++
		cmd := child(t, "start", p, strconv.Itoa(n))
		cmd.Stdin = gate
		return cmd
	})
	s := p.open(t)
	for i := 1; i <= processes; i++ {
		if got := get(t, s, "linkedin/"+strconv.Itoa(i)); got != strconv.Itoa(i) {
			t.Errorf("process %d wrote %q", i, got)
		}
	}
	all, err := s.Counters(t.Context(), &plugin.CountersRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]plugin.Counter{{Key: "linkedin/app", Window: tuesday, Used: processes}}, all.Counters); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
	s.Close()
	if p.url != "" {
		return
	}
	for name := range modes(t, p.home) {
		if name != "linkstep.db" {
			t.Errorf("%s was left behind", name)
		}
	}
}

// A process that has the store open goes on while one of a newer version brings
// it up to date, and when it opens it again it is told.
func TestNewerMigratesMeanwhile(t *testing.T) { onPlaces(t, newerMigrates) }

func newerMigrates(t *testing.T, newPlace func(testing.TB) place) {
	p := newPlace(t)
	s := p.open(t)
	use := func() {
		t.Helper()
		put(t, s, "linkedin/token", "AQX")
		wantToken(t, "used", s)
		if _, err := s.Count(t.Context(), &plugin.CountRequest{Adds: []plugin.CounterAdd{{Key: "linkedin/app", Window: tuesday, N: 1}}}); err != nil {
			t.Error(err)
		}
		if _, err := s.Lease(t.Context(), &plugin.LeaseRequest{Key: "linkedin/lease", Holder: "h", TTL: time.Second}); err != nil {
			t.Error(err)
		}
		if _, err := s.RotateKey(t.Context()); err != nil {
			t.Error(err)
		}
	}
	use()
	for _, table := range []string{"entries", "revision", "store_key", "counters", "leases", "audit", "audit_keys"} {
		p.exec(t, "ALTER TABLE "+table+" ADD COLUMN later BIGINT NOT NULL DEFAULT 0")
	}
	p.setVersion(t, schemaVersion+1)
	use()
	if _, err := p.try(); plugin.KindOf(err) != plugin.StoreUnavailable || !strings.Contains(err.Error(), "newer linkstep") {
		t.Errorf("Open: %v, want store_unavailable that says newer", err)
	}
}

// runAll runs processes at the same time and returns what they print.
func runAll(t *testing.T, n int, command func() *exec.Cmd) []string {
	t.Helper()
	outs := make([]bytes.Buffer, n)
	var wg sync.WaitGroup
	for i := range outs {
		cmd := command()
		cmd.Stdout = &outs[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("child %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	texts := make([]string, n)
	for i := range outs {
		texts[i] = outs[i].String()
	}
	return texts
}
