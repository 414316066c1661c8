package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/linkstep/linkstep/connector/sandbox/internal/people"
)

// Server is a running sandbox. It is safe for concurrent use.
type Server struct {
	clients []*Client
	crowd   *people.Crowd
	ids     *ids
	clock   *clock
	vault   *vault
	quotas  *quotas
	faults  *faults
	log     *requestLog
	dice    *dice

	listener net.Listener
	http     *http.Server
	closing  chan struct{}  // closed by Close, ends every wait
	running  sync.WaitGroup // the accept loop and every connection
	once     sync.Once      // makes Close idempotent
	closed   error          // what Close answers

	mu      sync.Mutex // guards the fields below
	quirks  Quirks
	latency Latency
}

// Start listens and serves until Close. A nil opts means all defaults.
func Start(opts *Options) (*Server, error) {
	o := opts.withDefaults()
	if o.Members > MembersMax {
		return nil, fmt.Errorf("sandbox: %d members are too many: it can be at most %d", o.Members, MembersMax)
	}
	listener, err := listen(o.Addr)
	if err != nil {
		return nil, err
	}
	s := &Server{
		clients:  register(&o),
		crowd:    people.New(o.Seed, o.Members),
		ids:      newIDs(o.Seed, o.Members),
		clock:    newClock(o.Clock),
		vault:    newVault(),
		quotas:   newQuotas(),
		faults:   &faults{},
		log:      &requestLog{},
		dice:     newDice(o.Seed),
		listener: listener,
		closing:  make(chan struct{}),
		quirks:   o.Quirks,
		latency:  o.Latency,
	}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    1 << 20, // far over what the length gate refuses with 414
		ConnState:         s.track,
		ConnContext:       withConn,
	}
	s.running.Go(func() { _ = s.http.Serve(listener) }) // always ErrServerClosed
	return s, nil
}

// listen opens a loopback port. The sandbox has no passwords, so it must not be reachable from
// other machines.
func listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("sandbox: address %q is not of the form host:port, for example 127.0.0.1:9090", addr)
	}
	if host != "localhost" && !isLoopback(host) {
		return nil, fmt.Errorf("sandbox: address %q is not on the loopback interface: use 127.0.0.1, [::1] or localhost", addr)
	}
	listener, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("sandbox: address %s is taken by another program: choose another port, or 0 for any free one: %w", addr, err)
	}
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	return listener, nil
}

// URL returns the base of all addresses, without a slash at the end.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Close stops the server and waits until no goroutine of it is left. Calls under way are cut off.
func (s *Server) Close() error {
	s.once.Do(func() {
		close(s.closing)
		s.closed = s.http.Close()
		s.running.Wait()
	})
	return s.closed
}

// track counts connections, so that Close can wait for their goroutines.
func (s *Server) track(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.running.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.running.Done()
	}
}

// connKey is where a request's context holds its connection.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}
