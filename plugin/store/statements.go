package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// statements runs SQL on a connection to SQLite or on a pool of them and
// prepares each text once. It is safe for concurrent use if what it runs on is.
type statements struct {
	on runner

	mu    sync.Mutex // guards ready
	ready map[string]*sql.Stmt
}

// runner is a *sql.Conn or a *sql.DB.
type runner interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

var _ queries = (*statements)(nil)

func newStatements(on runner) *statements {
	return &statements{on: on, ready: map[string]*sql.Stmt{}}
}

// prepare returns the statement of a text. There are about twenty texts, all
// constants.
func (s *statements) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	stmt, ok := s.ready[query]
	s.mu.Unlock()
	if ok {
		return stmt, nil
	}
	// Not under the lock: this may wait for a connection.
	stmt, err := s.on.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, ok := s.ready[query]; ok {
		stmt.Close()
		return first, nil
	}
	s.ready[query] = stmt
	return stmt, nil
}

// close gives all statements back. The connection beneath does not do that, and
// SQLite would keep a closed one open for them.
func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, stmt := range s.ready {
		errs = append(errs, stmt.Close())
	}
	clear(s.ready)
	return errors.Join(errs...)
}

func (s *statements) exec(ctx context.Context, query string, args ...any) (int64, error) {
	stmt, err := s.prepare(ctx, query)
	if err != nil {
		return 0, err
	}
	res, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (s *statements) script(ctx context.Context, text string) error {
	_, err := s.on.ExecContext(ctx, text)
	return err
}

func (s *statements) row(ctx context.Context, query string, args []any, dest ...any) error {
	stmt, err := s.prepare(ctx, query)
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(ctx, args...).Scan(dest...)
}

func (s *statements) rows(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	stmt, err := s.prepare(ctx, query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return each(rows, scan)
}
