package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/linkstep/linkstep/plugin"
)

func (d *postgresDB) read(caller context.Context, do func(context.Context, queries) error) error {
	if d.closed.Load() {
		return errClosed
	}
	ctx, cancel := context.WithTimeout(caller, answerTime)
	defer cancel()
	return settle(caller, do(ctx, direct{d.db}))
}

// write runs do in one transaction, at PostgreSQL's usual level: each statement
// sees what was committed before it, and waits for a row that another host is
// changing.
func (d *postgresDB) write(caller context.Context, how durability, do func(context.Context, queries) error) error {
	if d.closed.Load() {
		return errClosed
	}
	ctx, cancel := context.WithTimeout(caller, answerTime)
	defer cancel()
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return settle(caller, err)
	}
	defer conn.Close()
	begin := "BEGIN"
	if how == relaxed {
		begin = "BEGIN; SET LOCAL synchronous_commit = off"
	}
	if _, err = conn.ExecContext(ctx, begin); err == nil {
		err = do(ctx, direct{conn})
	}
	if err == nil {
		err = caller.Err()
	}
	if err != nil {
		rollBack(caller, conn)
		if errors.Is(err, errUndo) {
			return nil
		}
		return settle(caller, err)
	}
	return commit(caller, conn)
}

// commit waits for the answer whatever the caller wants, because only the
// answer tells whether something was written.
func commit(caller context.Context, conn *sql.Conn) error {
	caller = context.WithoutCancel(caller)
	ctx, cancel := context.WithTimeout(caller, answerTime)
	defer cancel()
	_, err := conn.ExecContext(ctx, "COMMIT")
	if err != nil {
		discard(conn)
	}
	return settle(caller, err)
}

// shred leaves it to the server: what was deleted stays in its tables until it
// has vacuumed them and used the space again, and in its log and backups.
func (d *postgresDB) shred(context.Context) {}

func rollBack(caller context.Context, conn *sql.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(caller), connectTime)
	defer cancel()
	if _, err := conn.ExecContext(ctx, "ROLLBACK"); err != nil {
		discard(conn) // the server then rolls back by itself
	}
}

// What goes wrong between here and a server.
var (
	errSilent      = errors.New("the server does not answer in time")
	errUnreachable = errors.New("the server cannot be reached")
)

// settle tells the end of the caller's context from that of our own, and
// leaves out of an error what the driver knows of the configuration.
func settle(caller context.Context, err error) error {
	var known *plugin.Error
	ended := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
	switch {
	case err == nil, errors.As(err, &known), absent(err):
		return err
	case caller.Err() != nil && !ended:
		return fmt.Errorf("%w: %v", caller.Err(), err)
	case caller.Err() != nil:
		return caller.Err()
	case ended:
		return fmt.Errorf("%w: %v", errSilent, err)
	}
	if e, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return fmt.Errorf("%w: %w", errUnreachable, e.Unwrap())
	}
	return err
}
