package store

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/linkstep/linkstep/plugin"
)

// fault turns whatever went wrong into an [*plugin.Error].
func (d *postgresDB) fault(err error) error {
	if err != nil && d.closed.Load() && plugin.KindOf(err) == plugin.Unknown {
		err = errors.Join(errClosed, err)
	}
	return fault(err, func() (message, hint string) { return d.wording(err) })
}

// wording says what a cause means for a person, and the way out. The codes are
// those of postgresql.org/docs/15/errcodes-appendix.html, read 2026-11-24.
func (d *postgresDB) wording(err error) (message, hint string) {
	const administrator = "Ask whoever runs the database."
	const later = "Nothing was lost. It goes on by itself as soon as the server is back; check its address and the network if it should be there."
	if errors.Is(err, errClosed) {
		return "the connection to the database " + d.label + " was closed", "Open it again."
	}
	e, answered := errors.AsType[*pgconn.PgError](err)
	if !answered {
		return "the database " + d.label + " cannot be reached", later
	}
	switch e.Code {
	case "57P01", "57P02", "57P03": // admin_shutdown, crash_shutdown, cannot_connect_now
		return "the database " + d.label + " is starting or stopping", later
	case "53300": // too_many_connections
		return "the database " + d.label + " takes no more connections", administrator + " It goes on by itself when there is room."
	case "53100", "53200": // disk_full, out_of_memory
		return "the server of the database " + d.label + " is out of space or memory", administrator + " Nothing was half-written."
	case "28000", "28P01": // invalid_authorization_specification, invalid_password
		return "the database " + d.label + " refuses the login", "Check the user in LINKSTEP_STORE_URL and the password in the file that PGPASSFILE names."
	case "3D000": // invalid_catalog_name
		return "there is no database " + d.label, "Make it with createdb, or set LINKSTEP_STORE_URL to the one that is meant."
	case "42501": // insufficient_privilege
		return "the user of LINKSTEP_STORE_URL may not make or use the schema " + d.schema + " of the database " + d.label,
			"Give the user CREATE on the database, or make the schema for it."
	case "25006": // read_only_sql_transaction
		return "the database " + d.label + " is read-only", "Set LINKSTEP_STORE_URL to the server that takes writes, not to its copy."
	case "55P03", "40P01", "25P03": // lock_not_available, deadlock_detected, idle_in_transaction_session_timeout
		return "another process has been writing to " + d.label + " for over " + patience.String(),
			"Look for a linkstep process that hangs or was stopped, and end it."
	case "42P07", "42P01", "42703": // duplicate_table, undefined_table, undefined_column
		return "the schema " + d.schema + " of the database " + d.label + " is not as linkstep made it",
			"Restore the database from a backup, or name another schema with search_path in LINKSTEP_STORE_URL."
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return "the database " + d.label + " is damaged", "Restore it from a backup. " + administrator
	}
	return "the database " + d.label + " does not answer as it should", "This is a defect unless the database was changed by hand. Report it with the detail."
}
