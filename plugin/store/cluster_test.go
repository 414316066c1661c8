package store_test

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
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// cluster is a PostgreSQL server of the tests' own, on a unix socket in a
// folder that is removed at the end.
type cluster struct {
	bin, dir string
	cmd      *exec.Cmd      // nil while it is stopped
	lifeline io.WriteCloser // its end is the server's
}

// errNoServer says that Debian's package postgresql, or its like, is absent.
var errNoServer = errors.New("needs PostgreSQL's server, Debian's package postgresql: no /usr/lib/postgresql/*/bin/postgres")

// nobody is a user that owns nothing.
const nobody = 65534

// The cluster of all tests is made at the first use.
var (
	shared = sync.OnceValues(newCluster)
	made   atomic.Pointer[cluster] // to be removed at the end
)

func newCluster() (*cluster, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return nil, errNoServer
	}
	// Not in TMPDIR: another user must get there, and a socket's path is short.
	dir, err := os.MkdirTemp("/tmp", "linkstep-pg-")
	if err != nil {
		return nil, err
	}
	c := &cluster{bin: filepath.Dir(found[len(found)-1]), dir: dir}
	made.Store(c)
	if err := os.Chown(dir, serverUser(), serverUser()); err != nil {
		return nil, err
	}
	initdb := c.command("initdb", "-D", dir+"/data", "-U", "linkstep", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return c, c.start()
}

// serverUser is who runs the server, which refuses to be root.
func serverUser() int {
	if os.Getuid() == 0 {
		return nobody
	}
	return os.Getuid()
}

// command prepares one of PostgreSQL's programs.
func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

// start starts the server under a shell that ends it when the lifeline is cut,
// be it because the tests were killed, and waits until it takes connections.
// Like this it is as after a crash: what it had not written is lost.
func (c *cluster) start() error {
	const script = `"$@" & pid=$!; read -r line; kill -QUIT $pid; wait $pid`
	server := c.command("postgres", "-D", c.dir+"/data", "-k", c.dir, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "fsync=off", "-c", "shared_buffers=16MB")
	c.cmd = exec.Command("/bin/sh", append([]string{"-c", script, "sh"}, server.Args...)...)
	c.cmd.Dir, c.cmd.SysProcAttr = server.Dir, server.SysProcAttr
	log, err := os.OpenFile(c.dir+"/log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	c.cmd.Stdout, c.cmd.Stderr = log, log
	if c.lifeline, err = c.cmd.StdinPipe(); err != nil {
		return err
	}
	if err := c.cmd.Start(); err != nil {
		return err
	}
	for range 600 {
		if db, err := sql.Open("pgx", c.url("public")); err == nil {
			err = db.Ping()
			db.Close()
			if err == nil {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	text, _ := os.ReadFile(c.dir + "/log")
	return errors.Join(fmt.Errorf("the server does not start: %s", text), c.stop())
}

// stop ends the server at once.
func (c *cluster) stop() error {
	if c.cmd == nil {
		return nil
	}
	c.lifeline.Close()
	c.cmd.Wait() // says how the server ended, which is as wanted
	c.cmd = nil
	if conn, err := net.Dial("unix", c.dir+"/.s.PGSQL.5432"); err == nil {
		conn.Close()
		return errors.New("the server is still there")
	}
	return nil
}

// url is that of a schema in the cluster's database.
func (c *cluster) url(schema string) string {
	return "postgres://linkstep@/postgres?host=" + c.dir + "&search_path=" + schema
}

// running returns the cluster, or skips the test.
func running(t testing.TB) *cluster {
	t.Helper()
	c, err := shared()
	if errors.Is(err, errNoServer) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newShared returns a place in PostgreSQL where nothing is yet.
func newShared(t testing.TB) place {
	p := newPlace(t)
	p.url = running(t).url("t" + strings.ToLower(rand.Text()))
	return p
}

// removeCluster ends what the tests have started.
func removeCluster() {
	if c := made.Load(); c != nil {
		c.stop()
		os.RemoveAll(c.dir)
	}
}
