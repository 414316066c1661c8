package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// AuditRow is an entry as it is kept.
type AuditRow struct {
	At         time.Time
	Host       string
	Connection string
	Action     string
	Subjects   []string // hashes, which only [AuditFilter.Subject] makes something of
	Purpose    string
	Outcome    string
}

// AuditFilter chooses rows. Zero fields choose all.
type AuditFilter struct {
	Since      time.Time
	Connection string
	Subject    string // a member, as in plugin.AuditEntry.Subjects
	Limit      int    // at most so many, the newest; 0: 1,000
}

// auditColumns are those of a row, in the order of its fields.
const auditColumns = "at, host, connection, action, subjects, purpose, outcome"

// write adds rows for entries, all or none.
func (a *Audit) write(ctx context.Context, entries []plugin.AuditEntry) error {
	keys, err := a.store.auditKeys(ctx)
	if err != nil {
		return err
	}
	return a.store.db.write(ctx, durable, func(ctx context.Context, w queries) error {
		for len(entries) > 0 {
			n := min(len(entries), batch)
			if err := a.insert(ctx, w, keys[0], entries[:n]); err != nil {
				return err
			}
			entries = entries[n:]
		}
		return nil
	})
}

// insert adds rows in one statement, because each one is a way to a server.
func (a *Audit) insert(ctx context.Context, w queries, key auditKey, entries []plugin.AuditEntry) error {
	var args []any
	var values []string
	for _, e := range entries {
		hashes := make([]string, len(e.Subjects))
		for i, subject := range e.Subjects {
			hashes[i] = key.hash(subject)
		}
		n := len(args)
		values = append(values, fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4, n+5, n+6, n+7))
		args = append(args, e.At.UnixMicro(), a.opts.Host, e.Connection, e.Action, strings.Join(hashes, " "), e.Purpose, e.Outcome)
	}
	_, err := w.exec(ctx, "INSERT INTO audit ("+auditColumns+") VALUES "+strings.Join(values, ", "), args...)
	return err
}

// Read returns rows, the newest first. What other hosts have appended within
// the last second may be missing.
func (a *Audit) Read(ctx context.Context, filter *AuditFilter) ([]AuditRow, error) {
	var f AuditFilter
	if filter != nil {
		f = *filter
	}
	if f.Limit <= 0 {
		f.Limit = listLimit
	}
	if err := a.Flush(ctx); err != nil {
		return nil, err
	}
	query := "SELECT " + auditColumns + " FROM audit WHERE at >= $1 AND ($2 = '' OR connection = $2)"
	args := []any{int64(0), f.Connection, int64(min(f.Limit, math.MaxInt32))}
	if !f.Since.IsZero() {
		args[0] = f.Since.UnixMicro()
	}
	if f.Subject != "" {
		keys, err := a.store.auditKeys(ctx)
		if err != nil {
			return nil, a.store.db.fault(err)
		}
		var any []string
		for _, k := range keys {
			args = append(args, contains(k.hash(f.Subject)))
			any = append(any, fmt.Sprintf("subjects LIKE $%d", len(args)))
		}
		query += " AND (" + strings.Join(any, " OR ") + ")"
	}
	var found []AuditRow
	err := a.store.db.read(ctx, func(ctx context.Context, r queries) error {
		return r.rows(ctx, query+" ORDER BY at DESC, id DESC LIMIT $3", args, func(rows *sql.Rows) error {
			row, err := scanAudit(rows)
			found = append(found, row)
			return err
		})
	})
	if err != nil {
		return nil, a.store.db.fault(err)
	}
	return found, nil
}

func scanAudit(rows *sql.Rows) (AuditRow, error) {
	var row AuditRow
	var at int64
	var subjects string
	err := rows.Scan(&at, &row.Host, &row.Connection, &row.Action, &subjects, &row.Purpose, &row.Outcome)
	row.At = time.UnixMicro(at).UTC()
	row.Subjects = strings.Fields(subjects)
	return row, err
}

// contains is a pattern for LIKE. A hash has no wild cards.
func contains(hash string) string { return "%" + hash + "%" }

// Erase removes a member from all rows, whichever key they were hashed with, and
// returns how many rows that was. The rows stay: they say what the host did.
// What other hosts have appended within the last second is not among them.
func (a *Audit) Erase(ctx context.Context, subject string) (int64, error) {
	if err := a.Flush(ctx); err != nil {
		return 0, err
	}
	keys, err := a.store.auditKeys(ctx)
	if err != nil {
		return 0, a.store.db.fault(err)
	}
	var erased int64
	err = a.store.db.write(ctx, durable, func(ctx context.Context, w queries) error {
		for _, k := range keys {
			hash := k.hash(subject)
			n, err := w.exec(ctx, "UPDATE audit SET subjects = replace(subjects, $1, '') WHERE subjects LIKE $2", hash, contains(hash))
			if err != nil {
				return err
			}
			erased += n
		}
		return nil
	})
	if err != nil {
		return 0, a.store.db.fault(err)
	}
	if erased > 0 {
		a.store.db.shred(ctx)
	}
	return erased, nil
}

// prune deletes the rows whose time is over, and then the keys that no row is
// left of. An hour more for these: a host may have written with a key that
// another was just replacing.
func (a *Audit) prune(ctx context.Context) error {
	over := time.Now().Add(-a.opts.Retention)
	return a.store.db.write(ctx, durable, func(ctx context.Context, w queries) error {
		if _, err := w.exec(ctx, "DELETE FROM audit WHERE at < $1", over.UnixMicro()); err != nil {
			return err
		}
		_, err := w.exec(ctx, "DELETE FROM audit_keys WHERE retired > 0 AND retired < $1", over.Add(-time.Hour).UnixMicro())
		return err
	})
}

// checkEntry refuses what is no entry.
func checkEntry(e *plugin.AuditEntry) error {
	if len(e.Subjects) > 1000 {
		return misuse("an audit entry is about %d members, at most 1,000 are allowed", len(e.Subjects))
	}
	for _, subject := range e.Subjects {
		if err := checkKey("a member in an audit entry", subject); err != nil {
			return err
		}
	}
	for _, text := range []string{e.Connection, e.Action, e.Purpose, e.Outcome} {
		if err := checkPrefix("a field of an audit entry", text); err != nil {
			return err
		}
	}
	return nil
}
