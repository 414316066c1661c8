// Package store keeps what outlives a process: the tokens, cursors, counters
// and leases of connectors and the settings of a host, in a SQLite database
// that all processes of one user share. It implements [plugin.Store]:
//
//	s, err := store.Open(ctx, home, &store.Options{KeyFile: os.Getenv("LINKSTEP_KEY_FILE")})
//	defer s.Close()
//	got, err := s.Get(ctx, &plugin.GetRequest{Key: "linkedin/token"})
//
// Values are encrypted, each under its own key name, so that a value copied to
// another row does not open. The key lies in a file outside the database; it
// is made together with a new database and never over one that exists. Key
// names, counters and leases are not encrypted: put no secret and nothing
// about a person into a name.
//
// A value is on disk when Swap returns. Counters and leases survive the death
// of the process at once, and the loss of power from the next value written or
// the next checkpoint on. A call that ends in cancellation has written nothing.
//
// Every error is an [*plugin.Error]: StoreUnavailable names the file and the
// way out, TooLarge a value over 1 MiB, Canceled and Deadline the end of the caller's context, Internal a request
// that cannot be meant.
//
// The package does not read the environment, except for the default places,
// does not protect a key file from its owner's other programs, deletes no
// counters, and needs a local disk with hard links: the locks of SQLite's WAL do
// not work over a network.
package store
