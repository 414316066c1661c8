// Package storetest starts a PostgreSQL server of its own for tests, from
// Debian's package postgresql or its like.
package storetest

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Server is a PostgreSQL server on a unix socket in a folder of its own, where
// the user linkstep may do everything. Its methods are not to be called at the
// same time.
type Server struct {
	Dir string // holds everything: data, socket, log

	bin      string
	cmd      *exec.Cmd      // nil while it is stopped
	lifeline io.WriteCloser // its end is the server's
}

// ErrAbsent says that no server is installed.
var ErrAbsent = errors.New("needs PostgreSQL's server, Debian's package postgresql: no /usr/lib/postgresql/*/bin/postgres")

// nobody is a user that owns nothing.
const nobody = 65534

// New makes a server and starts it. Close it.
func New() (*Server, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return nil, ErrAbsent
	}
	// Not in TMPDIR: another user must get there, and a socket's path is short.
	dir, err := os.MkdirTemp("/tmp", "linkstep-pg-")
	if err != nil {
		return nil, err
	}
	s := &Server{Dir: dir, bin: filepath.Dir(found[len(found)-1])}
	if err := s.begin(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Run is New for the time of a test, which it skips where no server is
// installed.
func Run(t testing.TB) *Server {
	t.Helper()
	s, err := New()
	if errors.Is(err, ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// begin makes the server's files and starts it.
func (s *Server) begin() error {
	if err := os.Chown(s.Dir, serverUser(), serverUser()); err != nil {
		return err
	}
	initdb := s.command("initdb", "-D", s.Dir+"/data", "-U", "linkstep", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return s.Start()
}

// Close stops the server and removes its files.
func (s *Server) Close() error { return errors.Join(s.Stop(), os.RemoveAll(s.Dir)) }

// Schema is the URL of a schema that nobody else has.
func (s *Server) Schema() string { return s.URL("t" + strings.ToLower(rand.Text())) }

// serverUser is who runs the server, which refuses to be root.
func serverUser() int {
	if os.Getuid() == 0 {
		return nobody
	}
	return os.Getuid()
}

// command prepares one of PostgreSQL's programs.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.Dir
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

// Start starts the server under a shell that ends it when the lifeline is cut,
// be it because the tests were killed, and waits until it takes connections.
// Like this it is as after a crash: what it had not written is lost.
func (s *Server) Start() error {
	const script = `"$@" & pid=$!; read -r line; kill -QUIT $pid; wait $pid`
	server := s.command("postgres", "-D", s.Dir+"/data", "-k", s.Dir, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "fsync=off", "-c", "shared_buffers=16MB")
	s.cmd = exec.Command("/bin/sh", append([]string{"-c", script, "sh"}, server.Args...)...)
	s.cmd.Dir, s.cmd.SysProcAttr = server.Dir, server.SysProcAttr
	log, err := os.OpenFile(s.Dir+"/log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if s.lifeline, err = s.cmd.StdinPipe(); err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for range 600 {
		if db, err := sql.Open("pgx", s.URL("public")); err == nil {
			err = db.Ping()
			db.Close()
			if err == nil {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	text, _ := os.ReadFile(s.Dir + "/log")
	return errors.Join(fmt.Errorf("the server does not start: %s", text), s.Stop())
}

// Stop ends the server at once, as a crash does.
func (s *Server) Stop() error {
	if s.cmd == nil {
		return nil
	}
	s.lifeline.Close()
	s.cmd.Wait() // says how the server ended, which is as wanted
	s.cmd = nil
	if conn, err := net.Dial("unix", s.Dir+"/.s.PGSQL.5432"); err == nil {
		conn.Close()
		return errors.New("the server is still there")
	}
	return nil
}

// URL is that of a schema in the server's database.
func (s *Server) URL(schema string) string {
	return "postgres://linkstep@/postgres?host=" + s.Dir + "&search_path=" + schema
}
