// Package store keeps what outlives a process: the tokens, cursors, counters
// and leases of connectors and the settings of a host. It implements
// [plugin.Store] in a SQLite database that all processes of one user share, or
// in a PostgreSQL database that several hosts share:
//
//	s, err := store.Open(ctx, home, &store.Options{KeyFile: os.Getenv("LINKSTEP_KEY_FILE")})
//	defer s.Close()
//	got, err := s.Get(ctx, &plugin.GetRequest{Key: "linkedin/token"})
//
// Values are encrypted, each under its own key name, so that a value copied to
// another row does not open. The key lies in a file outside the database; it
// is made together with a new database and never over one that exists.
// [Store.UseKeyring] moves it into the keyring of the user's desktop and
// [Store.RotateKey] replaces it, both while other processes go on. Key names,
// counters and leases are not encrypted: put no secret and nothing about a person
// into a name.
//
// [Store.Audit] is a trail of who used which connection for whose data, for the
// host alone. Members are in it as keyed hashes. While there is one, counters go
// a month after their day.
//
// What is deleted or erased, and after a rotation what the old key had sealed,
// is overwritten in a SQLite database and gone from its log at once. On
// PostgreSQL it stays, encrypted or hashed, until the server has vacuumed and
// used the space again, and in the server's own log and backups.
//
// A value is on disk when Swap returns. Counters survive the death of the
// process at once, and the loss of power from the next value written or the
// next checkpoint on. A call that ends in cancellation has written nothing. When
// a PostgreSQL server dies while it is asked to write, only reading again tells
// whether it did.
//
// Every error is an [*plugin.Error]: StoreUnavailable names the file or the
// server and the way out, TooLarge a value over 1 MiB, Canceled and Deadline the
// end of the caller's context, Internal a request that cannot be meant. No error
// contains the URL of a server or a password.
//
// The package does not read the environment, except for the default places, the
// way to the keyring and what PostgreSQL's driver reads, and does not protect a key
// file from its owner's other programs. SQLite needs a local disk with hard
// links: the locks of its WAL do not work over a network. PostgreSQL, tried with
// version 15, is spoken to directly: PgBouncer refuses what is set for a
// session.
package store
