package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/linkstep/linkstep/plugin"
)

const (
	connectTime = 5 * time.Second        // for a connection to be made
	answerTime  = 30 * time.Second       // for all that one call asks of the server
	freshTime   = 100 * time.Millisecond // a connection idle for longer is tried before it is used
	serverConns = 8                      // connections at most, of one process
)

// postgresSchema is the schema that our tables are in, unless the URL has a
// search_path.
const postgresSchema = "linkstep"

// schemaName is what a schema may be called: a name that needs no quotes.
var schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// postgresDB is a PostgreSQL database. Its connections are made anew when the
// server was away.
type postgresDB struct {
	label  string // as in messages: database, host and port
	schema string
	db     *sql.DB
	closed atomic.Bool
}

var _ database = (*postgresDB)(nil)

// connectPostgres prepares to use the database of a URL. It does not connect:
// what is wrong shows when it is used. Of the URL and the password, which may
// also come from PGPASSWORD or PGPASSFILE, nothing but the database's name,
// host and port gets into an error.
func connectPostgres(url string) (*postgresDB, error) {
	bad := &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost,
		Message: "the address of the shared store is not one of a PostgreSQL database",
		Hint:    "Write it as in postgres://user@db.example.org:5432/linkstep?sslmode=verify-full, with the password in the file that PGPASSFILE names."}
	if !strings.HasPrefix(url, "postgres://") && !strings.HasPrefix(url, "postgresql://") {
		return nil, bad
	}
	cfg, err := pgx.ParseConfig(url)
	if err != nil { // what the parser says quotes the URL
		bad.Message = "an option in the address of the shared store is wrong, or the address is not one of a PostgreSQL database"
		return nil, bad
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTime
	}
	for name, value := range map[string]string{
		"search_path":      postgresSchema,
		"application_name": "linkstep",
		"lock_timeout":     strconv.FormatInt(patience.Milliseconds(), 10),
		// A host that was stopped in a transaction must not stop the others.
		"idle_in_transaction_session_timeout": strconv.FormatInt(answerTime.Milliseconds(), 10),
	} {
		if cfg.RuntimeParams[name] == "" {
			cfg.RuntimeParams[name] = value
		}
	}
	schema := cfg.RuntimeParams["search_path"]
	if !schemaName.MatchString(schema) {
		bad.Message = "the search_path in the address of the shared store is not the name of one schema"
		return nil, bad
	}
	d := &postgresDB{schema: schema, label: fmt.Sprintf("%s at %s", cfg.Database, net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port))))}
	d.db = stdlib.OpenDB(*cfg, stdlib.OptionShouldPing(func(_ context.Context, p stdlib.ShouldPingParams) bool {
		return p.IdleDuration > freshTime
	}))
	d.db.SetMaxOpenConns(serverConns)
	d.db.SetMaxIdleConns(serverConns)
	d.db.SetConnMaxIdleTime(5 * time.Minute)
	return d, nil
}

func (d *postgresDB) name() string { return d.label }

// now is the server's clock, which all hosts share.
func (d *postgresDB) now(ctx context.Context, q queries) (time.Time, error) {
	var micros int64
	err := q.row(ctx, "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)", nil, &micros)
	return time.UnixMicro(micros), err
}

// close ends all connections, after the calls under way.
func (d *postgresDB) close() error {
	if d.closed.Swap(true) {
		return nil
	}
	return d.db.Close()
}

// discard ends a connection that may be in the middle of something.
func discard(conn *sql.Conn) {
	conn.Raw(func(any) error { return driver.ErrBadConn })
}

// direct runs SQL on a connection to PostgreSQL or on a pool of them. The
// driver keeps texts prepared by itself.
type direct struct{ on asker }

// asker is a *sql.Conn or a *sql.DB.
type asker interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

var _ queries = direct{}

func (q direct) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := q.on.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (q direct) script(ctx context.Context, text string) error {
	_, err := q.on.ExecContext(ctx, text)
	return err
}

func (q direct) row(ctx context.Context, query string, args []any, dest ...any) error {
	return q.on.QueryRowContext(ctx, query, args...).Scan(dest...)
}

func (q direct) rows(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := q.on.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	return each(rows, scan)
}
