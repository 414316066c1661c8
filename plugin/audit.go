package plugin

import "time"

// AuditEntry is one use of a connection, for the host's audit trail: who, when,
// what, whose data, what for. It has no place for what was sent or answered.
type AuditEntry struct {
	At         time.Time // zero: now
	Connection string    // its name
	Action     string    // "linkedin.get_person", or what the host itself did
	Subjects   []string  // URNs of the members whose data it was, at most 1,000; kept as keyed hashes
	Purpose    string    // as the caller gave it
	Outcome    string    // "ok", or the kind of the error
}
