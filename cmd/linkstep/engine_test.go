package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/store"
	"github.com/linkstep/linkstep/plugin/store/storetest"
)

// place is where a store lies: in the folder home, or at url if there is one.
type place struct{ home, key, url string }

// newPlace returns a folder where nothing is yet.
func newPlace(t testing.TB) place {
	base := t.TempDir()
	return place{home: filepath.Join(base, "home"), key: filepath.Join(base, "key.json")}
}

func (p place) open(ctx context.Context) (*store.Store, error) {
	return store.Open(ctx, p.home, &store.Options{KeyFile: p.key, URL: p.url})
}

// onPlaces runs a test on each engine of the store.
func onPlaces(t *testing.T, run func(t *testing.T, p place)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, newPlace(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		p := newPlace(t)
		p.url = storetest.Run(t).Schema()
		run(t, p)
	})
}

// scaled is how often something is tried: few times by default, as often as
// is wanted of a release with LINKSTEP_SOAK=1.
func scaled(few, soak int) int {
	if os.Getenv("LINKSTEP_SOAK") != "" {
		return soak
	}
	return few
}

// login is a connection in a store that a member has logged in to.
type login struct {
	place
	srv    *sandbox.Server
	store  *store.Store
	plugin *host.Plugin
	conn   *host.Connection
}

// newLogin makes a connection to a sandbox of its own.
func newLogin(t testing.TB, p place) *login {
	t.Helper()
	srv, err := sandbox.Start(&sandbox.Options{Members: 200})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	s, err := p.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	l := &login{place: p, srv: srv, store: s}
	l.plugin, l.conn = connected(t, srv.Settings(), host.Direct(connector.New(nil)), &host.Options{Store: s})
	if err := host.New(&host.Options{Store: s}).Connections().Save(t.Context(), l.conn); err != nil {
		t.Fatal(err)
	}
	srv.ResetRequests()
	return l
}

// tokenKey is where the token lies in the store.
func (l *login) tokenKey() string { return plugin.ConnectionPrefix("linkedin", l.conn.ID) + "token" }

// revision is that of the token in the store: it grows with each save.
func (l *login) revision(ctx context.Context) (int64, error) {
	got, err := l.store.Get(ctx, &plugin.GetRequest{Key: l.tokenKey()})
	if err != nil {
		return 0, err
	}
	return got.Revision, nil
}

const tokenPath = "/oauth/v2/accessToken"

// refreshes are the refreshes that the sandbox has granted and refused since
// its log was emptied.
func (l *login) refreshes() (granted, refused int) {
	for _, r := range l.srv.Requests() {
		switch {
		case r.Path != tokenPath:
		case r.Status == 200:
			granted++
		default:
			refused++
		}
	}
	return granted, refused
}

// engine is a process that embeds the host, as a workflow engine does.
type engine struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	lines   *bufio.Scanner
	callers int
}

// The ways in which an engine reaches the connector.
const (
	asProcess = "process" // the usual one: the store's calls go over the wire
	direct    = "direct"  // when the engine is killed, the connector is at the same moment
)

// start starts an engine and waits until it has loaded the connector.
func (l *login) start(way string, callers int) (*engine, error) {
	e := &engine{callers: callers, cmd: exec.Command("linkstep-engine", l.home, l.key, l.url, way, strconv.Itoa(callers))}
	e.cmd.Stderr = os.Stderr
	var err error
	if e.in, err = e.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := e.cmd.Start(); err != nil {
		return nil, err
	}
	e.lines = bufio.NewScanner(out)
	if !e.lines.Scan() {
		e.kill()
		return nil, fmt.Errorf("the engine does not begin: %w", cmp.Or(e.lines.Err(), io.ErrUnexpectedEOF))
	}
	return e, nil
}

// engine is start until the end of a test.
func (l *login) engine(t testing.TB, way string, callers int) *engine {
	t.Helper()
	e, err := l.start(way, callers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.kill)
	return e
}

// begin lets every caller of the engine run a step.
func (e *engine) begin() { io.WriteString(e.in, "go\n") }

// step is what one caller got.
type step struct {
	People int
	Error  *plugin.Error
}

// failed says what went wrong; empty: nothing.
func (s step) failed() string {
	switch {
	case s.Error != nil:
		text, _ := json.Marshal(s.Error)
		return string(text)
	case s.People == 0:
		return "nobody found"
	}
	return ""
}

// next is what one caller got, once it is done. An engine that does not go on
// gives an error.
func (e *engine) next() step {
	var s step
	if !e.lines.Scan() {
		return step{Error: &plugin.Error{Message: fmt.Sprint("the engine ended before its steps: ", e.lines.Err())}}
	}
	if err := json.Unmarshal(e.lines.Bytes(), &s); err != nil {
		return step{Error: &plugin.Error{Message: fmt.Sprintf("the engine said %q: %v", e.lines.Bytes(), err)}}
	}
	return s
}

// one runs the only caller's step.
func (e *engine) one() step {
	e.begin()
	return e.next()
}

// kill ends the engine without a chance to do anything.
func (e *engine) kill() {
	if e.cmd.ProcessState == nil {
		_ = e.cmd.Process.Kill()
		_ = e.cmd.Wait()
	}
}

// stop ends the engine in good order.
func (e *engine) stop(t testing.TB) {
	t.Helper()
	e.in.Close()
	if err := e.cmd.Wait(); err != nil {
		t.Errorf("the engine ended badly: %v", err)
	}
}

// engineMain is the engine's process.
func engineMain() {
	if err := runEngine(place{os.Args[1], os.Args[2], os.Args[3]}, os.Args[4], os.Args[5]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runEngine(p place, way, callers string) error {
	ctx := context.Background()
	n, err := strconv.Atoi(callers)
	if err != nil {
		return err
	}
	s, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	h := host.New(&host.Options{Store: s})
	defer h.Close(ctx)
	src := host.Direct(connector.New(nil))
	if way == asProcess {
		binary, err := exec.LookPath("linkstep-linkedin")
		if err != nil {
			return err
		}
		src = host.File(binary)
	}
	conn, err := h.Connections().Get(ctx, "me")
	if err != nil {
		return err
	}
	loaded, err := h.Load(ctx, src)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { search(ctx, loaded, conn, i) })
		}
		wg.Wait()
	}
	return nil
}

// search runs the step of one caller, which is no other caller's, so that
// nothing is joined, and prints what came of it.
func search(ctx context.Context, p *host.Plugin, conn *host.Connection, caller int) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	input := fmt.Sprintf(`{"keywords":%q,"page_size":%d,"max_age_seconds":0}`, "aeiour"[caller/25:caller/25+1], 1+caller%25)
	res, err := p.Invoke(ctx, conn, &plugin.InvokeRequest{Action: "search_people", Input: []byte(input)}, nil)
	var out struct{ People []any }
	if err == nil {
		err = json.Unmarshal(res.Output, &out)
	}
	line, _ := json.Marshal(step{People: len(out.People), Error: plugin.AsError(err)})
	fmt.Printf("%s\n", line)
}

// stall makes the next refresh take long, and returns what waits until LinkedIn
// was asked for it.
func (l *login) stall(t testing.TB, by time.Duration) (asked func()) {
	t.Helper()
	if err := l.srv.Fail(sandbox.Fault{Path: tokenPath, Stall: by}); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		for range 2000 {
			if len(l.srv.Faults()) == 0 { // it has hit
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Fatal("nobody refreshes the token")
	}
}
