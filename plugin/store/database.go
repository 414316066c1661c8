package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// database is an open database of one of the engines. What the store asks of
// it is the same SQL for all: $1 for arguments, ON CONFLICT, RETURNING, no
// function that only one engine has.
type database interface {
	// name stands for the database in messages. It is no secret.
	name() string

	// read runs do, which reads.
	read(ctx context.Context, do func(context.Context, queries) error) error

	// write runs do in one transaction: all of it happens, or nothing when do
	// returns an error. An error from the context means that nothing was
	// written.
	write(ctx context.Context, how durability, do func(context.Context, queries) error) error

	// shred has what was deleted or replaced leave the database's files, as far
	// as the engine can. It is called when something must not be there any
	// more, after the transaction that removed it. What it cannot do yet is done
	// by the next call of any process, or when the last one closes.
	shred(ctx context.Context)

	// now is the clock that leases go by.
	now(ctx context.Context, q queries) (time.Time, error)

	// fault turns whatever went wrong into an error of the contract.
	fault(err error) error

	close() error
}

// durability is what a transaction survives when write has returned.
type durability int

const (
	durable durability = iota // the loss of power
	relaxed                   // the death of this process, at once
)

// queries runs SQL. Texts are constants, each prepared once.
type queries interface {
	// exec runs a statement and returns how many rows it changed.
	exec(ctx context.Context, query string, args ...any) (int64, error)

	// script runs statements that are used once.
	script(ctx context.Context, text string) error

	// row reads the only row of a query into dest, see absent.
	row(ctx context.Context, query string, args []any, dest ...any) error

	// rows calls scan for each row of a query.
	rows(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error
}

// errUndo is returned by a function that write runs, to end without an error
// and without a trace.
var errUndo = errors.New("undo")

// absent reports whether a row was not there.
func absent(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// each calls scan for each of rows, and closes them.
func each(rows *sql.Rows, scan func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
