package sandbox

import "time"

// DefaultRedirectURL is registered for every client that the sandbox ships.
const DefaultRedirectURL = "http://localhost:8918/callback"

// MembersMax is the largest number of members. A search keeps about 1 KB for each.
const MembersMax = 1_000_000

// Options says how a sandbox starts. The zero value is a good sandbox.
type Options struct {
	// Addr is the loopback address to listen on. Empty means 127.0.0.1 and any free port.
	Addr string

	// Seed decides who the members are and which ids they have. Zero means 1.
	Seed uint64

	// Members is the number of invented members, at most [MembersMax]. Zero means 10,000.
	Members int

	// Clock is the time at which the sandbox's clock starts. Zero means 2026-11-24T12:00Z.
	Clock time.Time

	// RealTime starts the clock at the time of the machine instead, and ignores Clock.
	RealTime bool

	// RedirectURLs are registered for every client, before the URLs it has; [Server.Settings] names
	// the first. None means that each client keeps to its own, usually [DefaultRedirectURL].
	RedirectURLs []string

	// Clients are registered besides those of [ShippedClients]; one with the same ID replaces it.
	Clients []Client

	// Quirks chooses where LinkedIn's behaviour is not known. Its zero value is the likely one.
	Quirks Quirks

	// Latency slows every answer of OAuth and the API. Zero means at once.
	Latency Latency
}

// defaultClock is the day on which the facts about LinkedIn were gathered.
var defaultClock = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// withDefaults returns a copy in which every zero has its meaning.
func (o *Options) withDefaults() Options {
	var filled Options
	if o != nil {
		filled = *o
	}
	if filled.Addr == "" {
		filled.Addr = "127.0.0.1:0"
	}
	if filled.Seed == 0 {
		filled.Seed = 1
	}
	if filled.Members <= 0 {
		filled.Members = 10_000
	}
	if filled.Clock.IsZero() {
		filled.Clock = defaultClock
	}
	if filled.RealTime {
		filled.Clock = time.Now()
	}
	return filled
}
